/**
 * `multipart/form-data` (RFC 7578) as it comes in: one part after the other, none of them kept. The libraries for it hand
 * out whole parts, or streams whose every chunk is a buffer of its own.
 */
import { type ByteSource, PIECE_BYTES } from "./byte-reader.ts";

/** The form is not one, or breaks a limit; the message is for who sent it. */
export class FormError extends Error {
  override name = "FormError";
}

export interface FormPart {
  name: string;
  /** Null for a plain field. */
  fileName: string | null;
  /** Lower case, without parameters; null when the part names none. */
  contentType: string | null;
  /** What it holds; what is not read of it is skipped, and closing it leaves the form open. */
  body: ByteSource;
}

/** Lines in front of a part, bytes: two or three are usual. */
const MAX_HEADER_BYTES = 8_192;
const MAX_PARTS = 32;
/** Bytes of a field that is no file. */
const MAX_FIELD_BYTES = 4_096;
/** Bytes of parts that nobody asked for, together. */
const MAX_SKIPPED_BYTES = 1_048_576;
/** RFC 2046 allows 70 characters. */
const BOUNDARY = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;",]{1,70}))/i;

/** The boundary that a content type names; null when there is none. */
export function boundaryOf(contentType: string): string | null {
  const [, quoted, plain] = BOUNDARY.exec(contentType) ?? [];
  return quoted ?? plain ?? null;
}

export class FormReader {
  readonly #source: ByteSource;
  readonly #delimiter: Buffer;
  /** What has been read and not been given out yet lies between `#start` and `#end`. */
  readonly #buffer = Buffer.alloc(2 * PIECE_BYTES);
  readonly #piece = new Uint8Array(PIECE_BYTES);
  #start = 0;
  #end = 0;
  #isEnded = false;
  #isInPart = false;
  #parts = 0;
  #skipped = 0;

  constructor(source: ByteSource, boundary: string) {
    this.#source = source;
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
    // The first delimiter has no line break of its own before it.
    this.#end = this.#buffer.write("\r\n", "latin1");
  }

  /**
   * The next part, after what was left of the one before; null behind the last.
   * @throws FormError; SourceError when the form broke off
   */
  async next(): Promise<FormPart | null> {
    if (this.#parts === 0) {
      if ((await this.#search(this.#delimiter)) !== this.#start) throw new FormError("The form does not begin as one");
      this.#start += this.#delimiter.length;
    }
    while (this.#isInPart) {
      this.#skipped += (await this.#read(PIECE_BYTES)).byteLength;
      if (this.#skipped > MAX_SKIPPED_BYTES) throw new FormError("Leave out the parts that are not asked for");
    }
    if (await this.#isLast()) return null;
    this.#parts += 1;
    if (this.#parts > MAX_PARTS) throw new FormError(`Send at most ${MAX_PARTS} fields`);
    const part = describe(await this.#headers());
    this.#isInPart = true;
    return { ...part, body: { read: (wanted = PIECE_BYTES) => this.#read(wanted), close: async () => undefined } };
  }

  /** A field's text. @throws FormError when it is too long for one */
  async text({ name, body }: FormPart): Promise<string> {
    const bytes = await body.read(MAX_FIELD_BYTES + 1);
    if (bytes.byteLength > MAX_FIELD_BYTES) throw new FormError(`${name} may have at most ${MAX_FIELD_BYTES} bytes`);
    return Buffer.from(bytes).toString("utf8");
  }

  async #isLast(): Promise<boolean> {
    await this.#fillTo(2);
    return this.#buffer.toString("latin1", this.#start, this.#start + 2) === "--";
  }

  async #headers(): Promise<string> {
    const end = await this.#search(Buffer.from("\r\n\r\n"), MAX_HEADER_BYTES);
    if (end === null) throw new FormError("A part of the form has no end of its headers");
    const headers = this.#buffer.toString("utf8", this.#start, end);
    this.#start = end + 4;
    return headers;
  }

  /** The next bytes of the part, fewer than wanted only at its end. */
  async #read(wanted: number): Promise<Uint8Array<ArrayBuffer>> {
    let filled = 0;
    while (this.#isInPart && filled < wanted) {
      const found = this.#buffer.subarray(this.#start, this.#end).indexOf(this.#delimiter);
      // What may be the beginning of the delimiter waits for the rest of it.
      const safe = found >= 0 ? found : Math.max(0, this.#end - this.#start - this.#delimiter.length + 1);
      const taken = Math.min(safe, wanted - filled);
      this.#piece.set(this.#buffer.subarray(this.#start, this.#start + taken), filled);
      this.#start += taken;
      filled += taken;
      if (found >= 0 && taken === found) {
        this.#start += this.#delimiter.length;
        this.#isInPart = false;
      } else if (taken === safe && !(await this.#fill())) throw brokenOff();
    }
    return this.#piece.subarray(0, filled);
  }

  /** Where these bytes are next; null when they are not within `limit`. */
  async #search(bytes: Buffer, limit = PIECE_BYTES): Promise<number | null> {
    for (;;) {
      const at = this.#buffer.subarray(this.#start, this.#end).indexOf(bytes);
      if (at >= 0) return at <= limit ? this.#start + at : null;
      if (this.#end - this.#start > limit) return null;
      if (!(await this.#fill())) throw brokenOff();
    }
  }

  async #fillTo(bytes: number): Promise<void> {
    while (this.#end - this.#start < bytes) if (!(await this.#fill())) throw brokenOff();
  }

  /** Reads on behind what is there. @returns false at the end */
  async #fill(): Promise<boolean> {
    if (this.#isEnded) return false;
    this.#buffer.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
    const wanted = Math.min(PIECE_BYTES, this.#buffer.length - this.#end);
    const piece = await this.#source.read(wanted);
    this.#buffer.set(piece, this.#end);
    this.#end += piece.byteLength;
    this.#isEnded = piece.byteLength < wanted;
    return piece.byteLength > 0;
  }
}

const brokenOff = () => new FormError("The form broke off before its end");

/** A value of a header's parameter, quoted or not; browsers escape quotes as %22, others with a backslash. */
function parameter(header: string, name: string): string | null {
  const pattern = new RegExp(`;\\s*${name}=(?:"((?:\\\\.|[^"\\\\])*)"|([^\\s;"]+))`, "i");
  const [, quoted, plain] = pattern.exec(header) ?? [];
  return quoted?.replace(/\\(["\\])/g, "$1").replaceAll("%22", '"') ?? plain ?? null;
}

function describe(headers: string): Omit<FormPart, "body"> {
  const line = (name: string): string | null =>
    new RegExp(`^${name}:\\s*(.*)$`, "im").exec(headers)?.[1]?.trim() ?? null;
  const disposition = line("content-disposition") ?? "";
  const name = /^form-data\s*;/i.test(disposition) ? parameter(disposition, "name") : null;
  if (name === null) throw new FormError("Each part of the form needs a name");
  return {
    name,
    fileName: parameter(disposition, "filename"),
    contentType: line("content-type")?.split(";")[0]?.trim().toLowerCase() || null,
  };
}
