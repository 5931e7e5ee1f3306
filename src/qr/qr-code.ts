/// <reference path="./qrcode-svg.d.ts" />
/** QR codes: from a text to the matrix, and from the matrix to SVG and PNG. Pure. */
import { Buffer } from "node:buffer";
import { encode } from "fast-png";
import QRCode from "qrcode-svg";

/** A square of modules without margin, `matrix[row][column]`, true = dark. */
export type QrMatrix = readonly (readonly boolean[])[];

/** Light modules around the code, by ISO/IEC 18004. */
export const QUIET_ZONE = 4;
/** Pixels: smaller pictures are hard to scan from a screen. */
export const MIN_SIZE = 300;

/** The matrix of a text, with error correction level M (15 per cent may be lost). */
export function qrMatrix(text: string): QrMatrix {
  return new QRCode({ content: text, ecl: "M" }).qrcode.modules;
}

/** Modules of one side with the margin, and how many pixels each is wide: whole pixels, at least `MIN_SIZE` in all. */
function layout(matrix: QrMatrix): { modules: number; scale: number } {
  const modules = matrix.length + 2 * QUIET_ZONE;
  return { modules, scale: Math.ceil(MIN_SIZE / modules) };
}

/** An SVG document: one path with a rectangle for every run of dark modules in a row. */
export function qrSvg(matrix: QrMatrix): string {
  const { modules, scale } = layout(matrix);
  const runs = matrix.flatMap((row, y) => {
    const line = row.map((isDark) => (isDark ? "1" : "0")).join("");
    return [...line.matchAll(/1+/g)].map(
      ({ index, 0: run }) => `M${index + QUIET_ZONE} ${y + QUIET_ZONE}h${run.length}v1h-${run.length}z`,
    );
  });
  const size = modules * scale;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${modules} ${modules}" ` +
    `shape-rendering="crispEdges"><rect width="${modules}" height="${modules}" fill="#fff"/>` +
    `<path fill="#000" d="${runs.join("")}"/></svg>`
  );
}

/** A PNG of one bit per pixel. */
export function qrPng(matrix: QrMatrix): Uint8Array<ArrayBuffer> {
  const { modules, scale } = layout(matrix);
  const size = modules * scale;
  const rowBytes = Math.ceil(size / 8);
  const data = new Uint8Array(rowBytes * size).fill(0xff);
  matrix.forEach((row, y) => {
    const line = new Uint8Array(rowBytes).fill(0xff);
    row.forEach((isDark, x) => {
      if (!isDark) return;
      const start = (x + QUIET_ZONE) * scale;
      for (let pixel = start; pixel < start + scale; pixel += 1) {
        line[pixel >> 3] = (line[pixel >> 3] ?? 0) & ~(0x80 >> (pixel & 7));
      }
    });
    const top = (y + QUIET_ZONE) * scale;
    for (let pixel = top; pixel < top + scale; pixel += 1) data.set(line, pixel * rowBytes);
  });
  return new Uint8Array(encode({ width: size, height: size, data, depth: 1, channels: 1 }));
}

/** The QR code of a text as `data:image/png;base64,…`. */
export function qrDataUrl(text: string): string {
  return `data:image/png;base64,${Buffer.from(qrPng(qrMatrix(text))).toString("base64")}`;
}
