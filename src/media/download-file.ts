/** A file at WhatsApp's media servers → the bucket, decrypted and verified on the way. */
import { BucketWriter } from "./bucket-writer.ts";
import { CorruptFileError, MediaDecryptor } from "./media-decryptor.ts";
import { encryptedSize, type MediaKind } from "./media-keys.ts";

/** WhatsApp's host for files whose message names none. */
const DEFAULT_HOST = "mmg.whatsapp.net";
const TIMEOUT_MS = 120_000;

/** What is to be fetched; plain data, because it travels to another object. Hashes and keys as base64. */
export interface DownloadJob {
  /** Key in the bucket. */
  key: string;
  kind: MediaKind;
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
  const writer = new BucketWriter(bucket, job.key);
  try {
    const response = await fetch(`${job.mediaOrigin ?? `https://${DEFAULT_HOST}`}${job.directPath}`, {
      headers: { Origin: "https://web.whatsapp.com" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      return response.status === 404 || response.status === 410 ? "gone" : "unavailable";
    }
    await decryptInto(writer, response.body, job);
    return "stored";
  } catch (error) {
    await writer.abort();
    return error instanceof CorruptFileError ? "corrupt" : "unavailable";
  }
}

async function decryptInto(writer: BucketWriter, body: ReadableStream<Uint8Array>, job: DownloadJob): Promise<void> {
  const decryptor = new MediaDecryptor({
    mediaKey: bytes(job.mediaKey),
    kind: job.kind,
    size: job.size,
    fileSha256: bytes(job.fileSha256),
    fileEncSha256: bytes(job.fileEncSha256),
  });
  const expected = encryptedSize(job.size);
  let received = 0;
  for await (const chunk of body) {
    received += chunk.byteLength;
    await writer.write(decryptor.update(chunk));
  }
  // A connection that broke off is no proof of a wrong file.
  if (received < expected) throw new Error("The file broke off before its end");
  await writer.write(decryptor.finish());
  await writer.close({
    httpMetadata: { contentType: job.mimeType },
    customMetadata: job.fileName ? { fileName: encodeURIComponent(job.fileName) } : {},
  });
}
