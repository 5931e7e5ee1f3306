import { runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import { WAKEUP_NAMES, type WakeupName, Wakeups } from "../../src/durable/wakeups.ts";
import { INSTANCE_MIGRATIONS } from "../../src/store/instance-migrations.ts";
import { migrate } from "../../src/store/migrate.ts";
import { instanceOf } from "./support/objects.ts";

/** Far enough ahead that the real alarm does not go off during a test. */
const LATER = Date.now() + 60 * 60 * 1_000;
const MINUTE = 60_000;

interface World {
  wakeups: Wakeups;
  storage: DurableObjectStorage;
  /** Names of the handlers that ran, in order. */
  ran: string[];
  errors: [string, unknown][];
  run(now: number, handlers?: Partial<Record<WakeupName, () => Promise<void> | void>>): Promise<void>;
}

let objects = 0;

/** Runs a rule inside an object of its own, with an empty table of wake-ups. */
let inside: (rule: (world: World) => Promise<void>) => Promise<void>;

beforeEach(() => {
  const stub = instanceOf(`wakeups-${++objects}`);
  inside = (rule) =>
    runInDurableObject(stub, async (_, { storage }) => {
      migrate(storage, INSTANCE_MIGRATIONS);
      const ran: string[] = [];
      const errors: [string, unknown][] = [];
      const wakeups = new Wakeups(storage, (name, error) => errors.push([name, error]));
      const run: World["run"] = (now, handlers = {}) => {
        const handler = (name: WakeupName) => () => {
          ran.push(name);
          return handlers[name]?.();
        };
        const all = Object.fromEntries(WAKEUP_NAMES.map((name) => [name, handler(name)]));
        return wakeups.run(all as Record<WakeupName, () => Promise<void> | void>, now);
      };
      await rule({ wakeups, storage, ran, errors, run });
    });
});

describe("the one alarm", () => {
  test("is always the earliest wake-up", () =>
    inside(async ({ wakeups, storage }) => {
      wakeups.set("deliveries", LATER + 3 * MINUTE);
      expect(await storage.getAlarm()).toBe(LATER + 3 * MINUTE);
      wakeups.set("heartbeat", LATER + MINUTE);
      expect(await storage.getAlarm()).toBe(LATER + MINUTE);
      wakeups.set("heartbeat", LATER + 5 * MINUTE);
      expect(await storage.getAlarm()).toBe(LATER + 3 * MINUTE);
      wakeups.clear("deliveries");
      expect(await storage.getAlarm()).toBe(LATER + 5 * MINUTE);
      wakeups.clear("heartbeat");
      expect(await storage.getAlarm()).toBeNull();
    }));

  test("can be set anew from the table", () =>
    inside(async ({ wakeups, storage }) => {
      wakeups.set("heartbeat", LATER);
      await storage.deleteAlarm();
      wakeups.arm();
      expect(await storage.getAlarm()).toBe(LATER);
    }));

  test("takes a time with a fraction", () =>
    inside(async ({ wakeups, storage }) => {
      wakeups.set("heartbeat", LATER + 0.2);
      expect(await storage.getAlarm()).toBe(LATER + 1);
    }));
});

describe("a wake-up", () => {
  test("can be brought forward, but not put off, by one that must not be late", () =>
    inside(async ({ wakeups }) => {
      wakeups.setNoLaterThan("deliveries", LATER + MINUTE);
      wakeups.setNoLaterThan("deliveries", LATER + 2 * MINUTE);
      expect(wakeups.dueAt("deliveries")).toBe(LATER + MINUTE);
      wakeups.setNoLaterThan("deliveries", LATER);
      expect(wakeups.dueAt("deliveries")).toBe(LATER);
      expect(wakeups.dueAt("heartbeat")).toBeNull();
    }));

  test("runs when it is due, with all others that are, in the order of their names", () =>
    inside(async ({ wakeups, storage, ran, run }) => {
      for (const name of [...WAKEUP_NAMES].reverse()) wakeups.set(name, LATER);
      wakeups.set("reconnect", LATER + 1);
      await run(LATER);
      expect(ran).toEqual(WAKEUP_NAMES.filter((name) => name !== "reconnect"));
      expect(await storage.getAlarm()).toBe(LATER + 1);
      await run(LATER + 1);
      expect(ran.at(-1)).toBe("reconnect");
      expect(await storage.getAlarm()).toBeNull();
    }));

  test("may set itself again while it runs", () =>
    inside(async ({ wakeups, storage, run }) => {
      wakeups.set("heartbeat", LATER);
      await run(LATER, { heartbeat: () => wakeups.set("heartbeat", LATER + MINUTE) });
      expect(wakeups.dueAt("heartbeat")).toBe(LATER + MINUTE);
      expect(await storage.getAlarm()).toBe(LATER + MINUTE);
    }));

  test("waits for the handler before it", () =>
    inside(async ({ wakeups, run }) => {
      const order: string[] = [];
      wakeups.set("heartbeat", LATER);
      wakeups.set("directory", LATER);
      await run(LATER, {
        heartbeat: async () => {
          await scheduler.wait(1);
          order.push("heartbeat is done");
        },
        directory: () => void order.push("directory begins"),
      });
      expect(order).toEqual(["heartbeat is done", "directory begins"]);
    }));

  test("whose handler throws is reported, and neither keeps the others from running nor the alarm from being set", () =>
    inside(async ({ wakeups, storage, ran, errors, run }) => {
      const fault = new Error("fault");
      for (const name of ["heartbeat", "reconnect", "deliveries"] as const) wakeups.set(name, LATER);
      wakeups.set("directory", LATER + MINUTE);
      await run(LATER, {
        heartbeat: () => {
          throw fault;
        },
        reconnect: () => Promise.reject(fault),
      });
      expect(ran).toEqual(["heartbeat", "reconnect", "deliveries"]);
      expect(errors).toEqual([
        ["heartbeat", fault],
        ["reconnect", fault],
      ]);
      expect(await storage.getAlarm()).toBe(LATER + MINUTE);
    }));
});

test("what a newer version left behind before a rollback does not set off the alarm again and again", () =>
  inside(async ({ wakeups, storage, ran, run }) => {
    storage.sql.exec("INSERT INTO wakeups (name, due_at) VALUES ('of-a-newer-version', ?)", LATER);
    wakeups.set("heartbeat", LATER + MINUTE);
    await run(LATER);
    expect(ran).toEqual([]);
    expect(await storage.getAlarm()).toBe(LATER + MINUTE);
  }));

test("a removal is the only thing the object wakes up for, however much was due", () =>
  inside(async ({ wakeups, storage, ran, run }) => {
    for (const name of WAKEUP_NAMES) wakeups.set(name, LATER);
    wakeups.setRemoval(LATER + MINUTE);
    expect(await storage.getAlarm()).toBe(LATER + MINUTE);
    await run(LATER + MINUTE);
    expect(ran).toEqual([]);
    expect(await storage.getAlarm()).toBe(LATER + MINUTE);
  }));
