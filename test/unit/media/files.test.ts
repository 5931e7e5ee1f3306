import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { byteReader, bytesSource } from "../../../src/media/byte-reader.ts";
import { kindOf, sniffType } from "../../../src/media/file-type.ts";
import { MediaLibrary } from "../../../src/media/media-library.ts";
import { linkPath, openLink } from "../../../src/media/media-link.ts";
import { storeFile } from "../../../src/media/store-file.ts";
import type { Settings } from "../../../src/settings.ts";
import { film } from "../../support/files.ts";
import { memoryBucket } from "./memory-bucket.ts";

const head = (text: string) => Buffer.from(text, "latin1");
const JPEG = Buffer.from("ffd8ffe000104a46494600010100000100010000ffc0001108002000400301220002110103110", "hex");

test.each<[string, Buffer, string | null, string]>([
  ["JPEG", JPEG, "image/jpeg", "image"],
  ["PNG", head("\x89PNG\r\n\x1a\n"), "image/png", "image"],
  ["WebP", head("RIFF....WEBPVP8 "), "image/webp", "document"],
  ["GIF", head("GIF89a"), "image/gif", "document"],
  ["MP4", head("\0\0\0\x18ftypmp42"), "video/mp4", "video"],
  ["M4A", head("\0\0\0\x18ftypM4A "), "audio/mp4", "audio"],
  ["Ogg", head("OggS\0\x02"), "audio/ogg", "audio"],
  ["MP3", head("ID3\x03"), "audio/mpeg", "audio"],
  ["PDF", head("%PDF-1.7"), "application/pdf", "document"],
  ["HTML", head("<html>"), null, "document"],
  ["nothing", head(""), null, "document"],
])("%s is told by its first bytes", (_, bytes, type, kind) => {
  expect([sniffType(bytes), kindOf(type)]).toEqual([type, kind]);
});

describe("a file on its way into the bucket", () => {
  const sourceOf = (...parts: Uint8Array[]) => bytesSource(Uint8Array.from(Buffer.concat(parts)));
  const file = {
    size: null,
    declaredType: null,
    key: "o/i/media/1",
    fileName: null,
    maxBytes: 20_000_000,
    field: "mediaUrl",
  };

  test("is stored whole with its type, in parts when it is large", async () => {
    const { bucket, files, types, world } = memoryBucket();
    const bytes = Buffer.concat([head("%PDF-1.7"), randomBytes(12_000_000)]);
    const stored = await storeFile(bucket, { ...file, source: sourceOf(bytes), kind: null });
    expect(stored).toMatchObject({
      ok: true,
      value: { kind: "document", mimeType: "application/pdf", size: bytes.length },
    });
    expect(Buffer.from(files.get(file.key) ?? []).equals(bytes)).toBe(true);
    expect([types.get(file.key), world.parts]).toEqual(["application/pdf", 3]);
  });

  test.each([
    ["asked for as audio", { kind: "audio" as const }, "audio", "audio/mp4"],
    ["declared as audio", { kind: null, declaredType: "audio/mp4" }, "audio", "audio/mp4"],
    ["declared as nothing", { kind: null }, "video", "video/mp4"],
    [
      "declared as audio and asked for as a video",
      { kind: "video" as const, declaredType: "audio/mp4" },
      "video",
      "video/mp4",
    ],
  ])("in a container of films is sound when nothing is seen in it and it is %s", async (_, more, kind, mimeType) => {
    const { bucket } = memoryBucket();
    const stored = await storeFile(bucket, { ...file, source: sourceOf(head("\0\0\0\x18ftypisom")), ...more });
    expect(stored).toMatchObject({ ok: true, value: { kind, mimeType } });
  });

  test.each([
    ["of the wrong type", { kind: "image" as const }, [head("%PDF-1.7")], "invalid_request"],
    [
      "with pictures, as sound",
      { kind: "audio" as const },
      [film({ width: 4, height: 2, seconds: 1 })],
      "invalid_request",
    ],
    ["that is empty", { kind: null }, [], "invalid_request"],
    ["over the limit", { kind: null, maxBytes: 10 }, [head("more than ten bytes")], "too_large"],
    [
      "over the limit of its kind",
      { kind: "sticker" as const },
      [head("RIFF....WEBP"), randomBytes(1_048_576)],
      "too_large",
    ],
  ])("%s leaves nothing behind", async (_, more, chunks, code) => {
    const { bucket, files } = memoryBucket();
    expect(await storeFile(bucket, { ...file, source: sourceOf(...chunks), ...more })).toMatchObject({
      ok: false,
      error: { code },
    });
    expect(files.size).toBe(0);
  });

  test("that breaks off is the caller's fault, a bucket that is down is not", async () => {
    const { bucket, files, world } = memoryBucket();
    const broken = new ReadableStream({ type: "bytes", pull: (controller) => controller.error(new Error("reset")) });
    expect(await storeFile(bucket, { ...file, source: byteReader(broken), kind: null })).toMatchObject({ ok: false });
    world.isDown = true;
    await expect(storeFile(bucket, { ...file, source: sourceOf(head("%PDF-")), kind: null })).rejects.toThrow("down");
    expect(files.size).toBe(0);
  });
});

