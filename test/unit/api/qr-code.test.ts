import { Buffer } from "node:buffer";
import { decode } from "fast-png";
import { describe, expect, test } from "vitest";
import { MIN_SIZE, type QrMatrix, QUIET_ZONE, qrDataUrl, qrMatrix, qrPng, qrSvg } from "../../../src/qr/qr-code.ts";
import { QR_TEXT } from "./support.ts";

/** Whether a pixel (or module, with scale 1) belongs to a dark module. */
function isDark(matrix: QrMatrix, scale: number, x: number, y: number): boolean {
  const module = (pixel: number) => Math.floor(pixel / scale) - QUIET_ZONE;
  return matrix[module(y)]?.[module(x)] === true;
}

const texts = ["a", "https://example.com", QR_TEXT, "x".repeat(500)];

describe("the matrix", () => {
  test("is square, of a size of the standard, with its three finder patterns", () => {
    const finder = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"];
    for (const text of texts) {
      const matrix = qrMatrix(text);
      const size = matrix.length;
      expect((size - 17) % 4).toBe(0);
      expect(new Set(matrix.map((row) => row.length))).toEqual(new Set([size]));
      const pattern = (top: number, left: number) =>
        matrix.slice(top, top + 7).map((row) =>
          row
            .slice(left, left + 7)
            .map((dark) => (dark ? "1" : "0"))
            .join(""),
        );
      expect([pattern(0, 0), pattern(0, size - 7), pattern(size - 7, 0)]).toEqual([finder, finder, finder]);
    }
  });

  test("carries error correction level M in its format bits", () => {
    const row = qrMatrix(QR_TEXT)[8] ?? [];
    // The first two of the 15 format bits, behind the mask 101010000010010: M is 00, so 10 is drawn.
    expect([row[0], row[1]]).toEqual([true, false]);
  });
});

describe("the PNG", () => {
  test.each(texts)("of %j has every module as a block of whole pixels within a light margin", (text) => {
    const matrix = qrMatrix(text);
    const png = decode(qrPng(matrix));
    const scale = png.width / (matrix.length + 2 * QUIET_ZONE);
    expect([png.width, png.depth, png.channels, Number.isInteger(scale)]).toEqual([png.height, 1, 1, true]);
    expect(png.width).toBeGreaterThanOrEqual(MIN_SIZE);
    const rowBytes = Math.ceil(png.width / 8);
    const wrong: string[] = [];
    for (let y = 0; y < png.height; y += 1) {
      for (let x = 0; x < png.width; x += 1) {
        const isLight = (((png.data[y * rowBytes + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1) === 1;
        if (isLight === isDark(matrix, scale, x, y)) wrong.push(`${x},${y}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("travels as a data URL", () => {
    const [head, content = ""] = qrDataUrl(QR_TEXT).split(",");
    expect(head).toBe("data:image/png;base64");
    expect(new Uint8Array(Buffer.from(content, "base64"))).toEqual(qrPng(qrMatrix(QR_TEXT)));
  });
});

test("the SVG draws every dark module once and nothing else", () => {
  const matrix = qrMatrix(QR_TEXT);
  const svg = qrSvg(matrix);
  const size = matrix.length + 2 * QUIET_ZONE;
  const drawn = new Map<string, number>();
  for (const [, x, y, width] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let i = 0; i < Number(width); i += 1) {
      const place = `${Number(x) + i},${y}`;
      drawn.set(place, (drawn.get(place) ?? 0) + 1);
    }
  }
  const expected = new Map<string, number>();
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) if (isDark(matrix, 1, x, y)) expected.set(`${x},${y}`, 1);
  }
  expect(drawn).toEqual(expected);
  expect(svg).toContain(`viewBox="0 0 ${size} ${size}"`);
});
