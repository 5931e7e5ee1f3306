import { expect, test } from "vitest";
import { FrameReader, frame } from "../../simulator/frames.ts";

const HEADER = Buffer.from("57410603", "hex");
const payloads = [Buffer.from("hello"), Buffer.alloc(0), Buffer.alloc(3_000, 7)];
const routed = Buffer.concat([Buffer.from("45440001000004080d0802", "hex"), HEADER]);

test("a frame is its length in three bytes, then its payload", () => {
  expect(frame(Buffer.from("abc")).toString("hex")).toBe("000003616263");
});

test.each([
  ["with the plain intro", HEADER, undefined],
  ["with a routing prefix", routed, "080d0802"],
])("a stream %s gives the same frames wherever it is cut", (_, intro, routing) => {
  const stream = Buffer.concat([intro, ...payloads.map(frame)]);
  for (const step of [1, 2, 3, 5, 7, 11, 4096, stream.length]) {
    const reader = new FrameReader();
    const frames: Buffer[] = [];
    for (let at = 0; at < stream.length; at += step) frames.push(...reader.push(stream.subarray(at, at + step)));
    expect(frames.map((bytes) => bytes.toString("hex"))).toEqual(payloads.map((bytes) => bytes.toString("hex")));
    expect(reader.routingInfo?.toString("hex")).toBe(routing);
  }
});

test("the intro is read once: later frames may look like it", () => {
  const reader = new FrameReader();
  reader.push(HEADER);
  expect(reader.push(frame(HEADER))).toEqual([HEADER]);
});

test.each(["GET / HTTP/1.1", "WB", "EX", "WA\u0006\u0002"])("a stream that starts with %j is refused", (start) => {
  expect(() => new FrameReader().push(Buffer.from(start))).toThrow("does not start with the WhatsApp header");
});
