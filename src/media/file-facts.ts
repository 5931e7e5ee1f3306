/** Sizes of pictures and durations of voice notes, read from a file's first and last bytes. */

export interface FileFacts {
  width: number | null;
  height: number | null;
  seconds: number | null;
}

const NOTHING: FileFacts = { width: null, height: null, seconds: null };

/** Samples per second that Ogg Opus counts in, whatever was recorded (RFC 7845). */
const OPUS_RATE = 48_000;

/** @param tail the file's last bytes, 64 KiB of them at least if it has as many */
export function fileFacts(mimeType: string, head: Uint8Array, tail: Uint8Array): FileFacts {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  try {
    if (mimeType === "image/png") return { ...NOTHING, width: view.getUint32(16), height: view.getUint32(20) };
    if (mimeType === "image/jpeg") return { ...NOTHING, ...jpegSize(view) };
    if (mimeType === "audio/ogg") return { ...NOTHING, seconds: oggSeconds(tail) };
  } catch (error) {
    // A file that ends in the middle of its own header has no facts.
    if (!(error instanceof RangeError)) throw error;
  }
  return NOTHING;
}

/** The first frame header (SOF0–SOF15 without the three that are none) holds the size. */
function jpegSize(view: DataView): Pick<FileFacts, "width" | "height"> {
  for (let at = 2; at + 9 < view.byteLength; ) {
    const marker = view.getUint16(at);
    const isFrame = marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += 2 + view.getUint16(at + 2);
  }
  return NOTHING;
}

/** The last page tells how many samples there are in all. */
function oggSeconds(tail: Uint8Array): number | null {
  const at = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength).lastIndexOf("OggS");
  if (at < 0) return null;
  const samples = new DataView(tail.buffer, tail.byteOffset + at).getBigUint64(6, true);
  return Math.max(1, Math.round(Number(samples) / OPUS_RATE));
}
