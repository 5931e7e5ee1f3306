/** Width and height of a picture, from the beginning of its file. */
import { jpegSize, type PictureSize } from "./jpeg-size.ts";

/** @returns null for what is no JPEG, PNG or WebP, or ends before its size */
export function pictureSize(mimeType: string, head: Uint8Array): PictureSize | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  try {
    if (mimeType === "image/jpeg") return jpegSize(head);
    if (mimeType === "image/png") return { width: view.getUint32(16), height: view.getUint32(20) };
    return mimeType === "image/webp" ? webpSize(view) : null;
  } catch (error) {
    // A file that ends in the middle of its own header has no size.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const VP8_START = 0x9d012a;
const SIDE_BITS = 0x3fff;

/** The first chunk tells it: lossy (RFC 6386, 9.1), lossless (14 bits each, less one) or extended (24 bits, less one). */
function webpSize(view: DataView): PictureSize | null {
  const chunk = String.fromCharCode(...[12, 13, 14, 15].map((at) => view.getUint8(at)));
  if (chunk === "VP8 " && (view.getUint8(23) << 16) + view.getUint16(24) === VP8_START) {
    return { width: view.getUint16(26, true) & SIDE_BITS, height: view.getUint16(28, true) & SIDE_BITS };
  }
  if (chunk === "VP8L") {
    const bits = view.getUint32(21, true);
    return { width: (bits & SIDE_BITS) + 1, height: ((bits >>> 14) & SIDE_BITS) + 1 };
  }
  if (chunk !== "VP8X") return null;
  const side = (at: number): number => view.getUint16(at, true) + (view.getUint8(at + 2) << 16) + 1;
  return { width: side(24), height: side(27) };
}
