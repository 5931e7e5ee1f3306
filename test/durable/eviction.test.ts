import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { InstanceObject } from "../../src/durable/instance.ts";
import type { InstanceView, SentMessage } from "../../src/durable/rpc.ts";
import { instanceName } from "../../src/durable/stubs.ts";
import type { Result } from "../../src/errors.ts";
import { simulator } from "./support/simulator.ts";

interface Person {
  phone: string;
}

const ORG = "default";
const stub = (id: string) => env.INSTANCES.getByName(instanceName(ORG, id));
type Stub = ReturnType<typeof stub>;

/** The value of a call that must not be refused. */
function granted<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** Asks the object until it shows what is awaited; each question takes a turn of its event loop. */
async function shows(instance: Stub, fits: (view: InstanceView) => boolean, timeoutMs = 20_000): Promise<InstanceView> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const view = granted(await instance.describe(ORG));
    if (fits(view)) return view;
    if (Date.now() > deadline) throw new Error(`Not shown within ${timeoutMs} ms: ${JSON.stringify(view)}`);
    await scheduler.wait(20);
  }
}

async function linked(id: string): Promise<{ instance: Stub; phone: Person; alice: Person }> {
  const phone = await simulator<Person>("POST", "/phones", { name: id });
  const alice = await simulator<Person>("POST", "/contacts", {});
  const instance = stub(id);
  const settings = { behaviorSettings: {}, antiBanSettings: {} };
  granted(await instance.initialise({ orgId: ORG, instanceId: id, name: id, webhookUrl: null, ...settings }));
  granted(await instance.startConnection(ORG));
  const { qr } = await shows(instance, (view) => view.qr !== null);
  await simulator("POST", `/phones/${phone.phone}/scan`, { qr });
  await shows(instance, (view) => view.status === "connected");
  return { instance, phone, alice };
}

const send = (instance: Stub, to: string, text: string): Promise<Result<SentMessage>> =>
  instance.send(ORG, { kind: "text", to, text });

const received = (contact: Person, text: string) =>
  simulator<{ encType: string }>("GET", `/contacts/${contact.phone}/received?text=${encodeURIComponent(text)}`);

describe("an object that is evicted while its number is connected", () => {
  let instance: Stub;
  let phone: Person;
  let alice: Person;

  beforeAll(async () => {
    ({ instance, phone, alice } = await linked("evicted"));
  });

  it("comes back connected by its own alarm, without a QR; the next messages decrypt", async () => {
    expect(granted(await send(instance, alice.phone, "before"))).toMatchObject({ status: "sent" });
    await received(alice, "before");

    // All memory goes, sockets and timers with it; a graceful eviction would wait for the socket, as the platform does not.
    await abortAllDurableObjects();
    instance = stub("evicted");
    await simulator("GET", `/phones/${phone.phone}/offline`);
    await simulator("POST", `/contacts/${alice.phone}/say`, { to: phone.phone, text: "while it slept" });

    // What the platform does when the heartbeat is due; nothing else wakes the object.
    expect(await runDurableObjectAlarm(instance)).toBe(true);
    await simulator("GET", `/phones/${phone.phone}/online?timeoutMs=20000`);
    await shows(instance, (view) => view.status === "connected" && view.qr === null);

    const { messages } = granted(await instance.listMessages(ORG, { limit: 10, direction: "inbound" }));
    expect(messages.map(({ text }) => text)).toEqual(["while it slept"]);
    expect(granted(await send(instance, alice.phone, "after"))).toMatchObject({ status: "sent" });
    expect(await received(alice, "after")).toMatchObject({ encType: "msg" });
    expect(await simulator("GET", "/state")).toMatchObject({ violations: [] });
  });

  it("leaves nothing in storage when it is deleted: no table, no alarm, no entry in the Directory", async () => {
    expect(await instance.destroy(ORG)).toEqual({ ok: true, value: { instanceId: "evicted" } });
    await runInDurableObject(instance, async (_: InstanceObject, { storage }) => {
      const tables = storage.sql
        .exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '~_cf%' ESCAPE '~'")
        .toArray();
      expect(tables).toEqual([]);
      expect(await storage.getAlarm()).toBeNull();
      expect((await storage.list()).size).toBe(0);
    });
    const { instances } = await env.DIRECTORIES.getByName(ORG).list({ limit: 100 });
    expect(instances.map(({ id }) => id)).not.toContain("evicted");
  });
});
