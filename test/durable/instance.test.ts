import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { EventList } from "../../src/durable/rpc.ts";
import { instanceName } from "../../src/durable/stubs.ts";
import { openStore } from "../../src/store/store.ts";
import { outbound } from "../unit/store/support.ts";
import { created, creation, granted, instanceOf, kept, listed, NOTHING, ORG, refusal } from "./support/objects.ts";

const NONE = { limit: 10 };

afterEach(() => {
  vi.restoreAllMocks();
});

describe("an id that was never created through the API", () => {
  test("is not found by any call, and costs no storage", async () => {
    const stub = instanceOf("never");
    const calls = [
      stub.describe(ORG),
      stub.update(ORG, { name: "x" }),
      stub.destroy(ORG),
      stub.startConnection(ORG),
      stub.requestPairingCode(ORG, "491"),
      stub.stopConnection(ORG, { revoke: true }),
      stub.clearAuth(ORG),
      stub.send(ORG, { kind: "text", to: "491", text: "x" }),
      stub.listMessages(ORG, NONE),
      stub.listLogs(ORG, 10),
      stub.webhook(ORG),
      stub.setWebhook(ORG, {}),
      stub.testWebhook(ORG),
      stub.listDeliveries(ORG, { limit: 10 }),
      stub.retryDelivery(ORG, 1),
      stub.replay(ORG, { after: 0 }),
      stub.listEvents(ORG, { after: 0, limit: 10 }),
      stub.awaitEvents(ORG, { after: 0, limit: 10, waitMs: 0 }),
    ];
    for (const call of calls) expect(refusal(await call)).toBe("not_found");
    expect(await kept(stub)).toEqual(NOTHING);
    expect(await listed()).not.toContain("never");
  });

  test("does nothing when its alarm goes off", async () => {
    const stub = instanceOf("never-woken");
    await runInDurableObject(stub, (instance) => instance.alarm());
    expect(await kept(stub)).toEqual(NOTHING);
  });
});

describe("creating an instance", () => {
  test("answers with it, and puts it into the list", async () => {
    const settings = {
      webhookUrl: "https://example.com/hook",
      behaviorSettings: { delayEnabled: false },
      antiBanSettings: { messagesPerHour: 5 },
      syncHistory: true,
    };
    const stub = instanceOf("new");
    const view = granted(await stub.initialise(creation("new", { name: "Shop", ...settings })));
    expect(view).toEqual({
      id: "new",
      name: "Shop",
      status: "disconnected",
      qr: null,
      pairingCode: null,
      connectedPhone: null,
      connectedAt: null,
      linked: false,
      lastDisconnect: null,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      antiBanHealth: expect.objectContaining({ status: "healthy", hourlyUsage: 0 }),
      ...settings,
    });
    expect(granted(await stub.describe(ORG))).toEqual(view);
    expect(await listed()).toContain("new");
  });

  test("a second time is refused and changes nothing, even at the same moment", async () => {
    const stub = instanceOf("twice");
    const both = await Promise.all([
      stub.initialise(creation("twice", { name: "first" })),
      stub.initialise(creation("twice", { name: "second" })),
    ]);
    expect(both.map((result) => (result.ok ? result.value.name : result.error.code))).toEqual([
      "first",
      "already_exists",
    ]);
    expect(granted(await stub.describe(ORG)).name).toBe("first");
  });

  test("is remembered after the object lost its memory", async () => {
    const stub = await created("remembered");
    await evictDurableObject(stub);
    expect(granted(await stub.describe(ORG))).toMatchObject({ id: "remembered", status: "disconnected" });
    expect(refusal(await stub.initialise(creation("remembered")))).toBe("already_exists");
  });

  test("that the Directory was not told of is told when the object wakes up", async () => {
    const stub = await created("untold");
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("UPDATE instance SET pushed_revision = 0");
    });
    await env.DIRECTORIES.getByName(ORG).remove("untold");
    await evictDurableObject(stub);
    granted(await stub.describe(ORG));
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await listed()).toContain("untold");
  });
});

