import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { call, callWith } from "./support.ts";

const ADMIN = { API_KEY: "k-admin" };
const admin = (org: string) => ({ "X-API-Key": ADMIN.API_KEY, "X-Org-Id": org });

interface Created {
  apiKey: string;
  key: { id: string };
}

/** A key of an organisation, made by the administrator. */
async function keyOf(org: string, json: object): Promise<Created> {
  const answer = await callWith(ADMIN, "POST /api/keys", { json: { name: "test", ...json }, headers: admin(org) });
  expect(answer.status).toBe(201);
  return answer.body as Created;
}

const tables = (org: string) =>
  runInDurableObject(env.DIRECTORIES.getByName(org), (_directory, { storage }) =>
    storage.sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\'")
      .toArray(),
  );

test("a key is made, used, listed with its last use, revoked, and then refused", async () => {
  const { apiKey, key } = await keyOf("keys-a", { scopes: ["admin"] });
  const headers = { "X-API-Key": apiKey };
  expect((await callWith(ADMIN, "POST /api/instances", { json: { id: "a1" }, headers })).status).toBe(201);
  const { body } = await callWith(ADMIN, "GET /api/keys", { headers });
  expect(body).toEqual({
    success: true,
    count: 1,
    keys: [
      {
        id: key.id,
        name: "test",
        scopes: ["admin"],
        instances: null,
        createdAt: expect.any(String),
        createdBy: "admin",
        expiresAt: null,
        lastUsedAt: expect.any(String),
      },
    ],
  });
  expect((await callWith(ADMIN, `DELETE /api/keys/${key.id}`, { headers: admin("keys-a") })).status).toBe(200);
  expect((await callWith(ADMIN, `DELETE /api/keys/${key.id}`, { headers: admin("keys-a") })).status).toBe(404);
  const directory = env.DIRECTORIES.getByName("keys-a") as unknown as { checkKey(id: string, hash: string): unknown };
  expect(await directory.checkKey(key.id, "00")).toBeNull();

  const audit = await callWith(ADMIN, "GET /api/audit?limit=3", { headers: admin("keys-a") });
  const { entries, next } = audit.body as { entries: Record<string, unknown>[]; next: string };
  expect(entries.map(({ keyId, action, target, status }) => [keyId, action, target, status])).toEqual([
    ["admin", "revokeKey", key.id, 404],
    ["admin", "revokeKey", key.id, 200],
    [key.id, "createInstance", "a1", 201],
  ]);
  const rest = await callWith(ADMIN, `GET /api/audit?cursor=${next}`, { headers: admin("keys-a") });
  expect(rest.body).toMatchObject({ count: 1, entries: [{ action: "createKey", target: key.id }], next: null });
});

test("a key that expired is refused", async () => {
  const { apiKey, key } = await keyOf("keys-b", { scopes: ["read"], expiresAt: "2999-01-01T00:00:00Z" });
  await runInDurableObject(env.DIRECTORIES.getByName("keys-b"), (_directory, { storage }) => {
    storage.sql.exec("UPDATE keys SET expires_at = ? WHERE id = ?", Date.now(), key.id);
  });
  expect((await callWith(ADMIN, "GET /api/instances", { headers: { "X-API-Key": apiKey } })).status).toBe(401);
});

test("a guessed key of an organisation that does not exist stores nothing", async () => {
  const headers = { "X-API-Key": `wsk_nobody_${"k".repeat(12)}_${"s".repeat(43)}` };
  expect((await call("GET /api/instances", { headers })).status).toBe(401);
  expect((await call("GET /api/instances", { headers: { "X-Org-Id": "nobody" } })).status).toBe(200);
  expect(await tables("nobody")).toEqual([]);
});

test("a refused call in the name of an organisation that does not exist stores nothing, with an idempotency key neither", async () => {
  const headers = { ...admin("no-one"), "Idempotency-Key": "k" };
  const create = (json: object) => callWith(ADMIN, "POST /api/instances", { json, headers });
  expect((await create({ name: 1 })).status).toBe(400);
  expect(await tables("no-one")).toEqual([]);
  expect((await create({ id: "wa_first", name: "First" })).status).toBe(201);
  expect((await create({ id: "wa_first", name: "First" })).headers.get("Idempotent-Replayed")).toBe("true");
});

test("the audit log keeps its newest 10,000", async () => {
  await runInDurableObject(env.DIRECTORIES.getByName("audit-c"), async (directory, { storage }) => {
    const entry = { keyId: "admin", action: "createInstance", target: null, status: 201, requestId: "r" };
    await (directory as unknown as { recordAction(entry: object): Promise<void> }).recordAction(entry);
    storage.sql.exec("UPDATE sqlite_sequence SET seq = 10000 WHERE name = 'audit'");
    await (directory as unknown as { recordAction(entry: object): Promise<void> }).recordAction(entry);
    expect(storage.sql.exec("SELECT id FROM audit").toArray()).toEqual([{ id: 10_001 }]);
  });
});
