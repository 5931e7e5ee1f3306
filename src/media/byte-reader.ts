/**
 * Reads a stream through one buffer. Each chunk that a stream hands out is a buffer of its own as a rule, and the runtime
 * frees those only once tens of MiB have come together: a large file would cost as much memory as it has bytes.
 */

/** Bytes of a piece: whole blocks of AES, and so many that what each leaves behind (promises, views) is little. */
export const PIECE_BYTES = 262_144;

/** Reading failed, as opposed to writing. */
export class SourceError extends Error {
  override name = "SourceError";
}

/** Where a file comes from. */
export interface ByteSource {
  /**
   * The next bytes, fewer than `wanted` (at most `PIECE_BYTES`) only at the end and none after it. They are overwritten
   * by the next call. @throws SourceError when it broke off
   */
  read(wanted?: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Nothing more is read, and the last piece is gone too. Never throws. */
  close(): Promise<void>;
}

/** `min` (Streams standard) is missing in the platform's types: a read waits for so many bytes. */
interface PatientReader {
  read(
    view: Uint8Array<ArrayBuffer>,
    options: { min: number },
  ): Promise<{ done: boolean; value?: Uint8Array<ArrayBuffer> }>;
  cancel(): Promise<void>;
}

/** @param stream one of bytes, as the platform's bodies are */
export function byteReader(stream: ReadableStream<Uint8Array>): ByteSource {
  const reader = stream.getReader({ mode: "byob" }) as unknown as PatientReader;
  let buffer = new ArrayBuffer(PIECE_BYTES);
  return {
    async read(wanted = PIECE_BYTES) {
      let filled = 0;
      while (filled < wanted) {
        const left = wanted - filled;
        // The buffer goes away with the call and comes back with what was read.
        const part = await reader.read(new Uint8Array(buffer, filled, left), { min: left }).catch(() => {
          throw new SourceError("The source broke off");
        });
        if (part.value) {
          buffer = part.value.buffer;
          filled += part.value.byteLength;
        }
        if (part.done) break;
      }
      return new Uint8Array(buffer, 0, filled);
    },
    async close() {
      await reader.cancel().catch(() => undefined);
      // A read that failed has kept it.
      if (!buffer.detached) buffer.transfer(0);
    },
  };
}

/** Bytes that are there already. */
export function bytesSource(bytes: Uint8Array<ArrayBuffer>): ByteSource {
  let at = 0;
  return {
    async read(wanted = PIECE_BYTES) {
      const piece = bytes.subarray(at, at + wanted);
      at += piece.byteLength;
      return piece;
    },
    async close() {
      at = bytes.byteLength;
    },
  };
}

/** Frees a piece at once instead of some day: for buffers of our own that nobody reads any more. */
export function release(piece: Uint8Array<ArrayBuffer>): void {
  piece.buffer.transfer(0);
}
