import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type FileFacts, fileFacts } from "../../../src/media/file-facts.ts";
import { PacketSizes } from "../../../src/media/waveform.ts";
import { film, movieBox, voiceNote } from "../../support/files.ts";
import { picture } from "../../support/pictures.ts";

const NONE = { width: null, height: null, seconds: null };

const u16 = (value: number) => Buffer.from(Uint16Array.of(value).buffer);
const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
const be32 = (...values: number[]) => Buffer.from(new Uint32Array(values).buffer).swap32();
const text = (value: string) => Buffer.from(value, "latin1");

const MOVIE = movieBox({ width: 1_920, height: 1_080, seconds: 12 });
const OPUS = voiceNote({ seconds: 7, packetBytes: [40] });

const wav = (dataBytes: number) =>
  Buffer.concat([
    text("RIFF"),
    u32(0),
    text("WAVEfmt "),
    u32(16),
    u16(1),
    u16(1),
    u32(8_000),
    u32(16_000),
    u32(0),
    text("data"),
    u32(dataBytes),
  ]);
const adts = (length: number) =>
  Buffer.concat([
    Buffer.from([0xff, 0xf1, 0x50, 0x80 | (length >> 11), (length >> 3) & 0xff, (length & 7) << 5, 0]),
    Buffer.alloc(length - 7),
  ]);
const xing = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x64]), Buffer.alloc(32), text("Xing"), be32(1, 1_000)]);

test.each<[string, string, Buffer, number, Partial<FileFacts>]>([
  ["WebP, lossy", "image/webp", Buffer.from(picture("webp lossy")), 0, { width: 64, height: 32 }],
  ["WebP, lossless", "image/webp", Buffer.from(picture("webp lossless")), 0, { width: 64, height: 32 }],
  ["WebP, extended", "image/webp", Buffer.from(picture("webp alpha")), 0, { width: 64, height: 32 }],
  ["JPEG", "image/jpeg", Buffer.from(picture("progressive")), 0, { width: 64, height: 32 }],
  ["PNG", "image/png", Buffer.from(picture("palette")), 0, { width: 64, height: 32 }],
  [
    "MP4",
    "video/mp4",
    film({ width: 1_920, height: 1_080, seconds: 12 }),
    0,
    { width: 1_920, height: 1_080, seconds: 12 },
  ],
  [
    "MP4 held upright",
    "video/mp4",
    film({ width: 1_920, height: 1_080, seconds: 12, isTurned: true }),
    0,
    { width: 1_080, height: 1_920, seconds: 12 },
  ],
  ["Ogg Opus, without what is not played", "audio/ogg", OPUS, 0, { seconds: 7 }],
  ["WAV", "audio/wav", wav(48_000), 48_044, { seconds: 3 }],
  ["WAV of a recorder that streams", "audio/wav", wav(0xffff_ffff), 32_044, { seconds: 2 }],
  ["AMR", "audio/amr", text("#!AMR\n\x3c"), 6 + 32 * 100, { seconds: 2 }],
  ["AAC", "audio/aac", Buffer.concat([adts(200), adts(300)]), 250 * 431, { seconds: 10 }],
  ["MP3 that counts its frames", "audio/mpeg", xing, 1_000_000, { seconds: 26 }],
  [
    "MP3 of a constant bit rate, behind a tag",
    "audio/mpeg",
    Buffer.concat([text("ID3\x04\0\0\0\0\0\x05xxxxx"), Buffer.from([0xff, 0xfb, 0x90, 0x64])]),
    160_015,
    { seconds: 10 },
  ],
])("%s tells its size or its duration", (_, type, file, size, facts) => {
  expect(fileFacts(type, { head: file, tail: file, size: size || file.length })).toEqual({ ...NONE, ...facts });
});

test("the film's header may stand at its end", () => {
  const head = Buffer.alloc(1_000);
  expect(fileFacts("video/mp4", { head, tail: MOVIE, size: 9 })).toEqual({
    width: 1_920,
    height: 1_080,
    seconds: 12,
  });
});

test("files cut off anywhere, and noise, tell nothing wrong and never throw", () => {
  const whole: [string, Buffer][] = [
    ["video/mp4", MOVIE],
    ["audio/mpeg", xing],
    ["audio/wav", wav(4)],
    ["audio/ogg", OPUS],
    ["audio/aac", adts(40)],
    ["image/webp", Buffer.from(picture("webp alpha"))],
  ];
  for (const [type, file] of whole) {
    for (let cut = 0; cut <= file.length; cut += 1) {
      const part = file.subarray(0, cut);
      expect(() => fileFacts(type, { head: part, tail: part, size: cut })).not.toThrow();
    }
    const noise = randomBytes(500);
    expect(() => fileFacts(type, { head: noise, tail: noise, size: 500 })).not.toThrow();
  }
  expect(fileFacts("application/pdf", { head: text("%PDF"), tail: text(""), size: 4 })).toEqual(NONE);
});

describe("the waveform of a voice note", () => {
  const note = (sizes: number[]) =>
    voiceNote({ seconds: 1, packetBytes: sizes.flatMap((size) => Array(10).fill(size)) });
  const read = (bytes: Buffer, chunk = bytes.length) => {
    const packets = new PacketSizes();
    for (let at = 0; at < bytes.length; at += chunk) packets.update(bytes.subarray(at, at + chunk));
    return packets.finish();
  };

  test("has 64 bars, low where packets are small and high where they are large", () => {
    const bars = read(note([...Array(32).fill(5), ...Array(32).fill(300)]));
    expect([...(bars ?? [])]).toEqual([...Array(32).fill(0), ...Array(32).fill(100)]);
  });

  test("is the same however the file is cut into chunks", () => {
    const bytes = note(Array.from({ length: 90 }, (_, index) => 20 + ((index * 37) % 200)));
    expect(read(bytes, 1)).toEqual(read(bytes));
    expect(read(bytes, 777)).toEqual(read(bytes));
  });

  test("of an hour is as cheap to keep as one of a minute", () => {
    const bars = read(note([...Array(9_000).fill(10), ...Array(9_000).fill(90)]));
    expect(bars?.length).toBe(64);
    expect([bars?.[0], bars?.[63]]).toEqual([0, 100]);
  });

  test.each<[string, Buffer]>([
    ["what is no Ogg", randomBytes(3_000)],
    ["nothing", Buffer.alloc(0)],
    ["a note with equal packets", note(Array(40).fill(60))],
  ])("there is none of %s", (_, bytes) => {
    expect(read(bytes)).toBeNull();
  });
});
