import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RequestRefusedError } from "../../../src/whatsapp/session.ts";
import { UnansweredStanzas } from "../../../src/whatsapp/unanswered-stanzas.ts";

const send = async (): Promise<void> => undefined;

let stanzas: UnansweredStanzas;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  stanzas = new UnansweredStanzas();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Whether nothing under this id is waited for now. */
async function isSettled(id: string): Promise<boolean> {
  const waits = stanzas.taken(id).then(() => true);
  return Promise.race([waits, vi.advanceTimersByTimeAsync(1).then(() => false)]);
}

test("what was sent is waited for until WhatsApp answers each stanza of it", async () => {
  await stanzas.sending("A", send);
  await stanzas.sending("A", send);
  await stanzas.sending("B", send);
  expect(await isSettled("A")).toBe(false);
  stanzas.answered("A", null);
  expect(await isSettled("A")).toBe(false);
  stanzas.answered("A", null);
  expect([await isSettled("A"), await isSettled("B")]).toEqual([true, false]);
});

test("what could not be sent is not waited for", async () => {
  const failing = stanzas.sending("A", () => Promise.reject(new Error("closed")));
  await expect(failing).rejects.toThrow("closed");
  expect(await isSettled("A")).toBe(true);
});

test("an answer more than was waited for counts for nothing", async () => {
  stanzas.answered("A", null);
  await stanzas.sending("A", send);
  expect(await isSettled("A")).toBe(false);
});

test("after a minute nobody waits any more, nor does who comes later", async () => {
  await stanzas.sending("A", send);
  const waits = expect(stanzas.taken("A")).rejects.toEqual(new RequestRefusedError(null));
  await vi.advanceTimersByTimeAsync(60_000);
  await waits;
  expect(await isSettled("A")).toBe(true);
});

test("a refusal of one of them is told, now and later, until the next goes out", async () => {
  await stanzas.sending("A", send);
  await stanzas.sending("A", send);
  const waits = expect(stanzas.taken("A")).rejects.toEqual(new RequestRefusedError(503));
  stanzas.answered("A", 503);
  stanzas.answered("A", null);
  await waits;
  await expect(stanzas.taken("A")).rejects.toEqual(new RequestRefusedError(503));
  await stanzas.sending("A", send);
  stanzas.answered("A", null);
  expect(await isSettled("A")).toBe(true);
});
