import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { encryptedStream, getMediaKeys, hkdf } from "@whiskeysockets/baileys";
import { describe, expect, test } from "vitest";
import { bytesSource, PIECE_BYTES, SourceError } from "../../../src/media/byte-reader.ts";
import { decryptFile } from "../../../src/media/decrypt-file.ts";
import { CorruptFileError, type ExpectedFile } from "../../../src/media/media-decryptor.ts";
import { MediaEncryptor } from "../../../src/media/media-encryptor.ts";
import { encryptedSize, expandMediaKey, type MediaKind } from "../../../src/media/media-keys.ts";

const KINDS: readonly MediaKind[] = ["image", "video", "audio", "document", "sticker"];
const SIZES = [1, 15, 16, 17, 4_096, 70_001, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1];

/** @param chunk bytes of each piece: whole blocks */
async function encrypted(plain: Buffer, kind: MediaKind, chunk: number, mediaKey: Uint8Array = randomBytes(32)) {
  const encryptor = await MediaEncryptor.create(mediaKey, kind);
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (; at + chunk <= plain.length; at += chunk) {
    pieces.push(await encryptor.update(Uint8Array.from(plain.subarray(at, at + chunk))));
  }
  const { rest, hashes } = await encryptor.finish(Uint8Array.from(plain.subarray(at)));
  return { bytes: Buffer.concat([...pieces, rest]), expected: { mediaKey, kind, ...hashes } };
}

async function decrypted(bytes: Buffer, expected: ExpectedFile, written: Uint8Array[] = []): Promise<Buffer> {
  await decryptFile(bytesSource(Uint8Array.from(bytes)), expected, async (piece) => {
    written.push(Uint8Array.from(piece));
  });
  return Buffer.concat(written);
}

describe("a file encrypted piece by piece", () => {
  test.each(SIZES)("of %i bytes is the same as Baileys makes of it whole", async (size) => {
    const plain = randomBytes(size);
    const oracle = await encryptedStream({ stream: Readable.from([plain]) }, "document");
    const bytes = await readFile(oracle.encFilePath);
    await rm(oracle.encFilePath);
    for (const chunk of [16, 4_096, PIECE_BYTES]) {
      const ours = await encrypted(plain, "document", chunk, oracle.mediaKey);
      expect(ours.bytes.equals(bytes)).toBe(true);
      const { fileSha256, fileEncSha256 } = oracle;
      expect(ours.expected).toEqual({ mediaKey: oracle.mediaKey, kind: "document", size, fileSha256, fileEncSha256 });
    }
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

  test.each([...SIZES, 3 * PIECE_BYTES])("of %i bytes is decrypted to what it was", async (size) => {
    const plain = randomBytes(size);
    const { bytes, expected } = await encrypted(plain, "image", 4_096);
    expect((await decrypted(bytes, expected)).equals(plain)).toBe(true);
  });

  test("that is empty is decrypted too", async () => {
    const { bytes, expected } = await encrypted(Buffer.alloc(0), "image", 16);
    expect(await decrypted(bytes, expected)).toHaveLength(0);
  });

  test("takes whole blocks only", async () => {
    const encryptor = await MediaEncryptor.create(randomBytes(32), "image");
    await expect(encryptor.update(new Uint8Array(17))).rejects.toThrow(RangeError);
  });
});

describe("a file is refused, and never written whole,", async () => {
  const plain = randomBytes(2 * PIECE_BYTES + 5_000);
  const { bytes, expected } = await encrypted(plain, "image", 512);
  const flipped = (at: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  test.each<[string, Buffer, Partial<ExpectedFile>]>([
    ["with a changed first byte", flipped(0), {}],
    ["with a changed byte in its middle", flipped(2_500), {}],
    ["with a changed MAC", flipped(bytes.length - 1), {}],
    ["that is longer", Buffer.concat([bytes, randomBytes(16)]), {}],
    ["under another key", bytes, { mediaKey: randomBytes(32) }],
    ["of another kind", bytes, { kind: "video" }],
    ["whose message told another size", bytes, { size: plain.length - 1 }],
    ["whose message told a smaller size", bytes, { size: plain.length - 1_000 }],
    ["whose message told another hash", bytes, { fileSha256: randomBytes(32) }],
    ["whose message told another hash of what is kept", bytes, { fileEncSha256: randomBytes(32) }],
  ])("%s", async (_, file, told) => {
    const written: Uint8Array[] = [];
    await expect(decrypted(file, { ...expected, ...told }, written)).rejects.toThrow(CorruptFileError);
    expect(Buffer.concat(written).length).toBeLessThan(told.size ?? plain.length);
  });

  test.each<[string, Buffer, Partial<ExpectedFile>]>([
    ["in its blocks", bytes.subarray(0, -1_000), {}],
    ["in its MAC", bytes.subarray(0, -1), {}],
    ["before the size its message told", bytes, { size: plain.length + 1_000 }],
  ])("that is cut off %s: which proves nothing against it", async (_, file, told) => {
    await expect(decrypted(file, { ...expected, ...told })).rejects.toThrow(SourceError);
  });
});
