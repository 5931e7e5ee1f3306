import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { byteReader, bytesSource, PIECE_BYTES } from "../../../src/media/byte-reader.ts";
import { boundaryOf, FormError, type FormPart, FormReader } from "../../../src/media/form-reader.ts";

const BOUNDARY = "----WebKitFormBoundary7MA4YWxk";

const part = (disposition: string, body: string | Buffer, type?: string): Buffer =>
  Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n`),
    Buffer.from(type === undefined ? "\r\n" : `Content-Type: ${type}\r\n\r\n`),
    Buffer.from(body),
    Buffer.from("\r\n"),
  ]);
const END = Buffer.from(`--${BOUNDARY}--\r\n`);
const form = (...parts: Buffer[]): Buffer => Buffer.concat([...parts, END]);

/** A stream that hands out `chunk` bytes at a time. */
const inChunks = (bytes: Buffer, chunk: number) => {
  let at = 0;
  const stream = new ReadableStream({
    type: "bytes",
    pull(controller) {
      if (at >= bytes.length) {
        controller.close();
        controller.byobRequest?.respond(0);
        return;
      }
      controller.enqueue(Uint8Array.from(bytes.subarray(at, at + chunk)));
      at += chunk;
    },
  });
  return byteReader(stream);
};

async function whole({ body }: FormPart): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let piece = await body.read(); piece.byteLength > 0; piece = await body.read()) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

async function read(bytes: Buffer, source = bytesSource(Uint8Array.from(bytes)), boundary = BOUNDARY) {
  const reader = new FormReader(source, boundary);
  const found: object[] = [];
  for (let next = await reader.next(); next; next = await reader.next()) {
    const { name, fileName, contentType } = next;
    found.push({ name, fileName, contentType, body: await whole(next) });
  }
  return found;
}

describe("a form", () => {
  // Bytes that look like the beginning of a delimiter, at every place where a piece may end.
  const tricky = Buffer.concat([
    Buffer.from(`\r\n--${BOUNDARY.slice(0, -1)}`),
    randomBytes(PIECE_BYTES - 20),
    Buffer.from(`\r\n--${BOUNDARY.slice(0, 10)}\r\n\r\n--`),
    randomBytes(PIECE_BYTES + 3),
    Buffer.from("\r"),
  ]);
  const bytes = form(
    part('name="instanceId"', "wa_1"),
    part('name="file"; filename="März \\"1\\".pdf"', tricky, "Application/PDF; a=b"),
    part("name=empty", ""),
  );
  const expected = [
    { name: "instanceId", fileName: null, contentType: null, body: Buffer.from("wa_1") },
    { name: "file", fileName: 'März "1".pdf', contentType: "application/pdf", body: tricky },
    { name: "empty", fileName: null, contentType: null, body: Buffer.of() },
  ];

  test.each([7, 1_000, 65_536, 1_000_000])("is read the same in chunks of %i bytes", async (chunk) => {
    expect(await read(bytes, inChunks(bytes, chunk))).toEqual(expected);
  });

  test("as the platform's own FormData writes it is read", async () => {
    const given = new FormData();
    given.set("instanceId", "wa_1");
    given.set("file", new File([tricky], 'a "b".bin', { type: "video/mp4" }));
    const response = new Response(given);
    const boundary = boundaryOf(response.headers.get("Content-Type") ?? "") ?? "";
    const source = byteReader(response.body as ReadableStream<Uint8Array>);
    expect(await read(bytes, source, boundary)).toEqual([
      expected[0],
      { name: "file", fileName: 'a "b".bin', contentType: "video/mp4", body: tricky },
    ]);
  });

  test("may have parts that nobody reads, and nothing at all", async () => {
    const reader = new FormReader(bytesSource(Uint8Array.from(bytes)), BOUNDARY);
    const names: string[] = [];
    for (let next = await reader.next(); next; next = await reader.next()) names.push(next.name);
    expect(names).toEqual(["instanceId", "file", "empty"]);
    expect(await read(END)).toEqual([]);
  });

  test.each<[string, Buffer, string]>([
    ["that is none", Buffer.from("hello"), "The form broke off before its end"],
    ["with another boundary", Buffer.concat([Buffer.from("--other\r\n"), bytes]), "The form does not begin as one"],
    ["that breaks off in a part", bytes.subarray(0, 5_000), "The form broke off before its end"],
    ["that breaks off between parts", bytes.subarray(0, -END.length), "The form broke off before its end"],
    ["that breaks off in headers", form(part('name="a"', "1")).subarray(0, 50), "The form broke off before its end"],
    ["with a part without a name", form(part('filename="a"', "1")), "Each part of the form needs a name"],
    [
      "with endless headers",
      form(part(`name="${"a".repeat(9_000)}"`, "1")),
      "A part of the form has no end of its headers",
    ],
    ["of many parts", form(...Array.from({ length: 33 }, () => part('name="a"', "1"))), "Send at most 32 fields"],
  ])("%s is refused", async (_, broken, message) => {
    await expect(read(broken)).rejects.toThrow(new FormError(message));
  });

  test("has fields of some size, and not much that nobody asked for", async () => {
    const long = new FormReader(bytesSource(Uint8Array.from(form(part('name="a"', "1".repeat(5_000))))), BOUNDARY);
    const field = await long.next();
    if (!field) throw new Error("no field");
    await expect(long.text(field)).rejects.toThrow(new FormError("a may have at most 4096 bytes"));
    const large = new FormReader(
      bytesSource(Uint8Array.from(form(part('name="a"', randomBytes(1_100_000))))),
      BOUNDARY,
    );
    await large.next();
    await expect(large.next()).rejects.toThrow(new FormError("Leave out the parts that are not asked for"));
  });
});

test.each([
  ["multipart/form-data; boundary=abc", "abc"],
  ['multipart/form-data; charset=utf-8; boundary="a b"', "a b"],
  ["multipart/form-data", null],
  ["multipart/form-data; boundary=", null],
])("the boundary in %s", (type, boundary) => {
  expect(boundaryOf(type)).toBe(boundary);
});
