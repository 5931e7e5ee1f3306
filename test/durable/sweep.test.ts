/** The cron trigger, in the runtime: it finds numbers whose alarm was lost, and only those. */
import {
  abortAllDurableObjects,
  createExecutionContext,
  createScheduledController,
  listDurableObjectIds,
  runInDurableObject,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import worker from "../../src/worker.ts";
import { created, directoryOf, granted, instanceOf, summary } from "./support/objects.ts";
import { simulator } from "./support/simulator.ts";

const MINUTE = 60_000;

/** Runs the cron trigger as if this much time had passed. */
async function cron(inMs: number): Promise<void> {
  const context = createExecutionContext();
  await worker.scheduled(
    createScheduledController({ scheduledTime: new Date(Date.now() + inMs), cron: "*/5 * * * *" }),
    env,
  );
  await waitOnExecutionContext(context);
}

const alarmOf = (id: string, org: string) =>
  runInDurableObject(instanceOf(id, org), (_, { storage }) => storage.getAlarm());

/** What a lost alarm is: the wake-ups are still noted, and nothing wakes the object. */
async function losesAlarm(id: string, org: string): Promise<void> {
  await runInDurableObject(instanceOf(id, org), (_, { storage }) => storage.deleteAlarm());
  await abortAllDurableObjects();
}

const awake = async () => (await listDurableObjectIds(env.INSTANCES)).map(String);

let orgs = 0;
let org = "";
beforeEach(() => {
  org = `sweep-${++orgs}`;
});

/** An instance that is being linked: it should be connected, and its Directory knows. */
async function wanted(id: string): Promise<void> {
  const stub = await created(id, { orgId: org });
  granted(await stub.startConnection(org));
  for (;;) {
    const [known] = await directoryOf(org).metrics({ ids: [id] });
    if (known?.status === "connecting") return;
    await scheduler.wait(5);
  }
}

describe("a number that should be connected and lost its alarm", () => {
  test("gets it back by the sweep, once it has been silent for ten minutes", async () => {
    const phone = await simulator<{ phone: string }>("POST", "/phones", { name: "Swept" });
    await wanted("lost");
    const linked = instanceOf("lost", org);
    const shows = async (fits: (view: { qr: string | null; status: string }) => boolean) => {
      for (;;) {
        const view = granted(await linked.describe(org));
        if (fits(view)) return view;
        await scheduler.wait(20);
      }
    };
    const { qr } = await shows((view) => view.qr !== null);
    await simulator("POST", `/phones/${phone.phone}/scan`, { qr });
    await shows(({ status }) => status === "connected");

    await losesAlarm("lost", org);
    await simulator("GET", `/phones/${phone.phone}/offline`);
    await cron(5 * MINUTE);
    expect(await directoryOf(org).list({ limit: 1 })).toMatchObject({ instances: [{ status: "connected" }] });
    await cron(11 * MINUTE);
    // The poke itself woke the object: it connects by its own wake-ups, and has its alarm again.
    await simulator("GET", `/phones/${phone.phone}/online?timeoutMs=20000`);
    expect(await alarmOf("lost", org)).toBeGreaterThan(0);
  });

  test("is not poked again before it was silent anew, whether it answered or not", async () => {
    await directoryOf(org).push(summary("gone", { status: "connected", linked: true }));
    const now = Date.now() + 11 * MINUTE;
    const before = now - 10 * MINUTE;
    expect(await directoryOf(org).takeSilent({ before, now, limit: 10 })).toEqual(["gone"]);
    expect(await directoryOf(org).takeSilent({ before, now, limit: 10 })).toEqual([]);
    const later = now + 11 * MINUTE;
    expect(await directoryOf(org).takeSilent({ before: later - 10 * MINUTE, now: later, limit: 10 })).toEqual(["gone"]);
  });
});

describe("the sweep", () => {
  test("leaves alone what is disconnected, and what was heard of", async () => {
    await created("idle", { orgId: org });
    await wanted("busy");
    await instanceOf("busy", org).stopConnection(org, { revoke: false });
    await wanted("well");
    const takes = (inMs: number, limit = 10) =>
      directoryOf(org).takeSilent({ before: Date.now() + inMs - 10 * MINUTE, now: Date.now() + inMs, limit });
    expect(await takes(9 * MINUTE)).toEqual([]);
    expect(await takes(11 * MINUTE)).toEqual(["well"]);
  });

  test("takes those that are silent longest first, no more than it may", async () => {
    for (const id of ["a", "b", "c"]) await wanted(id);
    await runInDurableObject(directoryOf(org), (_, { storage }) => {
      storage.sql.exec("UPDATE instances SET heard_at = CASE id WHEN 'b' THEN 1 WHEN 'c' THEN 2 ELSE 3 END");
    });
    const now = Date.now();
    expect((await directoryOf(org).takeSilent({ before: now, now, limit: 2 })).sort()).toEqual(["b", "c"]);
    expect(await directoryOf(org).takeSilent({ before: now, now, limit: 2 })).toEqual(["a"]);
  });

  test("knows every organisation that has an instance, and each has its turn", async () => {
    const names = [`${org}-x`, `${org}-y`];
    for (const orgId of names) await created("one", { orgId });
    await created("two", { orgId: names[0] ?? "" });
    const registry = env.REGISTRY.getByName("organisations");
    const now = Date.now() + MINUTE;
    const all = await registry.take({ now, limit: 1_000 });
    expect(names.every((name) => all.includes(name))).toBe(true);
    expect(new Set(all).size).toBe(all.length);
    const first = await registry.take({ now: now + 1, limit: 1 });
    const second = await registry.take({ now: now + 2, limit: 1 });
    expect(first).not.toEqual(second);
  });

  test("wakes no instance of a Directory in which all is well", async () => {
    await wanted("well");
    const before = await awake();
    await cron(MINUTE);
    expect(await awake()).toEqual(before);
  });
});

describe("a poke", () => {
  test("of an instance that nobody created stores nothing, and of another organisation's does nothing", async () => {
    expect(await instanceOf("nobody", org).poke(org)).toMatchObject({ ok: false, error: { code: "not_found" } });
    await wanted("theirs");
    expect(await instanceOf("theirs", org).poke("somebody-else")).toMatchObject({ ok: false });
  });

  test("sets a heartbeat that is missing, and leaves a number that is disconnected asleep", async () => {
    await wanted("no-heartbeat");
    await runInDurableObject(instanceOf("no-heartbeat", org), (_, { storage }) => {
      storage.sql.exec("DELETE FROM wakeups");
      return storage.deleteAlarm();
    });
    expect(await instanceOf("no-heartbeat", org).poke(org)).toEqual({ ok: true, value: null });
    expect(await alarmOf("no-heartbeat", org)).toBeLessThanOrEqual(Date.now());
    await instanceOf("no-heartbeat", org).stopConnection(org, { revoke: false });
    await runInDurableObject(instanceOf("no-heartbeat", org), (_, { storage }) => {
      storage.sql.exec("DELETE FROM wakeups");
    });
    await instanceOf("no-heartbeat", org).poke(org);
    expect(await alarmOf("no-heartbeat", org)).toBeNull();
  });
});