describe("another organisation", () => {
  test("does not find the instance, though it asks the object itself", async () => {
    const stub = await created("private");
    for (const call of [
      stub.describe("other"),
      stub.update("other", { name: "taken" }),
      stub.destroy("other"),
      stub.send("other", { kind: "text", to: "491", text: "x" }),
      stub.listMessages("other", NONE),
    ]) {
      expect(refusal(await call)).toBe("not_found");
    }
    expect(granted(await stub.describe(ORG))).toMatchObject({ name: "private" });
  });

  test("has an instance of the same id for itself", async () => {
    await created("shared", { name: "ours" });
    const theirs = await created("shared", { name: "theirs", orgId: "other" });
    expect(granted(await theirs.describe("other")).name).toBe("theirs");
    expect(granted(await instanceOf("shared").describe(ORG)).name).toBe("ours");
    expect(await listed("other")).toEqual(["shared"]);
  });

  test("cannot spell the name of this one's object", () => {
    for (const [org, id] of [
      ["a/b", "c"],
      ["a", "b/c"],
      ["A", "b"],
      ["", "b"],
      ["a", ""],
      ["a", "b".repeat(65)],
    ] as const) {
      expect(() => instanceName(org, id)).toThrow("invalid org or instance id");
    }
  });
});

describe("the messages with a phone", () => {
  test("are found under the digits it was asked for by, too, when WhatsApp knows it under others", async () => {
    const stub = await created("brazil");
    await runInDurableObject(stub, async (_, { storage }) => {
      const store = openStore(storage.sql);
      store.contacts.confirmed("551188887777", Date.now(), "5511988887777");
      store.messages.insert(outbound("A", { chatId: "551188887777@s.whatsapp.net", toPhone: "551188887777" }));
    });
    for (const phone of ["5511988887777", "551188887777"]) {
      expect(granted(await stub.listMessages(ORG, { ...NONE, phone })).messages).toMatchObject([{ id: "A" }]);
    }
    expect(granted(await stub.listMessages(ORG, { ...NONE, phone: "5511988887778" })).messages).toEqual([]);
  });
});

describe("changing an instance", () => {
  test("merges settings field by field and leaves the rest", async () => {
    const stub = await created("changing", {
      webhookUrl: "https://example.com/hook",
      behaviorSettings: { delayEnabled: true, typingSimulation: true },
      antiBanSettings: { messagesPerHour: 5 },
    });
    const changed = granted(await stub.update(ORG, { name: "New", behaviorSettings: { delayEnabled: false } }));
    expect(changed).toMatchObject({
      name: "New",
      webhookUrl: "https://example.com/hook",
      behaviorSettings: { delayEnabled: false, typingSimulation: true },
      antiBanSettings: { messagesPerHour: 5 },
    });
    expect(granted(await stub.update(ORG, {}))).toEqual(changed);
    const { instances } = await env.DIRECTORIES.getByName(ORG).list({ limit: 1_000 });
    expect(instances.find(({ id }) => id === "changing")).toMatchObject({ name: "New" });
  });

  test("sets and clears its webhook", async () => {
    const stub = await created("hooked");
    const { events, headers, secret, previousSecretValidUntil } = granted(await stub.webhook(ORG));
    expect([events, headers, previousSecretValidUntil]).toEqual([["message"], {}, null]);
    const kept = { events, headers, secret, previousSecretValidUntil, usingGlobalDefault: false };
    const none = { ...kept, instanceWebhookUrl: null, effectiveWebhookUrl: null };
    const own = { ...kept, instanceWebhookUrl: "https://example.com/a", effectiveWebhookUrl: "https://example.com/a" };
    expect(granted(await stub.webhook(ORG))).toEqual(none);
    expect(granted(await stub.setWebhook(ORG, { webhookUrl: "https://example.com/a" }))).toEqual(own);
    expect(granted(await stub.describe(ORG)).webhookUrl).toBe("https://example.com/a");
    expect(granted(await stub.setWebhook(ORG, { webhookUrl: null }))).toEqual(none);
  });
});

