/** A file at WhatsApp's media servers → the bucket, decrypted and verified on the way. */
import { bucketWriter } from "./bucket-writer.ts";
import { type ByteSource, byteReader } from "./byte-reader.ts";
import { decryptFile } from "./decrypt-file.ts";
import { CorruptFileError } from "./media-decryptor.ts";
import type { EncryptedKind } from "./media-keys.ts";
import { nameMetadata } from "./name-metadata.ts";

/** WhatsApp's host for files whose message names none. */
const DEFAULT_HOST = "mmg.whatsapp.net";
const TIMEOUT_MS = 120_000;
/** Bytes: some ten times what the settings of a phone with 10,000 contacts take (about 150 bytes each). */
const LARGEST_IN_MEMORY = 16 * 1_048_576;

/** What is to be fetched; plain data, because it travels to another object. Hashes and keys as base64. */
export interface FetchJob {
  kind: EncryptedKind;
  directPath: string;
  mediaKey: string;
  fileSha256: string;
  fileEncSha256: string;
  /** Bytes. */
  size: number;
  /** Replaces `https://<host>`; null = WhatsApp's hosts. */
  mediaOrigin: string | null;
}

/** … and put into the bucket. */
export interface DownloadJob extends FetchJob {
  /** Key in the bucket. */
  key: string;
  mimeType: string;
  fileName: string | null;
  maxBytes: number;
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
    const response = await request(job);
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

/**
 * A file that is small enough to be held in memory; see `LARGEST_IN_MEMORY`.
 * @throws CorruptFileError, or another error when it could not be fetched
 */
export async function downloadBytes(job: FetchJob): Promise<Uint8Array> {
  if (job.size > LARGEST_IN_MEMORY) throw new Error("The file is too large to be held in memory");
  const response = await request(job);
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw new Error(`The file was answered with ${response.status}`);
  }
  const source = byteReader(response.body);
  const pieces: Uint8Array[] = [];
  try {
    // The pieces' memory is used again for what follows them.
    await decryptFile(source, expectedOf(job), async (piece) => void pieces.push(Uint8Array.from(piece)));
  } finally {
    await source.close();
  }
  return new Uint8Array(Buffer.concat(pieces));
}

/** @throws CorruptFileError when the place is none */
async function request({ mediaOrigin, directPath }: FetchJob): Promise<Response> {
  // Its sender chooses it: `.example.com/x` behind WhatsApp's host would be another host.
  if (!directPath.startsWith("/")) throw new CorruptFileError("place");
  return fetch(`${mediaOrigin ?? `https://${DEFAULT_HOST}`}${directPath}`, {
    headers: { Origin: "https://web.whatsapp.com" },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}

const expectedOf = ({ mediaKey, kind, size, fileSha256, fileEncSha256 }: FetchJob) => ({
  mediaKey: bytes(mediaKey),
  kind,
  size,
  fileSha256: bytes(fileSha256),
  fileEncSha256: bytes(fileEncSha256),
});

async function decryptInto(bucket: R2Bucket, source: ByteSource, job: DownloadJob): Promise<void> {
  const writer = bucketWriter(bucket, job.key, job.size, {
    httpMetadata: { contentType: job.mimeType },
    customMetadata: nameMetadata(job.fileName),
  });
  try {
    await decryptFile(source, expectedOf(job), (piece) => writer.write(piece));
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  } finally {
    await source.close();
  }
}
