/**
 * Reads a protobuf message from a stream, field by field, with no more of it in memory than the field at hand. Numbers
 * and wire types are those of https://protobuf.dev/programming-guides/encoding/.
 */
export const VARINT = 0;
const FIXED64 = 1;
export const BYTES = 2;
const FIXED32 = 5;

/** The bytes are no protobuf message, or end in its middle. */
export class BrokenStreamError extends Error {
  override name = "BrokenStreamError";
}

export class ProtoStream {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #limit: number;
  #rest: Uint8Array = new Uint8Array(0);
  #at = 0;
  #position = 0;

  /** @param limit bytes after which reading is given up */
  constructor(chunks: AsyncIterable<Uint8Array>, limit: number) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#limit = limit;
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#position;
  }

  /** The next field's number and wire type; null at the end. */
  async tag(): Promise<{ field: number; wire: number } | null> {
    if (!(await this.#has(1))) return null;
    const tag = await this.varint();
    return { field: Math.floor(tag / 8), wire: tag % 8 };
  }

  async varint(): Promise<number> {
    let value = 0;
    for (let power = 1; ; power *= 128) {
      const [byte = 0] = await this.take(1);
      value += (byte & 127) * power;
      if (byte < 128) return value;
      if (power > Number.MAX_SAFE_INTEGER) throw new BrokenStreamError("varint");
    }
  }

  async take(length: number): Promise<Uint8Array> {
    if (!(await this.#has(length))) throw new BrokenStreamError("end");
    const taken = this.#rest.subarray(this.#at, this.#at + length);
    this.#advance(length);
    return taken;
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; ) {
      if (!(await this.#has(1))) throw new BrokenStreamError("end");
      const step = Math.min(left, this.#rest.byteLength - this.#at);
      this.#advance(step);
      left -= step;
    }
  }

  /** Passes over the value of a field. */
  async skipValue(wire: number): Promise<void> {
    if (wire === VARINT) await this.varint();
    else if (wire === FIXED64) await this.skip(8);
    else if (wire === FIXED32) await this.skip(4);
    else if (wire === BYTES) await this.skip(await this.varint());
    else throw new BrokenStreamError("wire type");
  }

  /** Gives the source up. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  #advance(length: number): void {
    this.#at += length;
    this.#position += length;
    if (this.#position > this.#limit) throw new BrokenStreamError("limit");
  }

  /** Reads on until so many bytes are at hand; false when the stream ends before. */
  async #has(length: number): Promise<boolean> {
    if (this.#rest.byteLength - this.#at >= length) return true;
    const parts = [this.#rest.subarray(this.#at)];
    let size = this.#rest.byteLength - this.#at;
    while (size < length) {
      const { done, value } = await this.#chunks.next();
      if (done) break;
      parts.push(value);
      size += value.byteLength;
    }
    this.#rest = Buffer.concat(parts);
    this.#at = 0;
    return size >= length;
  }
}
