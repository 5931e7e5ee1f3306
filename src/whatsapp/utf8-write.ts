/**
 * Repairs `Buffer.prototype.utf8Write` where it is broken. protobufjs writes strings of 40 characters and more with
 * `buffer.utf8Write(text, offset)`; in Node the length defaults to what is left after the offset, in workerd 1.20261023
 * to the whole buffer, which then is "out of range": no longer text could be encoded.
 */
import { Buffer } from "node:buffer";

/** Node's undocumented method, as protobufjs calls it. */
interface Utf8Writer {
  readonly length: number;
  utf8Write(text: string, offset?: number, length?: number): number;
}

const prototype = Buffer.prototype as unknown as Utf8Writer;

function isBroken(): boolean {
  try {
    return (Buffer.alloc(2) as unknown as Utf8Writer).utf8Write("x", 1) !== 1;
  } catch {
    return true;
  }
}

if (isBroken()) {
  const original = prototype.utf8Write;
  prototype.utf8Write = function utf8Write(this: Utf8Writer, text, offset = 0, length = this.length - offset) {
    return original.call(this, text, offset, length);
  };
}
