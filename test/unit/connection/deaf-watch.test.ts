import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DeafWatch } from "../../../src/connection/deaf-watch.ts";
import { keptNumber, storeLinkedCredentials } from "./support.ts";

const MINUTE_MS = 60_000;

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

/** A session that just opened. @param answers whether WhatsApp answers what it is asked */
function watched(answers: boolean[]) {
  const world = { probes: 0, deaf: 0 };
  const watch = new DeafWatch({
    probe: async () => {
      world.probes += 1;
      return answers[world.probes - 1] ?? true;
    },
    onDeaf: () => {
      world.deaf += 1;
    },
    now: () => Date.now(),
  });
  /** Time passes; the heartbeat looks every 30 s, as it does. */
  const passes = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 30_000) {
      await vi.advanceTimersByTimeAsync(Math.min(left, 30_000));
      await watch.look();
    }
  };
  return { watch, world, passes };
}

describe("a session that heard nothing", () => {
  test("is asked about after five minutes, and kept when an answer comes: an idle number is not deaf", async () => {
    const { world, passes } = watched([true, true]);
    await passes(4.5 * MINUTE_MS);
    expect(world).toEqual({ probes: 0, deaf: 0 });
    await passes(MINUTE_MS);
    expect(world).toEqual({ probes: 1, deaf: 0 });
    await passes(5 * MINUTE_MS);
    expect(world).toEqual({ probes: 2, deaf: 0 });
  });

  test("is given up when none comes", async () => {
    const { world, passes } = watched([false]);
    await passes(5 * MINUTE_MS);
    expect(world).toEqual({ probes: 1, deaf: 1 });
  });

  test("is not asked about while anything comes", async () => {
    const { watch, world, passes } = watched([]);
    for (let minute = 0; minute < 20; minute += 1) {
      watch.heard();
      await passes(MINUTE_MS);
    }
    expect(world.probes).toBe(0);
  });
});

describe("a message without an acknowledgement", () => {
  test("is a reason to ask after 15 seconds, once", async () => {
    const { watch, world } = watched([true]);
    watch.sent("A");
    await vi.advanceTimersByTimeAsync(14_999);
    expect(world.probes).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(world).toEqual({ probes: 1, deaf: 0 });
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(world.probes).toBe(1);
  });

  test("gives the session up when nothing is answered", async () => {
    const { watch, world } = watched([false]);
    watch.sent("A");
    await vi.advanceTimersByTimeAsync(15_000);
    expect(world.deaf).toBe(1);
  });

  test("is none once WhatsApp or the recipient spoke of it, or the session is over", async () => {
    const { watch, world } = watched([]);
    watch.sent("A");
    watch.acknowledged(["A"]);
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    watch.sent("B");
    watch.stop();
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(world.probes).toBe(0);
  });
});

test("a deaf session is closed and replaced at once; its number says why", async () => {
  const number = keptNumber({ connection: { linked: true, phone: "491" }, script: { answers: async () => false } });
  const { keeper, whatsApp, world } = number;
  storeLinkedCredentials(number.storage);
  keeper.connect();
  const first = whatsApp.latest;
  first.emit({ type: "open", phone: "491", lid: "99", name: "Shop" });
  await keeper.transmitter()?.({ id: "A", to: "492@s.whatsapp.net", payload: Uint8Array.of(1) });
  world.now += 15_000;
  await vi.advanceTimersByTimeAsync(15_000);
  expect(first.isClosed).toBe(true);
  expect(world.state).toMatchObject({ phase: "waiting", lastDisconnect: { reason: "unresponsive", code: null } });
  expect(world.wakeUps.reconnect).toBe(world.now);
});
