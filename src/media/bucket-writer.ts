/** Writes a file into the bucket, in constant memory; it exists there only once `close` has returned. */

import { release } from "./byte-reader.ts";

/** R2 wants parts of one size, at least 5 MiB, but for the last. */
const PART_BYTES = 5 * 1_048_576;

/** A bucket that takes nothing for so long has failed: some failures show as silence. Milliseconds. */
const STALLED_MS = 10_000;

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("The bucket does not go on")), STALLED_MS);
  });
  try {
    return await Promise.race([work, stalled]);
  } finally {
    clearTimeout(timer);
  }
}

export interface BucketWriter {
  /** The bytes are the caller's again when it returns. */
  write(piece: Uint8Array): Promise<void>;
  /** Makes the file visible under its key. */
  close(): Promise<void>;
  /** Leaves nothing behind. Never throws. */
  abort(): Promise<void>;
}

/** @param size what will be written, bytes; null = not known, which costs more calls and the memory of two parts */
export function bucketWriter(bucket: R2Bucket, key: string, size: number | null, options: R2PutOptions): BucketWriter {
  return size === null ? partsWriter(bucket, key, options) : streamWriter(bucket, key, size, options);
}

/** One stream of known length. The bucket waits for all of it: what is given up before its end was never there. */
function streamWriter(bucket: R2Bucket, key: string, size: number, options: R2PutOptions): BucketWriter {
  const { readable, writable } = new FixedLengthStream(size);
  const writer = writable.getWriter();
  const storing = bucket.put(key, readable, options);
  // A bucket that fails does not read on: whoever writes would wait for ever.
  storing.catch((error: unknown) => writer.abort(error).catch(() => undefined));
  return {
    async write(piece) {
      if (piece.byteLength > 0) await inTime(writer.write(piece));
    },
    async close() {
      await inTime(writer.close());
      await inTime(storing);
    },
    async abort() {
      // Not waited for: what failed in silence would not answer this either.
      void writer.abort(new Error("The file was given up")).catch(() => undefined);
    },
  };
}

/** Parts, each collected before it leaves. */
function partsWriter(bucket: R2Bucket, key: string, options: R2PutOptions): BucketWriter {
  const part = new Uint8Array(PART_BYTES);
  const parts: R2UploadedPart[] = [];
  let upload: R2MultipartUpload | null = null;
  let filled = 0;
  const flush = async (): Promise<R2MultipartUpload> => {
    upload ??= await inTime(bucket.createMultipartUpload(key, options));
    if (filled > 0) parts.push(await inTime(upload.uploadPart(parts.length + 1, part.subarray(0, filled))));
    filled = 0;
    return upload;
  };
  return {
    async write(piece) {
      for (let at = 0; at < piece.byteLength; ) {
        const taken = Math.min(piece.byteLength - at, PART_BYTES - filled);
        part.set(piece.subarray(at, at + taken), filled);
        filled += taken;
        at += taken;
        if (filled === PART_BYTES) await flush();
      }
    },
    async close() {
      if (upload) await inTime((await flush()).complete(parts));
      else await inTime(bucket.put(key, part.subarray(0, filled), options));
      release(part);
    },
    async abort() {
      release(part);
      // What is left of an upload expires by itself after a week.
      await upload?.abort().catch(() => undefined);
    },
  };
}
