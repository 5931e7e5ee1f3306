import { beforeEach, describe, expect, test } from "vitest";
import { NEVER_CONNECTED } from "../../../src/connection/connection-state.ts";
import type { InstanceState } from "../../../src/store/instance-table.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { openStore, type Store } from "../../../src/store/store.ts";
import { memoryStorage, numberStorage } from "../../support/sqlite.ts";

const NOW = Date.parse("2026-11-01T12:00:00.000Z");

let storage: DurableObjectStorage;
let store: Store;

beforeEach(() => {
  storage = numberStorage();
  store = openStore(storage.sql);
});

describe("the instance", () => {
  const state: InstanceState = {
    profile: {
      orgId: "default",
      instanceId: "wa_1",
      name: "Shop",
      webhookUrl: null,
      behaviorSettings: { delayEnabled: false },
      antiBanSettings: {},
      createdAt: NOW,
      removing: false,
    },
    connection: NEVER_CONNECTED,
  };

  test("comes back as it was saved, and is nothing before", () => {
    expect([store.instance.load(), store.instance.unpushedRevision()]).toEqual([null, null]);
    store.instance.save(state, NOW);
    expect(store.instance.load()).toEqual(state);
  });

  test("has a revision that grows with every change, even if the clock stands still or goes back", () => {
    const revisions = [NOW, NOW, NOW - 60_000, NOW + 60_000].map((now) => {
      store.instance.save(state, now);
      return store.instance.unpushedRevision();
    });
    expect(revisions).toEqual([NOW, NOW + 1, NOW + 2, NOW + 60_000]);
  });

  test("is to be told until the newest revision was", () => {
    store.instance.save(state, NOW);
    store.instance.save(state, NOW);
    store.instance.pushed(NOW);
    expect(store.instance.unpushedRevision()).toBe(NOW + 1);
    store.instance.pushed(NOW + 1);
    store.instance.pushed(NOW);
    expect(store.instance.unpushedRevision()).toBeNull();
  });
});

describe("the activity log", () => {
  test("shows the newest lines first", () => {
    for (const message of ["first", "second", "third"]) store.logs.add("info", message, NOW);
    expect(store.logs.newest(2)).toEqual([
      { id: "3", timestamp: "2026-11-01T12:00:00.000Z", message: "third", level: "info" },
      { id: "2", timestamp: "2026-11-01T12:00:00.000Z", message: "second", level: "info" },
    ]);
  });

  test("keeps a thousand lines", () => {
    for (let n = 1; n <= 1_100; n += 1) store.logs.add("info", `${n}`, NOW);
    const lines = store.logs.newest(5_000);
    expect([lines.length, lines[0]?.message, lines.at(-1)?.message]).toEqual([1_000, "1100", "101"]);
  });
});

describe("the event log", () => {
  test("counts from one, and never uses a number again", () => {
    expect([store.events.append("qr", null, {}, NOW), store.events.append("qr", null, {}, NOW)]).toEqual([1, 2]);
    storage.sql.exec("DELETE FROM events");
    expect(store.events.append("qr", null, {}, NOW)).toBe(3);
    expect(store.events.get(2)).toBeNull();
  });
});

describe("waiting deliveries of a chat whose phone became known", () => {
  test("keep their order in the chat they join", () => {
    for (const [seq, chat] of [
      [1, "77@lid"],
      [2, "491@s.whatsapp.net"],
      [3, "77@lid"],
    ] as const) {
      store.deliveries.enqueue(seq, chat, NOW);
    }
    store.deliveries.rekeyChat("77@lid", "491@s.whatsapp.net");
    const order: number[] = [];
    for (;;) {
      const [next, ...others] = store.deliveries.due(NOW, 10);
      if (!next) break;
      expect(others).toEqual([]);
      order.push(next.seq);
      store.deliveries.delivered(next.seq, { responseStatus: 200, error: null }, null);
    }
    expect(order).toEqual([1, 2, 3]);
  });
});

describe("migrations", () => {
  const FIRST = { id: 1, sql: "CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1);" };
  const SECOND = { id: 2, sql: "ALTER TABLE a ADD COLUMN y INTEGER DEFAULT 7" };
  const BROKEN = { id: 3, sql: "UPDATE a SET x = 5; INSERT INTO missing VALUES (1);" };

  test("run once each, in order, and only what is missing", () => {
    const storage = memoryStorage();
    migrate(storage, [FIRST]);
    migrate(storage, [FIRST, SECOND]);
    migrate(storage, [FIRST, SECOND]);
    expect(storage.sql.exec("SELECT x, y FROM a").toArray()).toEqual([{ x: 1, y: 7 }]);
    expect(storage.sql.exec("SELECT id FROM migrations").toArray()).toEqual([{ id: 1 }, { id: 2 }]);
  });

  test("that break leave nothing half done, and those before them stand", () => {
    const storage = memoryStorage();
    expect(() => migrate(storage, [FIRST, SECOND, BROKEN])).toThrow("missing");
    expect(storage.sql.exec("SELECT x, y FROM a").toArray()).toEqual([{ x: 1, y: 7 }]);
    expect(storage.sql.exec("SELECT id FROM migrations").toArray()).toEqual([{ id: 1 }, { id: 2 }]);
  });
});
