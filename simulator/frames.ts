/** Framing: three bytes of length before each frame, and the intro before the client's first one. */
import { NOISE_WA_HEADER } from "@whiskeysockets/baileys";

const LENGTH_BYTES = 3;
/** "ED", 0, 1: the routing prefix of a client that was given edge routing earlier. */
const ROUTING_MAGIC = Buffer.from([0x45, 0x44, 0x00, 0x01]);

/** Puts the length before a payload. */
export function frame(payload: Uint8Array): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUIntBE(payload.length, 0, LENGTH_BYTES);
  return Buffer.concat([length, payload]);
}

/**
 * Cuts the client's byte stream into frames, whatever the boundaries of the WebSocket messages. Reads the intro
 * ("WA", 6, dictionary version, perhaps after a routing prefix) once; throws when the stream starts with anything else.
 */
export class FrameReader {
  #bytes: Buffer = Buffer.alloc(0);
  #introduced = false;
  #routingInfo: Buffer | undefined;

  /** The routing bytes the client introduced itself with, if it did. */
  get routingInfo(): Buffer | undefined {
    return this.#routingInfo;
  }

  push(chunk: Uint8Array): Buffer[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    if (!this.#introduced && !this.#readIntro()) return [];
    const frames: Buffer[] = [];
    while (this.#bytes.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + this.#bytes.readUIntBE(0, LENGTH_BYTES);
      if (this.#bytes.length < end) break;
      frames.push(this.#bytes.subarray(LENGTH_BYTES, end));
      this.#bytes = this.#bytes.subarray(end);
    }
    return frames;
  }

  #readIntro(): boolean {
    let offset = 0;
    if (startsLike(this.#bytes, ROUTING_MAGIC)) {
      const lengthAt = ROUTING_MAGIC.length;
      if (this.#bytes.length < lengthAt + LENGTH_BYTES) return false;
      offset = lengthAt + LENGTH_BYTES + this.#bytes.readUIntBE(lengthAt, LENGTH_BYTES);
      if (this.#bytes.length < offset) return false;
      this.#routingInfo = Buffer.from(this.#bytes.subarray(lengthAt + LENGTH_BYTES, offset));
    }
    const header = this.#bytes.subarray(offset, offset + NOISE_WA_HEADER.length);
    if (!startsLike(header, NOISE_WA_HEADER)) throw new Error("the stream does not start with the WhatsApp header");
    if (header.length < NOISE_WA_HEADER.length) return false;
    this.#bytes = this.#bytes.subarray(offset + NOISE_WA_HEADER.length);
    this.#introduced = true;
    return true;
  }
}

/** True as long as the bytes that are there agree with the expected start. */
function startsLike(bytes: Buffer, expected: Buffer): boolean {
  const length = Math.min(bytes.length, expected.length);
  return bytes.subarray(0, length).equals(expected.subarray(0, length));
}
