import { expect, test } from "vitest";
import { api } from "./support.ts";

const MIB = 1_048_576;

/** A body of so many bytes that knows how much of it was taken. */
function body(size: number) {
  let left = size;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = Math.min(left, 65_536);
      if (part === 0) controller.close();
      else controller.enqueue(new Uint8Array(part));
      left -= part;
    },
  });
  return { stream, left: () => left };
}

test.each([
  ["a path that does not exist", "POST /api/nothing", 404],
  ["a method that a path does not have", "POST /media/abc/def", 405],
])("%s is answered when the body was read to its end", async (_, request, status) => {
  const { stream, left } = body(MIB);
  const answer = await api().call(request, { body: stream, headers: { "Content-Length": `${MIB}` } });
  expect([answer.status, left()]).toEqual([status, 0]);
});

test("of a body whose length is not told as much is read as JSON may have", async () => {
  const [small, large] = [body(MIB), body(3 * MIB)];
  for (const { stream } of [small, large]) await api().call("POST /media/abc/def", { body: stream });
  expect(small.left()).toBe(0);
  expect(large.left()).toBeGreaterThan(MIB);
  expect(large.left()).toBeLessThan(2 * MIB);
});

test("of a caller without the key nothing is read", async () => {
  const { stream, left } = body(MIB);
  const headers = { "Content-Length": `${MIB}`, "X-API-Key": "wrong" };
  const answer = await api().call("POST /api/instances", { body: stream, headers });
  expect(answer.status).toBe(401);
  // What the stream has ready before anybody asks.
  expect(left()).toBeGreaterThanOrEqual(MIB - 65_536);
});

test("a body that says it is larger is not read", async () => {
  const { stream, left } = body(2 * MIB);
  await api().call("POST /media/abc/def", { body: stream, headers: { "Content-Length": `${2 * MIB}` } });
  // What the stream has ready before anybody asks.
  expect(left()).toBeGreaterThanOrEqual(2 * MIB - 65_536);
});
