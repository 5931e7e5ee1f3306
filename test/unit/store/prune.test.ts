import { describe, expect, test } from "vitest";
import { PRUNE_START, type PruneCursor } from "../../../src/store/prune.ts";
import { openStore } from "../../../src/store/store.ts";
import { numberStorage } from "../../support/sqlite.ts";

const NOW = Date.parse("2026-11-01T12:00:00.000Z");
const ALICE = "491@s.whatsapp.net";

function aged() {
  const storage = numberStorage();
  const store = openStore(storage.sql);
  const count = (table: string) => storage.sql.exec<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`).one().n;
  return {
    store,
    /** Events of this age, with their deliveries. */
    events(ages: number[]) {
      for (const age of ages) {
        const seq = store.events.append("message", ALICE, {}, NOW - age);
        store.deliveries.enqueue(seq, ALICE, NOW - age);
      }
    },
    kept: () => ({ events: count("events"), deliveries: count("deliveries"), logs: count("logs") }),
    /** Prunes what is older than 10 in slices, and gives how many there were and what was never delivered. */
    prune(limit: number) {
      let [slices, undelivered]: [number, number] = [0, 0];
      let cursor: PruneCursor = PRUNE_START;
      for (;;) {
        const slice = store.pruning.slice(cursor, NOW - 10, limit);
        slices += 1;
        undelivered += slice.undelivered;
        if (slice.isDone) return { slices, undelivered };
        cursor = slice.cursor;
      }
    },
  };
}

describe("pruning", () => {
  test("removes what is older than its time, with its deliveries, and nothing else", () => {
    const { store, events, kept, prune } = aged();
    events([30, 20, 11, 10, 0]);
    store.logs.add("info", "old", NOW - 11);
    store.logs.add("info", "young", NOW);
    for (const seq of [1, 2]) store.deliveries.delivered(seq, { responseStatus: 200, error: null }, null);
    expect(prune(100)).toEqual({ slices: 1, undelivered: 1 });
    expect(kept()).toEqual({ events: 2, deliveries: 2, logs: 1 });
    expect(store.deliveries.due(NOW, 10)).toMatchObject([{ seq: 4 }]);
    expect(store.events.append("message", ALICE, {}, NOW)).toBe(6);
  });

  test("looks at no more rows in one go than it is told", () => {
    const { events, kept, prune } = aged();
    events(Array.from({ length: 25 }, () => 20));
    expect(prune(10)).toEqual({ slices: 3, undelivered: 25 });
    expect(kept()).toEqual({ events: 0, deliveries: 0, logs: 0 });
  });

  test("does not stop for one row with a wrong time", () => {
    const { events, kept, prune } = aged();
    events([20, -1_000_000, 20, 20]);
    prune(2);
    expect(kept()).toEqual({ events: 1, deliveries: 1, logs: 0 });
  });

  test("knows when the oldest row was written", () => {
    const { store, events } = aged();
    expect(store.pruning.oldest()).toBeNull();
    events([20, 5]);
    store.logs.add("info", "older", NOW - 40);
    expect(store.pruning.oldest()).toBe(NOW - 40);
  });
});
