import { randomBytes } from "node:crypto";
import { deflateSync } from "node:zlib";
import { decode, encode } from "jpeg-js";
import { describe, expect, test } from "vitest";
import { jpegEighth } from "../../../src/pictures/jpeg-eighth.ts";
import type { Pixels } from "../../../src/pictures/pixels.ts";
import { pngPixels } from "../../../src/pictures/png-pixels.ts";
import { thumbnailOf } from "../../../src/pictures/thumbnail.ts";
import { picture } from "../../support/pictures.ts";

/** Red, green and blue of the pixel in the middle of each half. */
function halves({ width, height, rgb }: Pixels): number[][] {
  const at = (x: number): number[] => {
    const from = (Math.floor(height / 2) * width + x) * 3;
    return [...rgb.subarray(from, from + 3)];
  };
  return [at(Math.floor(width / 4)), at(Math.floor((width * 3) / 4))];
}

const near = (colours: number[][], expected: number[][]): boolean =>
  colours.flat().every((value, index) => Math.abs(value - (expected.flat()[index] ?? 0)) <= 12);

const RED_BLUE = [
  [255, 0, 0],
  [0, 0, 255],
];

/** A JPEG of one colour. */
function plain(width: number, height: number): Uint8Array {
  const data = new Uint8Array(width * height * 4).fill(200);
  return new Uint8Array(encode({ width, height, data }, 80).data);
}

describe("an eighth of a JPEG", () => {
  test.each(["baseline", "progressive", "mozjpeg"] as const)("shows what the whole shows: %s", (name) => {
    const pixels = jpegEighth(picture(name));
    if (!pixels) throw new Error("not read");
    expect([pixels.width, pixels.height]).toEqual([8, 4]);
    expect(near(halves(pixels), RED_BLUE), JSON.stringify(halves(pixels))).toBe(true);
  });

  test("may be grey", () => {
    const pixels = jpegEighth(picture("grey"));
    const [left = [], right = []] = pixels ? halves(pixels) : [];
    expect(new Set(left).size).toBe(1);
    expect(left[0]).toBeGreaterThan(right[0] ?? 255);
  });

  test("is read with restart markers and with sides that are no multiple of eight", () => {
    expect(jpegEighth(plain(1_001, 13))).toMatchObject({ width: 126, height: 2 });
  });

  test("of a damaged or hostile file is none or some picture, soon, and never an error", () => {
    const whole = picture("baseline");
    for (let cut = 0; cut < whole.length; cut += 7) jpegEighth(whole.subarray(0, cut));
    for (let round = 0; round < 100; round += 1) {
      const broken = whole.slice();
      for (const at of randomBytes(3)) broken[at % broken.length] = randomBytes(1)[0] ?? 0;
      expect(() => jpegEighth(broken)).not.toThrow();
    }
    expect(jpegEighth(randomBytes(5_000))).toBeNull();
    const huge = Buffer.from(whole);
    huge.writeUInt32BE(0xffff_ffff, huge.indexOf(Buffer.from("ffc0001108", "hex")) + 5);
    expect(jpegEighth(huge)).toBeNull();
  });
});

describe("a PNG", () => {
  test.each<["palette" | "rgba", number[][]]>([
    ["palette", RED_BLUE],
    [
      "rgba",
      [
        [255, 127, 127],
        [127, 127, 255],
      ],
    ],
  ])("is read: %s", (name, colours) => {
    const pixels = pngPixels(picture(name));
    expect(pixels && near(halves(pixels), colours)).toBe(true);
  });

  test("that hides gigabytes, or lies about its size, is not read", () => {
    const png = picture("rgba");
    const bomb = Buffer.concat([
      png.subarray(0, 33),
      Buffer.from([0, 0, 0, 0]),
      Buffer.from("IDAT"),
      deflateSync(Buffer.alloc(50_000_000)),
    ]);
    bomb.writeUInt32BE(bomb.length - 41, 33);
    expect(pngPixels(bomb)).toBeNull();
    const wide = Buffer.from(png);
    wide.writeUInt32BE(100_000, 16);
    expect(pngPixels(wide)).toBeNull();
    const short = Buffer.from(png);
    short.writeUInt32BE(65, 16);
    expect(pngPixels(short)).toBeNull();
  });
});

describe("a thumbnail", () => {
  test.each<[string, Uint8Array, [number, number]]>([
    ["of a large JPEG", plain(1_600, 800), [72, 36]],
    ["of a small JPEG", picture("progressive"), [64, 32]],
    ["of a PNG", picture("palette"), [64, 32]],
  ])("is a small JPEG of the same shape: %s", (_, file, [width, height]) => {
    const thumbnail = thumbnailOf(file, 72);
    if (!thumbnail) throw new Error("none");
    expect(decode(thumbnail, { useTArray: true })).toMatchObject({ width, height });
    expect(thumbnail.byteLength).toBeLessThan(3_000);
  });

  test.each<[string, Uint8Array]>([
    ["WebP", picture("webp lossy")],
    ["nothing", new Uint8Array(0)],
    ["a file over 3 MiB", new Uint8Array(3 * 1_048_576 + 1).fill(0xff)],
  ])("is not made of %s", (_, file) => {
    expect(thumbnailOf(file, 72)).toBeNull();
  });
});
