/** Takes a stream into the bucket and learns on the way what the file is. */
import { randomBytes } from "node:crypto";
import { ok, type Result, refuse } from "../errors.ts";
import { FileTooLargeError } from "../net/fetch-file.ts";
import { BucketWriter } from "./bucket-writer.ts";
import { type FileFacts, fileFacts } from "./file-facts.ts";
import { HEAD_BYTES, kindOf, LARGEST, sniffType, takenTypes } from "./file-type.ts";
import { type FileHashes, MediaEncryptor } from "./media-encryptor.ts";
import type { MediaKind } from "./media-keys.ts";

const MEDIA_KEY_BYTES = 32;

export interface FileToStore {
  body: ReadableStream<Uint8Array>;
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

/** A file in the bucket, with all that a message about it needs but its place at WhatsApp. */
export interface StoredFile extends FileFacts, FileHashes {
  key: string;
  kind: MediaKind;
  mimeType: string;
  mediaKey: Uint8Array;
}

/** Refusals: `invalid_request` (wrong type, empty, broken off), `too_large`. Nothing is left behind then. */
export async function storeFile(bucket: R2Bucket, file: FileToStore): Promise<Result<StoredFile>> {
  const writer = new BucketWriter(bucket, file.key);
  const reader = file.body.getReader();
  try {
    const stored = await copy(reader, writer, file);
    if (stored.ok) return stored;
    await reader.cancel();
    await writer.abort();
    return stored;
  } catch (error) {
    await writer.abort();
    await reader.cancel(error).catch(() => undefined);
    if (error instanceof FileTooLargeError) return tooLarge(file.maxBytes);
    if (error instanceof SourceError) return wrong(file.field, "The file broke off before its end");
    throw error;
  }
}

/** Reading failed, as opposed to writing. */
class SourceError extends Error {
  override name = "SourceError";
}

const wrong = (path: string, message: string) =>
  refuse("invalid_request", "The file cannot be used; nothing was sent", { issues: [{ path, message }] });

const tooLarge = (bytes: number) =>
  refuse("too_large", "The file is too large", { hint: `Use a file of at most ${bytes.toLocaleString("en")} bytes` });

async function copy(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  writer: BucketWriter,
  { kind: wanted, declaredType, key, fileName, maxBytes, field }: FileToStore,
): Promise<Result<StoredFile>> {
  const next = async (): Promise<Uint8Array | null> => {
    const part = await reader.read().catch((error: unknown) => {
      throw error instanceof FileTooLargeError ? error : new SourceError("unreadable");
    });
    return part.done ? null : part.value;
  };
  const { head, isWhole } = await readHead(next);
  if (head.byteLength === 0) return wrong(field, "The file is empty");
  const sniffed = sniffType(head);
  const kind = wanted ?? kindOf(sniffed);
  const taken = takenTypes(kind);
  if (taken && (sniffed === null || !taken.includes(sniffed))) {
    return wrong(field, `As ${kind} WhatsApp takes ${taken.join(", ")}; this file is ${sniffed ?? "none of them"}`);
  }
  const limit = Math.min(maxBytes, LARGEST[kind]);
  const mediaKey = randomBytes(MEDIA_KEY_BYTES);
  const encryptor = new MediaEncryptor(mediaKey, kind);
  let tail: Uint8Array = new Uint8Array(0);
  let size = 0;
  for (let chunk: Uint8Array | null = head; chunk; chunk = isWhole ? null : await next()) {
    size += chunk.byteLength;
    if (size > limit) return tooLarge(limit);
    encryptor.update(chunk);
    tail = chunk.byteLength >= HEAD_BYTES ? chunk.slice(-HEAD_BYTES) : joined(tail, chunk).slice(-HEAD_BYTES);
    await writer.write(chunk);
  }
  const { hashes } = encryptor.finish();
  // Of the two, the content is to be believed; what it does not tell (text, office documents) the caller may.
  const mimeType = (kind === "document" ? (declaredType ?? sniffed) : sniffed) ?? "application/octet-stream";
  await writer.close({
    httpMetadata: { contentType: mimeType },
    customMetadata: fileName ? { fileName: encodeURIComponent(fileName) } : {},
  });
  return ok({ key, kind, mimeType, mediaKey, ...hashes, ...fileFacts(sniffed ?? "", head, tail) });
}

/** Enough of the file to tell what it is. */
async function readHead(next: () => Promise<Uint8Array | null>): Promise<{ head: Uint8Array; isWhole: boolean }> {
  let head: Uint8Array = new Uint8Array(0);
  while (head.byteLength < HEAD_BYTES) {
    const chunk = await next();
    if (!chunk) return { head, isWhole: true };
    head = joined(head, chunk);
  }
  return { head, isWhole: false };
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.byteLength === 0) return b;
  const both = new Uint8Array(a.byteLength + b.byteLength);
  both.set(a);
  both.set(b, a.byteLength);
  return both;
}
