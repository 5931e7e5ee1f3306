/** A stored file → WhatsApp's media servers, encrypted on the way. */
import type { MediaHosts } from "../durable/rpc.ts";
import { ok, type Result, refuse } from "../errors.ts";
import { type ByteSource, byteReader, PIECE_BYTES, release } from "./byte-reader.ts";
import { MediaEncryptor } from "./media-encryptor.ts";
import { encryptedSize, type MediaKind } from "./media-keys.ts";
import type { SealedFile } from "./seal-file.ts";

/** Path of each kind at the media hosts; a sticker is an image to them. */
const PATHS: Readonly<Record<MediaKind, string>> = {
  image: "image",
  sticker: "image",
  video: "video",
  audio: "audio",
  document: "document",
};

const TIMEOUT_MS = 120_000;

export interface UploadedPlace {
  url: string;
  directPath: string;
}

interface Upload {
  bucket: R2Bucket;
  file: SealedFile;
  hosts: MediaHosts;
  /** Replaces `https://<host>`; null = WhatsApp's hosts. */
  mediaOrigin: string | null;
}

/** Tries one host after the other. `unavailable` when none takes the file. */
export async function uploadFile({ bucket, file, hosts, mediaOrigin }: Upload): Promise<Result<UploadedPlace>> {
  const token = Buffer.from(file.fileEncSha256).toString("base64url");
  const path = `/mms/${PATHS[file.kind]}/${token}?auth=${encodeURIComponent(hosts.auth)}&token=${token}`;
  for (const host of hosts.hosts) {
    const place = await uploadTo(`${mediaOrigin ?? `https://${host}`}${path}`, bucket, file).catch(() => null);
    if (place) return ok(place);
  }
  return refuse("unavailable", "WhatsApp's media servers did not take the file; nothing was sent.", {
    hint: "Try again in a few seconds.",
    retryAfterMs: 5_000,
  });
}

/** @returns null when the host answered without a place */
async function uploadTo(url: string, bucket: R2Bucket, file: SealedFile): Promise<UploadedPlace | null> {
  const stored = await bucket.get(file.key);
  if (!stored) throw new Error("The stored file is gone");
  // A stream of known length: it goes out with Content-Length instead of in chunks.
  const { readable, writable } = new FixedLengthStream(encryptedSize(file.size));
  const encrypting = encryptInto(writable, byteReader(stored.body), file);
  const answering = fetch(url, {
    method: "POST",
    body: readable,
    headers: { "Content-Type": "application/octet-stream", Origin: "https://web.whatsapp.com" },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  // A host that answers early does not read on; its answer counts, not the stream that broke.
  const [answer] = await Promise.allSettled([answering, encrypting]);
  if (answer.status === "rejected") throw answer.reason;
  const body: unknown = await answer.value.json();
  const { url: place, direct_path: directPath } = body as { url?: unknown; direct_path?: unknown };
  if (!answer.value.ok || typeof place !== "string" || typeof directPath !== "string") return null;
  return { url: place, directPath };
}

async function encryptInto(
  writable: WritableStream<Uint8Array>,
  source: ByteSource,
  { mediaKey, kind }: SealedFile,
): Promise<void> {
  const writer = writable.getWriter();
  try {
    const encryptor = await MediaEncryptor.create(mediaKey, kind);
    let piece = await source.read();
    for (; piece.byteLength === PIECE_BYTES; piece = await source.read()) {
      const encrypted = await encryptor.update(piece);
      await writer.write(encrypted);
      release(encrypted);
    }
    await writer.write((await encryptor.finish(piece)).rest);
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  } finally {
    await source.close();
  }
}
