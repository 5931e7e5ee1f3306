import { describe, expect, test } from "vitest";
import { Retention } from "../../../src/durable/retention.ts";
import { openStore } from "../../../src/store/store.ts";
import { numberStorage } from "../../support/sqlite.ts";

const NOW = Date.parse("2026-11-01T12:00:00.000Z");
const HOUR = 60 * 60 * 1_000;
const DAY = 24 * HOUR;
const ALICE = "491@s.whatsapp.net";

function numberKeeping(days: number) {
  const storage = numberStorage();
  const store = openStore(storage.sql);
  const world = { now: NOW, wakeUps: [] as number[] };
  const retention = new Retention({
    store,
    transaction: (work) => storage.transactionSync(work),
    days: () => days,
    wakeAt: (dueAt) => world.wakeUps.push(dueAt),
    now: () => world.now,
  });
  return {
    store,
    world,
    retention,
    events(count: number, at: number) {
      for (let index = 0; index < count; index += 1) {
        const seq = store.events.append("message", ALICE, {}, at);
        store.deliveries.enqueue(seq, ALICE, at);
        store.deliveries.delivered(seq, { responseStatus: 200, error: null }, null);
      }
    },
    last: () => world.wakeUps.at(-1),
  };
}

describe("what is kept for a time", () => {
  test("is looked at when the oldest of it is too old, but not more often than every hour", () => {
    const { retention, store, last } = numberKeeping(30);
    retention.schedule();
    expect(last()).toBe(NOW + 30 * DAY);
    store.logs.add("info", "Created", NOW - DAY);
    retention.schedule();
    expect(last()).toBe(NOW + 29 * DAY);
    store.events.append("message", null, {}, NOW - 31 * DAY);
    retention.schedule();
    expect(last()).toBe(NOW + HOUR);
  });

  test("goes 100 rows at a time with a pause between, and then rests until the next is too old", () => {
    const { retention, store, world, events, last } = numberKeeping(7);
    events(250, NOW - 8 * DAY);
    events(1, NOW - 6 * DAY);
    const left: number[] = [];
    for (let slice = 1; slice <= 3; slice += 1) {
      retention.prune();
      left.push(store.events.page({ after: 0, limit: 1_000, types: null }).events.length);
      world.now = last() ?? Number.NaN;
    }
    expect(left).toEqual([151, 51, 1]);
    expect(world.wakeUps).toEqual([NOW + 50, NOW + 100, NOW - 6 * DAY + 7 * DAY]);
    expect(store.deliveries.list({ limit: 10 }).deliveries.map(({ seq }) => seq)).toEqual([251]);
  });

  test("is told when deliveries were among it that were never made", () => {
    const { retention, store } = numberKeeping(1);
    for (let count = 0; count < 2; count += 1) {
      const seq = store.events.append("message", ALICE, {}, NOW - 2 * DAY);
      store.deliveries.enqueue(seq, ALICE, NOW - 2 * DAY);
    }
    retention.prune();
    expect(store.logs.newest(10).map(({ level, message }) => [level, message])).toEqual([
      ["error", "2 webhook deliveries were removed undone: older than 1 days"],
    ]);
  });
});
