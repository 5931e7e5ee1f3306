import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { encryptedStream, getMediaKeys, hkdf } from "@whiskeysockets/baileys";
import { describe, expect, test } from "vitest";
import { CorruptFileError, type ExpectedFile, MediaDecryptor } from "../../../src/media/media-decryptor.ts";
import { MediaEncryptor } from "../../../src/media/media-encryptor.ts";
import { encryptedSize, expandMediaKey, type MediaKind } from "../../../src/media/media-keys.ts";

const KINDS: readonly MediaKind[] = ["image", "video", "audio", "document", "sticker"];
const SIZES = [1, 15, 16, 17, 4_096, 70_001];

function encrypted(plain: Buffer, kind: MediaKind, chunk: number) {
  const mediaKey = randomBytes(32);
  const encryptor = new MediaEncryptor(mediaKey, kind);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < plain.length; at += chunk) pieces.push(encryptor.update(plain.subarray(at, at + chunk)));
  const { rest, hashes } = encryptor.finish();
  return { bytes: Buffer.concat([...pieces, rest]), expected: { mediaKey, kind, ...hashes } };
}

function decrypted(bytes: Buffer, expected: ExpectedFile, chunk: number): Buffer {
  const decryptor = new MediaDecryptor(expected);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += chunk) pieces.push(decryptor.update(bytes.subarray(at, at + chunk)));
  return Buffer.concat([...pieces, decryptor.finish()]);
}

describe("a file encrypted piece by piece", () => {
  test.each(SIZES)("of %i bytes is the same as Baileys makes of it whole", async (size) => {
    const plain = randomBytes(size);
    const oracle = await encryptedStream({ stream: Readable.from([plain]) }, "document");
    const bytes = await readFile(oracle.encFilePath);
    await rm(oracle.encFilePath);
    const encryptor = new MediaEncryptor(oracle.mediaKey, "document");
    const first = encryptor.update(plain.subarray(0, 7));
    const second = encryptor.update(plain.subarray(7));
    const { rest, hashes } = encryptor.finish();
    expect(Buffer.concat([first, second, rest]).equals(bytes)).toBe(true);
    expect(hashes).toEqual({ size, fileSha256: oracle.fileSha256, fileEncSha256: oracle.fileEncSha256 });
    expect(encryptedSize(size)).toBe(bytes.length);
  });

  test.each(KINDS)("has the keys of its kind: %s", async (kind) => {
    const mediaKey = randomBytes(32);
    const { iv, cipherKey, macKey } = await getMediaKeys(mediaKey, kind);
    expect(expandMediaKey(mediaKey, kind)).toEqual({
      iv: Uint8Array.from(iv),
      cipherKey: Uint8Array.from(cipherKey),
      macKey: Uint8Array.from(macKey ?? []),
    });
    expect(hkdf(mediaKey, 16, {})).toHaveLength(16);
  });

  test("is decrypted whatever the pieces it comes in", () => {
    for (const size of SIZES) {
      const plain = randomBytes(size);
      const { bytes, expected } = encrypted(plain, "image", 1_000);
      for (const chunk of [1, 10, 11, 4_096, bytes.length]) {
        expect(decrypted(bytes, expected, chunk).equals(plain)).toBe(true);
      }
    }
  });
});

describe("a file is refused", () => {
  const plain = randomBytes(5_000);
  const { bytes, expected } = encrypted(plain, "image", 512);
  const flipped = (at: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  test.each<[string, Buffer, Partial<ExpectedFile>]>([
    ["with a changed first byte", flipped(0), {}],
    ["with a changed byte in its middle", flipped(2_500), {}],
    ["with a changed MAC", flipped(bytes.length - 1), {}],
    ["that is cut off", bytes.subarray(0, -16), {}],
    ["that is longer", Buffer.concat([bytes, randomBytes(16)]), {}],
    ["under another key", bytes, { mediaKey: randomBytes(32) }],
    ["of another kind", bytes, { kind: "video" }],
    ["whose message told another size", bytes, { size: 4_999 }],
    ["whose message told another hash", bytes, { fileSha256: randomBytes(32) }],
    ["whose message told another hash of what is kept", bytes, { fileEncSha256: randomBytes(32) }],
  ])("%s", (_, file, told) => {
    expect(() => decrypted(file, { ...expected, ...told }, 1_024)).toThrow(CorruptFileError);
  });
});
