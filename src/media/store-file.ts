/** Takes a file into the bucket and learns on the way what it is. */
import { ok, type Result, refuse } from "../errors.ts";
import { tooLarge } from "../net/fetch-file.ts";
import { type BucketWriter, bucketWriter } from "./bucket-writer.ts";
import { type ByteSource, PIECE_BYTES, SourceError } from "./byte-reader.ts";
import { type FileFacts, fileFacts } from "./file-facts.ts";
import { kindOf, LARGEST, sniffType, takenTypes, typeAsSound } from "./file-type.ts";
import type { MediaKind } from "./media-keys.ts";
import { nameMetadata } from "./name-metadata.ts";

/** So many bytes of its beginning and its end are looked at to tell what a file is. */
const ENDS_BYTES = 65_536;

export interface FileToStore {
  source: ByteSource;
  /** Bytes; null = not known before its end. */
  size: number | null;
  /** Null: whatever the file is. */
  kind: MediaKind | null;
  /** What the caller or the server says it is. */
  declaredType: string | null;
  /** Key in the bucket. */
  key: string;
  fileName: string | null;
  /** Limit of the deployment, bytes. */
  maxBytes: number;
  /** The field that named the file, for the error's issue. */
  field: string;
}

/** A file in the bucket. */
export interface StoredFile extends FileFacts {
  key: string;
  kind: MediaKind;
  mimeType: string;
  /** Bytes. */
  size: number;
}

/** Sees the file pass. */
export interface Watcher {
  begin(kind: MediaKind): Promise<void>;
  /** Every piece but the last has `PIECE_BYTES`; the last may be empty. */
  piece(piece: Uint8Array<ArrayBuffer>): Promise<void>;
}

/**
 * Refusals: `invalid_request` (wrong type, empty, broken off), `too_large`. Nothing is left behind then. Throws when the
 * bucket fails.
 */
export async function storeFile(bucket: R2Bucket, file: FileToStore, watcher?: Watcher): Promise<Result<StoredFile>> {
  const { source, field } = file;
  const opened: { writer?: BucketWriter } = {};
  const open = (options: R2PutOptions): BucketWriter => {
    opened.writer = bucketWriter(bucket, file.key, file.size, options);
    return opened.writer;
  };
  try {
    const stored = await copy(file, open, watcher);
    if (!stored.ok) await opened.writer?.abort();
    return stored;
  } catch (error) {
    await opened.writer?.abort();
    if (error instanceof SourceError) return wrong(field, "The file broke off before its end");
    throw error;
  } finally {
    await source.close();
  }
}

const wrong = (path: string, message: string) =>
  refuse("invalid_request", "The file cannot be used; nothing was sent or stored", { issues: [{ path, message }] });

async function copy(
  { source, size: told, kind: wanted, declaredType, key, fileName, maxBytes, field }: FileToStore,
  open: (options: R2PutOptions) => BucketWriter,
  watcher: Watcher | undefined,
): Promise<Result<StoredFile>> {
  let piece = await source.read();
  if (piece.byteLength === 0) return wrong(field, "The file is empty");
  const head = Uint8Array.from(piece.subarray(0, ENDS_BYTES));
  const sniffed = typeOf(head, wanted, declaredType);
  const kind = wanted ?? kindOf(sniffed);
  const taken = takenTypes(kind);
  if (taken && (sniffed === null || !taken.includes(sniffed))) {
    return wrong(field, `As ${kind} WhatsApp takes ${taken.join(", ")}; this file is ${sniffed ?? "none of them"}`);
  }
  const limit = Math.min(maxBytes, LARGEST[kind]);
  if ((told ?? 0) > limit) return tooLarge(limit, field);
  // Of the two, the content is to be believed; what it does not tell (text, office documents) the caller may.
  const mimeType = (kind === "document" ? (declaredType ?? sniffed) : sniffed) ?? "application/octet-stream";
  const writer = open({
    httpMetadata: { contentType: mimeType },
    customMetadata: nameMetadata(fileName),
  });
  await watcher?.begin(kind);
  const tail = new Tail();
  let size = 0;
  for (;;) {
    size += piece.byteLength;
    if (size > limit) return tooLarge(limit, field);
    if (told !== null && size > told) throw new SourceError("More than was told");
    tail.keep(piece);
    await writer.write(piece);
    await watcher?.piece(piece);
    if (piece.byteLength < PIECE_BYTES) break;
    piece = await source.read();
  }
  if (told !== null && size < told) throw new SourceError("Less than was told");
  await writer.close();
  return ok({ key, kind, mimeType, size, ...fileFacts(sniffed ?? "", { head, tail: tail.bytes, size }) });
}

function typeOf(head: Uint8Array, wanted: MediaKind | null, declaredType: string | null): string | null {
  const sniffed = sniffType(head);
  if (wanted !== "audio" && (wanted !== null || !declaredType?.startsWith("audio/"))) return sniffed;
  const { width } = fileFacts(sniffed ?? "", { head, tail: head, size: head.byteLength });
  return typeAsSound(sniffed, width !== null);
}

/** The last bytes of what passed. */
class Tail {
  readonly #bytes = new Uint8Array(ENDS_BYTES);
  #size = 0;

  keep(piece: Uint8Array): void {
    const end = piece.subarray(-ENDS_BYTES);
    this.#bytes.copyWithin(0, end.byteLength);
    this.#bytes.set(end, ENDS_BYTES - end.byteLength);
    this.#size = Math.min(ENDS_BYTES, this.#size + end.byteLength);
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(ENDS_BYTES - this.#size);
  }
}
