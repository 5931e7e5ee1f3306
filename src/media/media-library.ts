/** All that the Worker does with files; the bytes never enter a number's object. */
import { randomBytes } from "node:crypto";
import type { MediaFile, MediaHosts } from "../durable/rpc.ts";
import { ok, type Result, refuse } from "../errors.ts";
import { parseDataUrl } from "../net/data-url.ts";
import { fetchFile } from "../net/fetch-file.ts";
import { targetPolicy } from "../net/fetch-target.ts";
import type { Settings } from "../settings.ts";
import { type ByteSource, byteReader, bytesSource } from "./byte-reader.ts";
import { fileExtras } from "./file-extras.ts";
import { extensionOf } from "./file-type.ts";
import type { MediaKind } from "./media-keys.ts";
import { linkPath, openLink } from "./media-link.ts";
import { uploadsFolder } from "./old-uploads.ts";
import { type SealedFile, sealFile } from "./seal-file.ts";
import { serveFile } from "./serve-file.ts";
import { storeFile } from "./store-file.ts";
import { uploadFile } from "./upload-file.ts";

export interface FileSource {
  orgId: string;
  instanceId: string;
  /** A URL, a link to a file of ours, or a `data:` URL. */
  source: string;
  kind: MediaKind | null;
  declaredType: string | null;
  fileName: string | null;
  field: string;
}

export interface Upload {
  orgId: string;
  /** Null = of no instance. */
  instanceId: string | null;
  source: ByteSource;
  /** Bytes; null = not known. */
  size: number | null;
  mimeType: string;
  fileName: string | null;
  /** When its link ends, epoch milliseconds; null = with the file. */
  expiresAt: number | null;
  /** What the caller called it, for the error's issue. */
  field: string;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

/** Path of a link to a file of ours, wherever it is served. */
const OWN_LINK = /\/media\/([\w-]+)\/([\w.-]+)$/;
const ID_BYTES = 16;
const NO_FILE = "There is no such file";

const unreadable = (path: string, message: string) =>
  refuse("invalid_request", "The file could not be read", { issues: [{ path, message }] });

export class MediaLibrary {
  readonly #bucket: R2Bucket;
  readonly #settings: Settings;
  readonly #origin: string;

  /** @param origin under which the deployment was called */
  constructor(bucket: R2Bucket, settings: Settings, origin: string) {
    this.#bucket = bucket;
    this.#settings = settings;
    this.#origin = origin;
  }

  /** Fetches what the caller named into the bucket. Refused: `invalid_request` and `too_large` with the field's issue. */
  async take(from: FileSource): Promise<Result<SealedFile>> {
    const { orgId, instanceId, kind, fileName, field } = from;
    const { mediaMaxBytes: maxBytes } = this.#settings;
    const opened = await this.#open(from);
    if (!opened.ok) return opened;
    const key = `${orgId}/${instanceId}/media/${randomBytes(ID_BYTES).toString("hex")}`;
    const declaredType = from.declaredType ?? opened.value.contentType;
    const { source, size } = opened.value;
    return sealFile(this.#bucket, { source, size, kind, declaredType, key, fileName, maxBytes, field });
  }

  /** Brings a stored file to WhatsApp; `unavailable` when no host takes it. */
  async upload(file: SealedFile, hosts: MediaHosts, fileName: string | null): Promise<Result<MediaFile>> {
    const mediaOrigin = this.#settings.whatsAppMediaOrigin;
    const bucket = this.#bucket;
    const uploading = uploadFile({ bucket, file, hosts, mediaOrigin });
    const [place, { thumbnail, waveform }] = await Promise.all([uploading, fileExtras(bucket, file)]);
    if (!place.ok) return place;
    const { key, kind, mimeType, size, seconds, width, height } = file;
    return ok({
      id: key.slice(key.lastIndexOf("/") + 1),
      key,
      link: await linkPath(this.#bucket, key),
      kind,
      mimeType,
      size,
      seconds,
      width,
      height,
      fileName,
      ...place.value,
      mediaKey: base64(file.mediaKey),
      fileSha256: base64(file.fileSha256),
      fileEncSha256: base64(file.fileEncSha256),
      thumbnail: thumbnail && base64(thumbnail),
      waveform: waveform && base64(waveform),
    });
  }

  /** Removes a file that no message tells of. */
  async discard(key: string): Promise<void> {
    await this.#bucket.delete(key);
  }

  /** Stores a file for later use. @returns its key and its link's path */
  async store({
    orgId,
    instanceId,
    source,
    size,
    mimeType,
    fileName,
    expiresAt,
    field,
  }: Upload): Promise<Result<{ key: string; link: string }>> {
    const extension = /\.([A-Za-z0-9]{1,8})$/.exec(fileName ?? "")?.[1]?.toLowerCase() ?? extensionOf(mimeType);
    const key = `${uploadsFolder(orgId, instanceId)}${Date.now()}-${randomBytes(ID_BYTES).toString("hex")}.${extension}`;
    const { mediaMaxBytes: maxBytes } = this.#settings;
    const kind = "document";
    const file = { source, size, kind, declaredType: mimeType, key, fileName, maxBytes, field } as const;
    const stored = await storeFile(this.#bucket, file);
    return stored.ok ? ok({ key, link: await linkPath(this.#bucket, key, expiresAt) }) : stored;
  }

  /** The file that a public link names. `not_found` when there is none or the signature is wrong, `link_expired`. */
  async serveLink(name: string, proof: string, request: Headers, now: number): Promise<Result<Response>> {
    const link = await openLink(this.#bucket, name, proof);
    if (!link) return refuse("not_found", NO_FILE);
    const isOver = link.expiresAt !== null && link.expiresAt <= now;
    return isOver ? refuse("link_expired", "This link's time is over") : this.serve(link.key, request);
  }

  /** `not_found` when there is no such file. */
  async serve(key: string, request: Headers): Promise<Result<Response>> {
    const file = await serveFile(this.#bucket, key, request);
    return file ? ok(file) : refuse("not_found", NO_FILE);
  }

  async #open(from: FileSource): Promise<Result<Opened>> {
    const { source, field } = from;
    if (/^data:/i.test(source)) {
      const data = parseDataUrl(source);
      if (data === null) return unreadable(field, "Use data:<type>;base64,<data> with valid base64");
      return ok({ source: bytesSource(data.bytes), size: data.bytes.byteLength, contentType: data.contentType });
    }
    const own = OWN_LINK.exec(source.split("?")[0] ?? "");
    const link = own ? await openLink(this.#bucket, own[1] ?? "", own[2] ?? "") : null;
    // A link is good for the organisation it was made for, whoever knows it.
    if (link?.key.startsWith(`${from.orgId}/`)) {
      const isOver = link.expiresAt !== null && link.expiresAt <= Date.now();
      const file = isOver ? null : await this.#bucket.get(link.key);
      if (file) {
        const contentType = file.httpMetadata?.contentType ?? null;
        return ok({ source: byteReader(file.body), size: file.size, contentType });
      }
      return unreadable(field, isOver ? "The link's time is over" : "It is gone");
    }
    const policy = targetPolicy(this.#settings, this.#origin);
    const fetched = await fetchFile(source, { policy, maxBytes: this.#settings.mediaMaxBytes, field });
    if (!fetched.ok) return fetched;
    const { body, contentLength: size, contentType } = fetched.value;
    return ok({ source: byteReader(body), size, contentType });
  }
}

interface Opened {
  source: ByteSource;
  size: number | null;
  contentType: string | null;
}
