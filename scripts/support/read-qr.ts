/** Reads a QR as a phone's camera does: from the picture alone. */
import { decode } from "fast-png";
import jsQR from "jsqr";

/** @param dataUrl a PNG as `data:image/png;base64,…`. @returns the text inside. @throws when no QR can be read */
export function readQr(dataUrl: string): string {
  const { data, width, height, channels, depth } = decode(Buffer.from(dataUrl.replace(/^data:[^,]*,/, ""), "base64"));
  const pixels = new Uint8ClampedArray(width * height * 4);
  const white = 2 ** depth - 1;
  for (let pixel = 0; pixel < width * height; pixel++) {
    const value = depth === 1 ? bit(data as Uint8Array, pixel, width) : (data[pixel * channels] ?? 0);
    pixels.fill((value / white) * 255, pixel * 4, pixel * 4 + 3);
    pixels[pixel * 4 + 3] = 255;
  }
  const found = jsQR(pixels, width, height);
  if (!found) throw new Error("No QR can be read in this picture");
  return found.data;
}

/** One-bit rows start at byte boundaries. */
function bit(data: Uint8Array, pixel: number, width: number): number {
  const row = Math.floor(pixel / width);
  const column = pixel % width;
  const byte = data[row * Math.ceil(width / 8) + (column >> 3)] ?? 0;
  return (byte >> (7 - (column & 7))) & 1;
}
