/** Reads PNG pictures of a bounded size (PNG, third edition). Eight bits, not interlaced: nearly all of them. */
import { inflateSync } from "node:zlib";
import type { Pixels } from "./pixels.ts";

/** A photo of 1920 × 1080; decoded it takes 8 MB at most. */
const MOST_PIXELS = 2_100_000;

/** Samples per pixel by colour type: grey, colour, palette, grey with alpha, colour with alpha. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const PALETTE = 3;
const WHITE = 255;

interface Chunks {
  data: Uint8Array[];
  palette: Uint8Array;
}

/** @returns null for what is no PNG of this kind or size, or is damaged */
export function pngPixels(bytes: Uint8Array): Pixels | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 33) return null;
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, type, interlace] = [view.getUint8(24), view.getUint8(25), view.getUint8(28)];
  const channels = CHANNELS[type];
  if (channels === undefined || depth !== 8 || interlace !== 0) return null;
  if (width === 0 || height === 0 || width * height > MOST_PIXELS) return null;
  const { data, palette } = chunksOf(bytes, view);
  const size = (1 + width * channels) * height;
  try {
    // Whatever the file claims or hides, no more than the picture's own bytes come out of it.
    const raw = inflateSync(Buffer.concat(data), { maxOutputLength: size });
    if (raw.byteLength < size) return null;
    const rows = unfiltered(raw, width * channels, height, channels);
    return { width, height, rgb: coloured(rows, width * height, type, channels, palette) };
  } catch {
    return null;
  }
}

function chunksOf(bytes: Uint8Array, view: DataView): Chunks {
  const chunks: Chunks = { data: [], palette: new Uint8Array(0) };
  for (let at = 8; at + 12 <= bytes.byteLength; ) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (name === "IDAT") chunks.data.push(content);
    else if (name === "PLTE") chunks.palette = content;
    else if (name === "IEND") break;
    at += 12 + length;
  }
  return chunks;
}

/** Undoes the filter of each row, in place; the filter's type stands before the row. */
function unfiltered(raw: Uint8Array, stride: number, height: number, step: number): Uint8Array {
  const out = new Uint8Array(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)] ?? 0;
    const [from, to] = [y * (stride + 1) + 1, y * stride];
    for (let x = 0; x < stride; x += 1) {
      const left = x < step ? 0 : (out[to + x - step] ?? 0);
      const up = y === 0 ? 0 : (out[to + x - stride] ?? 0);
      const corner = x < step || y === 0 ? 0 : (out[to + x - stride - step] ?? 0);
      out[to + x] = (raw[from + x] ?? 0) + predicted(filter, left, up, corner);
    }
  }
  return out;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4:
      return paeth(left, up, corner);
    default:
      return 0;
  }
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [toLeft, toUp, toCorner] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/** What is transparent shows white, as below most pictures. */
function coloured(rows: Uint8Array, pixels: number, type: number, channels: number, palette: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(pixels * 3);
  const hasAlpha = channels === 2 || channels === 4;
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const from = pixel * channels;
    const alpha = hasAlpha ? (rows[from + channels - 1] ?? WHITE) / WHITE : 1;
    for (let channel = 0; channel < 3; channel += 1) {
      const sample = rows[from + (channels < 3 ? 0 : channel)] ?? 0;
      const value = type === PALETTE ? (palette[sample * 3 + channel] ?? 0) : sample;
      rgb[pixel * 3 + channel] = value * alpha + WHITE * (1 - alpha);
    }
  }
  return rgb;
}
