/** The entropy-coded bits of a JPEG (ITU T.81, F.2.2). Behind its end there are zeros, for ever. */

/** By the next 16 bits: length of the code and, in the low byte, its symbol; 0 = no code begins like this. */
export type CodeTable = Uint16Array;

const CODE_BITS = 16;

/** @param counts how many codes there are of each length, 1 to 16 */
export function codeTable(counts: Uint8Array, symbols: Uint8Array): CodeTable {
  const table = new Uint16Array(1 << CODE_BITS);
  let [code, used] = [0, 0];
  for (let length = 1; length <= CODE_BITS; length += 1) {
    for (let n = counts[length - 1] ?? 0; n > 0; n -= 1) {
      const first = code << (CODE_BITS - length);
      table.fill((length << 8) | (symbols[used] ?? 0), first, first + (1 << (CODE_BITS - length)));
      code += 1;
      used += 1;
    }
    code <<= 1;
  }
  return table;
}

/** The scan is damaged. */
export class BadCodeError extends Error {
  override name = "BadCodeError";
}

export class JpegBits {
  readonly #bytes: Uint8Array;
  #at: number;
  #bits = 0;
  #count = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Where the next byte is read: at a marker once the scan is over. */
  get at(): number {
    return this.#at;
  }

  symbol(table: CodeTable): number {
    this.#fill();
    const entry = table[(this.#bits >>> (this.#count - CODE_BITS)) & 0xffff] ?? 0;
    if (entry === 0) throw new BadCodeError("no such code");
    this.#count -= entry >> 8;
    return entry & 0xff;
  }

  /** A number of `size` bits in the way of F.2.2.1 (EXTEND). */
  signed(size: number): number {
    if (size === 0) return 0;
    const value = this.#take(size);
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  skip(size: number): void {
    if (size > 0) this.#take(size);
  }

  /** Goes behind the next restart marker. */
  restart(): void {
    this.#bits = 0;
    this.#count = 0;
    const { length } = this.#bytes;
    while (this.#at + 1 < length && !(this.#bytes[this.#at] === 0xff && isRestart(this.#bytes[this.#at + 1]))) {
      this.#at += 1;
    }
    this.#at = Math.min(this.#at + 2, length);
  }

  #take(size: number): number {
    this.#fill();
    this.#count -= size;
    return (this.#bits >>> this.#count) & ((1 << size) - 1);
  }

  /** At least 17 bits are ready; no code and no number is longer than 16. */
  #fill(): void {
    while (this.#count <= CODE_BITS) {
      let byte = this.#bytes[this.#at] ?? 0;
      if (byte !== 0xff) this.#at += 1;
      else if (this.#bytes[this.#at + 1] === 0) this.#at += 2;
      else byte = 0;
      this.#bits = ((this.#bits << 8) | byte) & 0xff_ffff;
      this.#count += 8;
    }
  }
}

const isRestart = (marker: number | undefined): boolean => marker !== undefined && marker >= 0xd0 && marker <= 0xd7;