describe("removing an instance", () => {
  test("leaves no row, no alarm, no place in the list and no file", async () => {
    const stub = await created("removed");
    await env.MEDIA.put("default/removed/a", "one");
    await env.MEDIA.put("default/removed/b/c", "two");
    await env.MEDIA.put("default/removed-not/a", "another's");
    expect(granted(await stub.destroy(ORG))).toEqual({ instanceId: "removed" });
    expect(await kept(stub)).toEqual(NOTHING);
    expect(await listed()).not.toContain("removed");
    const { objects } = await env.MEDIA.list();
    expect(objects.map(({ key }) => key).filter((key) => key.startsWith("default/removed"))).toEqual([
      "default/removed-not/a",
    ]);
    expect(refusal(await stub.describe(ORG))).toBe("not_found");
    expect(refusal(await stub.destroy(ORG))).toBe("not_found");
  });

  test("with more files than one list of them holds leaves none", async () => {
    const stub = await created("many-files");
    await Promise.all([1, 2, 3, 4, 5].map((n) => env.MEDIA.put(`default/many-files/${n}`, "x")));
    const list = env.MEDIA.list.bind(env.MEDIA);
    vi.spyOn(env.MEDIA, "list").mockImplementation((options) => list({ ...options, limit: 2 }));
    granted(await stub.destroy(ORG));
    expect((await env.MEDIA.list({ prefix: "default/many-files/" })).objects).toEqual([]);
  });

  test("lets the id be used again, by an instance that starts from nothing and is listed", async () => {
    const stub = await created("again", { name: "first", webhookUrl: "https://example.com/hook" });
    granted(await stub.destroy(ORG));
    expect(granted(await stub.initialise(creation("again", { name: "second" })))).toMatchObject({
      name: "second",
      webhookUrl: null,
    });
    expect(granted(await stub.listLogs(ORG, 10)).map(({ message }) => message)).toEqual(["Created"]);
    const { instances } = await env.DIRECTORIES.getByName(ORG).list({ limit: 1_000 });
    expect(instances.filter(({ id }) => id === "again")).toMatchObject([{ name: "second" }]);
    granted(await stub.update(ORG, { name: "third" }));
    await evictDurableObject(stub);
    expect(granted(await stub.describe(ORG)).name).toBe("third");
  });

  test("lets an instance made anew under its id go on behind the old log, so that no event is taken for an old one", async () => {
    const stub = await created("log-goes-on");
    const seqs = async () => {
      const log: EventList = granted(await stub.listEvents(ORG, { after: 0, limit: 10 }));
      return log.events.map(({ seq }) => seq);
    };
    for (const isPaused of [true, false]) granted(await stub.pauseSending(ORG, isPaused));
    expect(await seqs()).toEqual([1, 2]);
    // What retention removed counts too.
    await runInDurableObject(stub, (_, { storage }) => void storage.sql.exec("DELETE FROM events"));
    granted(await stub.destroy(ORG));
    granted(await stub.initialise(creation("log-goes-on")));
    granted(await stub.pauseSending(ORG, true));
    expect(await seqs()).toEqual([3]);
  });

  test("made by two callers at once is made once", async () => {
    const stub = instanceOf("made-twice");
    const both = await Promise.all([stub.initialise(creation("made-twice")), stub.initialise(creation("made-twice"))]);
    expect(both.map((result) => (result.ok ? "created" : result.error.code)).sort()).toEqual([
      "already_exists",
      "created",
    ]);
  });

  test("that was interrupted is finished by the alarm; until then the instance is neither found nor made anew", async () => {
    const stub = await created("interrupted");
    await env.MEDIA.put("default/interrupted/a", "one");
    const failing = vi.spyOn(env.MEDIA, "list").mockRejectedValue(new Error("R2 is away"));
    const outcome = await runInDurableObject(stub, (instance) => instance.destroy(ORG).catch(String));
    expect(outcome).toBe("Error: R2 is away");
    expect(refusal(await stub.describe(ORG))).toBe("not_found");
    expect(refusal(await stub.initialise(creation("interrupted")))).toBe("already_exists");

    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect((await kept(stub)).alarm).not.toBeNull();
    failing.mockRestore();
    await evictDurableObject(stub);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await kept(stub)).toEqual(NOTHING);
    expect((await env.MEDIA.list({ prefix: "default/interrupted/" })).objects).toEqual([]);
    granted(await stub.initialise(creation("interrupted")));
  });

  test("asked for twice at once is done once", async () => {
    const stub = await created("twice-removed");
    const both = await Promise.all([stub.destroy(ORG), stub.destroy(ORG)]);
    expect(both.map((result) => (result.ok ? "removed" : result.error.code)).sort()).toEqual(["not_found", "removed"]);
    expect(await kept(stub)).toEqual(NOTHING);
  });
});

test("a number that is not connected answers a send with what to do about it", async () => {
  const stub = await created("offline");
  expect(await stub.send(ORG, { kind: "text", to: "491", text: "x" })).toEqual({
    ok: false,
    error: {
      code: "not_connected",
      error: "The number is not connected to WhatsApp.",
      hint: "Link it first: POST …/connect, then GET …/qr.",
    },
  });
  expect(granted(await stub.listMessages(ORG, NONE))).toEqual({ messages: [], next: null });
});
