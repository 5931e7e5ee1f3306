/** Writes a file of unknown size into the bucket, in constant memory; it exists there only once `close` has returned. */

/** R2 wants parts of one size, at least 5 MiB, but for the last. */
const PART_BYTES = 5 * 1_048_576;

export class BucketWriter {
  readonly #bucket: R2Bucket;
  readonly #key: string;
  readonly #part = new Uint8Array(PART_BYTES);
  #filled = 0;
  #upload: R2MultipartUpload | null = null;
  readonly #parts: R2UploadedPart[] = [];

  constructor(bucket: R2Bucket, key: string) {
    this.#bucket = bucket;
    this.#key = key;
  }

  async write(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.byteLength; ) {
      const taken = Math.min(chunk.byteLength - at, PART_BYTES - this.#filled);
      this.#part.set(chunk.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled === PART_BYTES) await this.#flush();
    }
  }

  /** Makes the file visible under its key. */
  async close(options: R2PutOptions): Promise<void> {
    if (!this.#upload) {
      await this.#bucket.put(this.#key, this.#part.subarray(0, this.#filled), options);
      return;
    }
    if (this.#filled > 0) await this.#flush();
    await this.#upload.complete(this.#parts);
  }

  /** Leaves nothing behind. Never throws: what is left of an upload expires by itself after a week. */
  async abort(): Promise<void> {
    await this.#upload?.abort().catch(() => undefined);
  }

  async #flush(): Promise<void> {
    this.#upload ??= await this.#bucket.createMultipartUpload(this.#key);
    const number = this.#parts.length + 1;
    this.#parts.push(await this.#upload.uploadPart(number, this.#part.subarray(0, this.#filled)));
    this.#filled = 0;
  }
}
