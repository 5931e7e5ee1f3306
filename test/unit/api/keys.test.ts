import { describe, expect, test, vi } from "vitest";
import type { KeyGrant, NewKey } from "../../../src/durable/rpc.ts";
import { ok, refuse } from "../../../src/errors.ts";
import { keyHash } from "../../../src/middleware/authenticate.ts";
import { KeyCache } from "../../../src/middleware/key-cache.ts";
import { API_KEY } from "../../../src/schemas/keys.ts";
import { api, errorOf, issuePaths, NOW, view } from "./support.ts";

/** What the log wrote; taken over before log.ts loads, because that keeps the console functions it finds then. */
const logged = vi.hoisted(() => {
  const lines: string[] = [];
  console.warn = console.error = (line: string) => lines.push(line);
  return lines;
});

const SECRET = "s".repeat(43);
const key = (org = "acme", id = "k12345678901") => `wsk_${org}_${id}_${SECRET}`;
const as = (apiKey: string, more: Record<string, string> = {}) => ({ headers: { "X-API-Key": apiKey, ...more } });

/** A deployment whose Directory knows `key()` with this grant; `checked` lists what it was asked. */
function holding(grant: Partial<KeyGrant> | null) {
  const checked: string[] = [];
  const listed: unknown[] = [];
  const world = api({
    env: { API_KEY: "the-administrator" },
    directory: {
      checkKey: async (id, hash) => {
        checked.push(id);
        const isGood = grant !== null && hash === keyHash(key());
        return isGood ? { scopes: ["read"], instances: null, expiresAt: null, ...grant } : null;
      },
      list: async (query) => {
        listed.push(query);
        return { instances: [], next: null };
      },
    },
    instance: {
      describe: async () => ok(view()),
      startConnection: async () => ok({ started: true, instance: view() }),
    },
  });
  return { ...world, checked, listed };
}

describe("a key of an organisation", () => {
  test("acts for its organisation, is asked about once, and is remembered", async () => {
    const { call, named, checked } = holding({});
    expect((await call("GET /api/instances/wa_1", as(key()))).status).toBe(200);
    expect((await call("GET /api/instances/wa_1", { headers: { Authorization: `Bearer ${key()}` } })).status).toBe(200);
    expect((await call("GET /api/instances/wa_1", as(key(), { "X-Org-Id": "acme" }))).status).toBe(200);
    expect(named).toEqual(["acme", "acme/wa_1", "acme/wa_1", "acme/wa_1"]);
    expect(checked).toEqual(["k12345678901"]);
  });

  test.each([
    ["of another organisation", key("other")],
    ["with a wrong secret", `${key().slice(0, -1)}t`],
    ["with a wrong id", key("acme", "k12345678902")],
    ["in another form", `wsk_acme_${SECRET}`],
    ["of an organisation that cannot be", key("Acme")],
  ])("%s is 401", async (_what, apiKey) => {
    const { call } = holding({});
    expect((await call("GET /api/instances", as(apiKey))).status).toBe(401);
  });

  test("cannot act for another organisation", async () => {
    const { call, named } = holding({ scopes: ["admin"] });
    const answer = await call("GET /api/instances", as(key(), { "X-Org-Id": "other" }));
    expect(errorOf(answer)).toMatchObject({ status: 403, code: "forbidden" });
    expect(named).toEqual(["acme"]);
  });

  test("is refused even where no key is needed, when it is wrong", async () => {
    const world = api({ env: {}, directory: { checkKey: async () => null } });
    expect((await world.call("GET /api/instances", as(key()))).status).toBe(401);
  });

  test("narrowed to instances sees no others, and nothing that concerns all", async () => {
    const { call, listed, audited } = holding({ scopes: ["read", "manage"], instances: ["wa_1"] });
    expect((await call("GET /api/instances/wa_1", as(key()))).status).toBe(200);
    expect(errorOf(await call("GET /api/instances/wa_2", as(key())))).toMatchObject({ status: 404, code: "not_found" });
    expect((await call("POST /api/instances/wa_2/connect", as(key()))).status).toBe(404);
    expect((await call("POST /api/instances", as(key()))).status).toBe(403);
    expect((await call("GET /api/instances", as(key()))).status).toBe(200);
    expect(listed).toEqual([{ limit: 1_000, ids: ["wa_1"] }]);
    expect(audited.map(({ action, target, status }) => [action, target, status])).toEqual([
      ["connectInstance", "wa_2", 404],
      ["createInstance", null, 403],
    ]);
  });

  test("too many wrong ones from one address are 429", async () => {
    const world = api({ env: { API_KEY: "k" }, mayFailAgain: (address) => address !== "192.0.2.1" });
    const from = (address: string) => world.call("GET /api/instances", { headers: { "CF-Connecting-IP": address } });
    expect((await from("192.0.2.2")).status).toBe(401);
    const answer = await from("192.0.2.1");
    expect([errorOf(answer).code, answer.status, answer.headers.get("Retry-After")]).toEqual([
      "rate_limited",
      429,
      "60",
    ]);
  });
});

describe("a key that is revoked", () => {
  test("stops within 30 seconds, however often it was used in between", async () => {
    const world = { now: NOW, revoked: false };
    const { call } = api({
      env: { API_KEY: "the-administrator" },
      now: () => world.now,
      directory: {
        checkKey: async () => (world.revoked ? null : { scopes: ["read"], instances: null, expiresAt: null }),
        list: async () => ({ instances: [], next: null }),
      },
    });
    const answers: [seconds: number, status: number][] = [];
    for (const seconds of [0, 1, 10, 29, 30, 31]) {
      world.now = NOW + seconds * 1_000;
      answers.push([seconds, (await call("GET /api/instances", as(key()))).status]);
      world.revoked = true;
    }
    expect(answers).toEqual([
      [0, 200],
      [1, 200],
      [10, 200],
      [29, 200],
      [30, 401],
      [31, 401],
    ]);
  });
});

