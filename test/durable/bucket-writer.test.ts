import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { bucketWriter } from "../../src/media/bucket-writer.ts";

const KEY = "o/i/media/1";
const OPTIONS = { httpMetadata: { contentType: "application/pdf" }, customMetadata: { fileName: "a.pdf" } };
const SIZE = 6_000_000;

/** So many bytes that differ from each other. */
const bytesOf = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, index) => index % 251);

async function stored() {
  const file = await env.MEDIA.get(KEY);
  if (!file) return null;
  const { httpMetadata, customMetadata } = file;
  return { bytes: new Uint8Array(await file.arrayBuffer()), options: { httpMetadata, customMetadata } };
}

describe.each([
  ["of known length", SIZE],
  ["of unknown length", null],
])("a file %s", (_, size) => {
  test("is there with its type and name once it is closed, and not before", async () => {
    const writer = bucketWriter(env.MEDIA, KEY, size, OPTIONS);
    for (const at of [0, 2, 4]) await writer.write(bytesOf(2_000_000).map((byte) => byte + at));
    expect(await env.MEDIA.head(KEY)).toBeNull();
    await writer.close();
    const expected = new Uint8Array(SIZE);
    for (const at of [0, 2, 4])
      expected.set(
        bytesOf(2_000_000).map((byte) => byte + at),
        at * 1_000_000,
      );
    const file = await stored();
    expect(file?.options).toEqual(OPTIONS);
    expect(Buffer.from(file?.bytes ?? []).equals(Buffer.from(expected))).toBe(true);
  });

  test("that is given up leaves nothing", async () => {
    await env.MEDIA.delete(KEY);
    const writer = bucketWriter(env.MEDIA, KEY, size, OPTIONS);
    await writer.write(bytesOf(5_500_000));
    await writer.abort();
    expect(await env.MEDIA.head(KEY)).toBeNull();
  });
});

test("a file that is shorter than was told is not stored", async () => {
  const writer = bucketWriter(env.MEDIA, "o/i/media/2", SIZE, OPTIONS);
  await writer.write(bytesOf(1_000));
  await expect(writer.close()).rejects.toThrow();
  await writer.abort();
  expect(await env.MEDIA.head("o/i/media/2")).toBeNull();
});

test("an empty file is a file", async () => {
  const writer = bucketWriter(env.MEDIA, "o/i/media/3", 0, OPTIONS);
  await writer.close();
  expect(await env.MEDIA.head("o/i/media/3")).toMatchObject({ size: 0 });
});

test("a bucket that fails in the middle fails the writing instead of stopping it for ever", async () => {
  const failing = { put: () => Promise.reject(new Error("The bucket is down")) } as unknown as R2Bucket;
  const writer = bucketWriter(failing, KEY, SIZE, OPTIONS);
  await expect(writer.write(bytesOf(1_000))).rejects.toThrow("The bucket is down");
  await writer.abort();
});