describe("a data URL", () => {
  const take = async (source: string, bucket: R2Bucket) => {
    const settings = { mediaMaxBytes: 10 } as Settings;
    const library = new MediaLibrary(bucket, settings, "https://wa.example");
    const given = { orgId: "o", instanceId: "i", kind: null, declaredType: null, fileName: null, field: "mediaUrl" };
    return library.take({ ...given, source });
  };

  test.each([
    [
      "that is not base64",
      "data:image/png,plain",
      "invalid_request",
      "Use data:<type>;base64,<data> with valid base64",
    ],
    [
      "that is broken",
      `DATA:;base64,${"%".repeat(3_000)}`,
      "invalid_request",
      "Use data:<type>;base64,<data> with valid base64",
    ],
    ["that is empty", "data:image/png;base64,", "invalid_request", "The file is empty"],
    ["over the limit", `data:;base64,${"A".repeat(16)}`, "too_large", "Use a file of at most 10 bytes"],
  ])("%s is refused with its remedy", async (_, source, code, message) => {
    const { bucket, files } = memoryBucket();
    const refusal = { ok: false, error: { code, issues: [{ path: "mediaUrl", message }] } };
    expect(await take(source, bucket)).toMatchObject(refusal);
    expect(files.size).toBe(0);
  });
});

describe("a link", () => {
  const parts = async (bucket: R2Bucket, expiresAt: number | null) => {
    const [, , name = "", proof = ""] = (await linkPath(bucket, "o/i/media/1", expiresAt)).split("/");
    return { name, proof };
  };

  test("names its file, and no other one", async () => {
    const { bucket } = memoryBucket();
    const { name, proof } = await parts(bucket, null);
    expect(await openLink(bucket, name, proof)).toEqual({ key: "o/i/media/1", expiresAt: null });
    const other = Buffer.from("o/i/media/2").toString("base64url");
    expect(await openLink(bucket, other, proof)).toBeNull();
    expect(await openLink(bucket, name, "")).toBeNull();
    const { bucket: elsewhere } = memoryBucket();
    expect(await openLink(elsewhere, name, proof)).toBeNull();
  });

  test("says when it ends, which nobody can change", async () => {
    const { bucket } = memoryBucket();
    const { name, proof } = await parts(bucket, 1_800_000_000_999);
    expect(await openLink(bucket, name, proof)).toEqual({ key: "o/i/media/1", expiresAt: 1_800_000_000_000 });
    const [expiry, signature = ""] = proof.split(".");
    expect(expiry).toBe("1800000000");
    const endless = (await parts(bucket, null)).proof;
    for (const wrong of [`1900000000.${signature}`, signature, `.${signature}`, `1800000000.${endless}`]) {
      expect(await openLink(bucket, name, wrong)).toBeNull();
    }
    // The expiry is no part of the name: neither can stand in for the other.
    expect(await openLink(bucket, `${name}.1800000000`, signature)).toBeNull();
  });
});
