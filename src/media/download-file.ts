/** A file at WhatsApp's media servers → the bucket, decrypted and verified on the way. */
import { bucketWriter } from "./bucket-writer.ts";
import { type ByteSource, byteReader } from "./byte-reader.ts";
import { decryptFile } from "./decrypt-file.ts";
import { CorruptFileError } from "./media-decryptor.ts";
import type { EncryptedKind } from "./media-keys.ts";

/** WhatsApp's host for files whose message names none. */
const DEFAULT_HOST = "mmg.whatsapp.net";
const TIMEOUT_MS = 120_000;

/** What is to be fetched; plain data, because it travels to another object. Hashes and keys as base64. */
export interface DownloadJob {
  /** Key in the bucket. */
  key: string;
  kind: EncryptedKind;
  directPath: string;
  mediaKey: string;
  fileSha256: string;
  fileEncSha256: string;
  mimeType: string;
  fileName: string | null;
  /** Bytes. */
  size: number;
  maxBytes: number;
  /** Replaces `https://<host>`; null = WhatsApp's hosts. */
  mediaOrigin: string | null;
}

/**
 * `gone`: WhatsApp no longer has it, the sender's phone can be asked for it. `corrupt`: it is not what the message told
 * of. `too_large`: over the deployment's limit. `unavailable`: a host or the bucket failed, which may pass.
 */
export type DownloadOutcome = "stored" | "gone" | "corrupt" | "too_large" | "unavailable";

const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));

/** Never throws; in the bucket is the whole, verified file, or nothing. */
export async function downloadFile(bucket: R2Bucket, job: DownloadJob): Promise<DownloadOutcome> {
  if (job.size > job.maxBytes) return "too_large";
  try {
    const response = await fetch(`${job.mediaOrigin ?? `https://${DEFAULT_HOST}`}${job.directPath}`, {
      headers: { Origin: "https://web.whatsapp.com" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      return response.status === 404 || response.status === 410 ? "gone" : "unavailable";
    }
    await decryptInto(bucket, byteReader(response.body), job);
    return "stored";
  } catch (error) {
    return error instanceof CorruptFileError ? "corrupt" : "unavailable";
  }
}

async function decryptInto(bucket: R2Bucket, source: ByteSource, job: DownloadJob): Promise<void> {
  const { key, kind, size } = job;
  const writer = bucketWriter(bucket, key, size, {
    httpMetadata: { contentType: job.mimeType },
    customMetadata: job.fileName ? { fileName: encodeURIComponent(job.fileName) } : {},
  });
  const expected = {
    mediaKey: bytes(job.mediaKey),
    kind,
    size,
    fileSha256: bytes(job.fileSha256),
    fileEncSha256: bytes(job.fileEncSha256),
  };
  try {
    await decryptFile(source, expected, (piece) => writer.write(piece));
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  } finally {
    await source.close();
  }
}
