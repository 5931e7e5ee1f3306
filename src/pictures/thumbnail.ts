/**
 * Small JPEG pictures for messages, in plain JavaScript, because the runtime decodes none. What cannot be had cheaply
 * (WebP, GIF, video, PNG beyond 2 megapixels) has no thumbnail.
 */
import { decode, encode } from "jpeg-js";
import { jpegEighth } from "./jpeg-eighth.ts";
import { fitted, type Pixels } from "./pixels.ts";
import { pngPixels } from "./png-pixels.ts";

/** A larger file is not read: reading takes time in proportion to its bytes, about 100 ms for so many. */
export const LARGEST_PICTURE_BYTES = 3 * 1_048_576;
/** A thumbnail travels inside the message; Baileys makes them with this quality. */
const QUALITY = 50;
/** A JPEG so small is decoded whole (a few MB of memory): an eighth of it would show nothing. */
const SMALL_MEGAPIXELS = 0.3;
const SMALL_MEGABYTES = 32;
const OPAQUE = 255;

/**
 * @param longest pixels of the longer side at most
 * @returns a JPEG; null when there is none to be had
 */
export function thumbnailOf(picture: Uint8Array, longest: number): Uint8Array | null {
  if (picture.byteLength > LARGEST_PICTURE_BYTES) return null;
  const pixels = pixelsOf(picture);
  return pixels && jpegOf(fitted(pixels, longest));
}

function pixelsOf(picture: Uint8Array): Pixels | null {
  if (picture[0] === 0xff && picture[1] === 0xd8) return smallJpeg(picture) ?? jpegEighth(picture);
  if (picture[0] === 0x89 && picture[1] === 0x50) return pngPixels(picture);
  return null;
}

function smallJpeg(picture: Uint8Array): Pixels | null {
  const limits = { maxResolutionInMP: SMALL_MEGAPIXELS, maxMemoryUsageInMB: SMALL_MEGABYTES, tolerantDecoding: false };
  try {
    const { width, height, data } = decode(picture, { ...limits, useTArray: true, formatAsRGBA: false });
    return { width, height, rgb: data };
  } catch {
    return null;
  }
}

function jpegOf({ width, height, rgb }: Pixels): Uint8Array {
  const data = new Uint8Array(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    data.set(rgb.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
    data[pixel * 4 + 3] = OPAQUE;
  }
  return new Uint8Array(encode({ width, height, data }, QUALITY).data);
}
