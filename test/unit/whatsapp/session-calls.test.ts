import { expect, test } from "vitest";
import { RequestRefusedError, SessionClosedError } from "../../../src/whatsapp/session.ts";
import { SessionCalls } from "../../../src/whatsapp/session-calls.ts";

/** An error as Baileys throws them. */
const boom = (facts: { data?: number; statusCode?: number }): Error =>
  Object.assign(new Error("boom"), { data: facts.data, output: { statusCode: facts.statusCode ?? 500 } });

const never = (): Promise<never> => new Promise(() => {});

test("a call gives its answer, or its error", async () => {
  const calls = new SessionCalls();
  expect(await calls.guarded(async () => 7)).toBe(7);
  await expect(calls.guarded(() => Promise.reject(new TypeError("oops")))).rejects.toThrow(TypeError);
});

test("who waits when the session ends is told at once", async () => {
  const calls = new SessionCalls();
  const waiting = [calls.guarded(never), calls.asked(never)];
  calls.end();
  for (const call of waiting) await expect(call).rejects.toThrow(SessionClosedError);
});

test("after its end nothing is called any more", async () => {
  const calls = new SessionCalls();
  calls.end();
  let called = false;
  const call = calls.guarded(async () => {
    called = true;
  });
  await expect(call).rejects.toThrow(SessionClosedError);
  expect(called).toBe(false);
});

test.each<[string, unknown, object]>([
  ["a connection that is gone", boom({ statusCode: 428 }), new SessionClosedError("The connection closed")],
  ["a refused question", boom({ data: 503 }), new RequestRefusedError(503)],
  ["a question without an answer", boom({ statusCode: 408 }), new RequestRefusedError(null)],
])("%s has an error of its own", async (_, error, expected) => {
  await expect(new SessionCalls().asked(() => Promise.reject(error))).rejects.toEqual(expected);
});