describe("the memory of good keys", () => {
  const grant: KeyGrant = { scopes: ["read"], instances: null, expiresAt: null };

  test("ends after 30 seconds, and with the key", () => {
    const cache = new KeyCache();
    cache.put("a", grant, NOW);
    cache.put("b", { ...grant, expiresAt: NOW + 10 }, NOW);
    expect([cache.get("a", NOW + 29_999), cache.get("b", NOW + 9)]).toEqual([grant, { ...grant, expiresAt: NOW + 10 }]);
    expect([cache.get("a", NOW + 30_000), cache.get("b", NOW + 10), cache.get("c", NOW)]).toEqual([null, null, null]);
  });

  test("holds a thousand, and forgets the oldest", () => {
    const cache = new KeyCache();
    for (let i = 0; i <= 1_000; i += 1) cache.put(String(i), grant, NOW);
    expect([cache.get("0", NOW), cache.get("1", NOW), cache.get("1000", NOW)]).toEqual([null, grant, grant]);
  });
});

describe("creating a key", () => {
  const creating = () => {
    const stored: NewKey[] = [];
    const world = api({
      directory: {
        createKey: async (input) => {
          stored.push(input);
          const { hash: _hash, expiresAt, ...rest } = input;
          const createdAt = new Date(NOW).toISOString();
          const expiry = expiresAt === null ? null : new Date(expiresAt).toISOString();
          return ok({ ...rest, createdAt, expiresAt: expiry, lastUsedAt: null });
        },
      },
    });
    return { ...world, stored };
  };

  test("shows it once and stores its hash only; the audit log has its id", async () => {
    const { call, stored, audited } = creating();
    const json = { name: " Desk ", scopes: ["read", "send", "read"], expiresAt: "2026-02-01T00:00:00+01:00" };
    const answer = await call("POST /api/keys", { json, headers: { "X-Org-Id": "acme", "X-Request-Id": "r-1" } });
    const { apiKey, key: shownKey } = answer.body as { apiKey: string; key: { id: string } };
    const [, org, id] = API_KEY.exec(apiKey) ?? [];
    expect([answer.status, org, id]).toEqual([201, "acme", shownKey.id]);
    const common = { id, name: "Desk", scopes: ["read", "send"], instances: null, createdBy: "admin" };
    expect(stored).toEqual([{ ...common, hash: keyHash(apiKey), expiresAt: Date.parse("2026-01-31T23:00:00Z") }]);
    expect(shownKey).toEqual({
      ...common,
      createdAt: "2026-01-29T12:00:00.000Z",
      expiresAt: "2026-01-31T23:00:00.000Z",
      lastUsedAt: null,
    });
    expect(audited).toEqual([{ keyId: "admin", action: "createKey", target: id, status: 201, requestId: "r-1" }]);
  });

  test.each([
    [{ scopes: ["read"] }, "name"],
    [{ name: "a", scopes: [] }, "scopes"],
    [{ name: "a" }, "scopes"],
    [{ name: "a", scopes: ["write"] }, "scopes.0"],
    [{ name: "a", scopes: ["read"], instances: [] }, "instances"],
    [{ name: "a", scopes: ["read"], instances: ["../x"] }, "instances.0"],
    [{ name: "a", scopes: ["admin"], instances: ["wa_1"] }, "instances"],
    [{ name: "a", scopes: ["read"], expiresAt: "tomorrow" }, "expiresAt"],
    [{ name: "a", scopes: ["read"], expiresAt: "2026-01-29T12:00:00Z" }, "expiresAt"],
  ])("%j is 400 and stores nothing", async (json, path) => {
    const { call, stored } = creating();
    const answer = await call("POST /api/keys", { json });
    expect([answer.status, issuePaths(answer), stored]).toEqual([400, [path], []]);
  });

  test("an unknown one cannot be revoked", async () => {
    const { call } = api({ directory: { revokeKey: async () => refuse("not_found", "Key not found") } });
    expect((await call("DELETE /api/keys/k1")).status).toBe(404);
  });
});

describe("the audit log", () => {
  test("that cannot be written fails no call", async () => {
    const { call } = api({
      directory: { recordAction: () => Promise.reject(new Error("no storage")) },
      instance: { destroy: async () => ok({ instanceId: "wa_1" }) },
    });
    expect((await call("DELETE /api/instances/wa_1")).status).toBe(200);
    expect(logged.at(-1)).toContain("An action is missing in the audit log");
  });

  test("gets what was refused by the instance and what failed, and no reading or sending", async () => {
    const { call, audited } = api({
      instance: {
        describe: async () => ok(view()),
        send: async () => refuse("not_connected", "Not connected"),
        destroy: async () => refuse("not_found", "Instance not found"),
        clearAuth: () => Promise.reject(new Error("broken")),
      },
    });
    await call("GET /api/instances/wa_1");
    await call("POST /api/instances/wa_1/send", { json: { to: "60123456789", message: "hi" } });
    await call("DELETE /api/instances/wa_1");
    await call("POST /api/instances/wa_1/clear-auth");
    expect(audited.map(({ action, target, status }) => [action, target, status])).toEqual([
      ["deleteInstance", "wa_1", 404],
      ["clearAuth", "wa_1", 500],
    ]);
  });
});
