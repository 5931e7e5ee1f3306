import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { call, callWith, UNUSED } from "./support.ts";

interface Shown {
  instance: { id: string; createdAt: string };
}

/** Creates an instance and gives its id. */
async function created(json: object = {}, headers: Record<string, string> = {}): Promise<string> {
  const answer = await call("POST /api/instances", { json, headers });
  expect(answer.status).toBe(201);
  return (answer.body as Shown).instance.id;
}

/** The ids in the list of an organisation. */
async function listed(headers: Record<string, string> = {}): Promise<string[]> {
  const { body } = await call("GET /api/instances", { headers });
  return (body as { instances: { id: string }[] }).instances.map(({ id }) => id);
}

describe("an instance", () => {
  test("is created, read, changed, listed and deleted through its real objects", async () => {
    const json = {
      id: "life",
      name: "Support",
      webhookUrl: "https://example.com/hook",
      antiBanSettings: { preset: "new" },
    };
    const first = await call("POST /api/instances", { json });
    const expected = {
      id: "life",
      name: "Support",
      status: "disconnected",
      qrCode: null,
      pairingCode: null,
      connectedPhone: null,
      connectedAt: null,
      linked: false,
      syncHistory: false,
      lastDisconnect: null,
      webhookUrl: "https://example.com/hook",
      behaviorSettings: {},
      antiBanSettings: { preset: "conservative" },
      createdAt: (first.body as Shown).instance.createdAt,
    };
    const read = { ...expected, antiBanHealth: UNUSED };
    expect(first.body).toEqual({ success: true, instance: read });
    expect(expected.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect((await call("GET /api/instances/life")).body).toEqual({ success: true, instance: read });

    const changes = { name: "Desk", webhookUrl: null, behaviorSettings: { delayEnabled: false } };
    const changed = { ...expected, ...changes };
    expect((await call("PUT /api/instances/life", { json: changes })).body).toEqual({
      success: true,
      instance: { ...changed, antiBanHealth: UNUSED },
    });
    expect((await call("GET /api/instances")).body).toEqual({
      success: true,
      count: 1,
      instances: [changed],
      next: null,
    });

    expect((await call("DELETE /api/instances/life")).body).toEqual({
      success: true,
      message: "Instance life deleted",
    });
    expect((await call("GET /api/instances/life")).status).toBe(404);
    expect((await call("DELETE /api/instances/life")).status).toBe(404);
    expect(await listed()).toEqual([]);
  });

  test("that exists already is not created again", async () => {
    await created({ id: "twice", name: "First" });
    const again = await call("POST /api/instances", { json: { id: "twice", name: "Second" } });
    expect([again.status, again.body]).toEqual([409, expect.objectContaining({ code: "already_exists" })]);
    expect((await call("GET /api/instances/twice")).body).toMatchObject({ instance: { name: "First" } });
  });

  test("gets an id of its own when none is given", async () => {
    expect(await created()).toMatch(/^wa_[0-9a-z]{8,9}_[0-9a-z]{5}$/);
    expect((await call("POST /api/instances")).status).toBe(201);
  });

  test("of one organisation does not exist for another", async () => {
    const acme = { "X-Org-Id": "acme" };
    const id = await created({ id: "mine" }, acme);
    for (const path of ["", "/qr", "/connection", "/messages", "/logs", "/webhook"]) {
      expect((await call(`GET /api/instances/${id}${path}`)).status, path).toBe(404);
      expect([200, 204]).toContain((await call(`GET /api/instances/${id}${path}`, { headers: acme })).status);
    }
    expect((await call(`DELETE /api/instances/${id}`)).status).toBe(404);
    expect(await listed(acme)).toEqual([id]);
    expect(await listed()).not.toContain(id);
  });

  test("that was never created is 404 for every call, and no call stores anything for it", async () => {
    const json = { to: "60123456789", message: "hi", phoneNumber: "60123456789" };
    for (const target of ["GET", "PUT", "DELETE"]) {
      expect((await call(`${target} /api/instances/ghost`, target === "PUT" ? { json } : {})).status).toBe(404);
    }
    for (const verb of ["connect", "disconnect", "clear-auth", "pair", "send"]) {
      const answer = await call(`POST /api/instances/ghost/${verb}`, { json });
      expect([verb, answer.status, answer.body]).toEqual([verb, 404, expect.objectContaining({ code: "not_found" })]);
    }
    const stored = await runInDurableObject(
      env.INSTANCES.getByName("default/ghost"),
      async (_instance, { storage }) => ({
        tables: storage.sql
          .exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\'")
          .toArray(),
        alarm: await storage.getAlarm(),
      }),
    );
    expect(stored).toEqual({ tables: [], alarm: null });
  });
});

describe("an instance that is not connected", () => {
  test("has nothing to scan, no messages, and sends nothing", async () => {
    const id = await created();
    expect((await call(`GET /api/instances/${id}/qr`)).status).toBe(204);
    expect((await call(`GET /api/instances/${id}/connection`)).body).toEqual({
      success: true,
      status: "disconnected",
      phone: null,
      connectedAt: null,
      uptime: null,
      pairingCode: null,
      qrCode: null,
    });
    const send = await call(`POST /api/instances/${id}/send`, { json: { to: "60123456789", message: "hi" } });
    expect([send.status, send.body]).toEqual([409, expect.objectContaining({ code: "not_connected" })]);
    expect((await call(`GET /api/instances/${id}/messages`)).body).toEqual({
      success: true,
      count: 0,
      messages: [],
      next: null,
    });
    expect((await call(`GET /api/instances/${id}/logs?limit=1`)).body).toMatchObject({ success: true });
  });

  test("stores and clears its webhook, and falls back to the deployment's", async () => {
    const id = await created();
    const path = `/api/instances/${id}/webhook`;
    const url = "https://example.com/hook";
    expect((await call(`PUT ${path}`, { json: { webhookUrl: url } })).body).toMatchObject({
      instanceWebhookUrl: url,
      effectiveWebhookUrl: url,
      usingGlobalDefault: false,
    });
    await call(`PUT ${path}`, { json: { webhookUrl: "" } });
    expect((await call(`GET ${path}`)).body).toEqual({
      success: true,
      instanceWebhookUrl: null,
      effectiveWebhookUrl: null,
      usingGlobalDefault: false,
      events: ["message"],
      headers: {},
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
      previousSecretValidUntil: null,
    });
  });
});

describe("the Worker", () => {
  test("counts instances in health without a key and says that it is open", async () => {
    await created({}, { "X-Org-Id": "default" });
    const { status, body } = await call("GET /api/health");
    const { instances } = body as { instances: { total: number; connected: number } };
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: "ok", open: true, hint: expect.any(String), uptime: expect.any(Number) });
    expect(instances.total).toBeGreaterThan(0);
    expect(instances.connected).toBe(0);
  });

  test("with a key refuses callers without it", async () => {
    const settings = { API_KEY: "k-1" };
    expect((await callWith(settings, "GET /api/instances")).status).toBe(401);
    expect((await callWith(settings, "GET /api/instances", { headers: { "X-API-Key": "k-1" } })).status).toBe(200);
    expect((await callWith(settings, "GET /api/instances", { headers: { Authorization: "Bearer k-2" } })).status).toBe(
      401,
    );
    expect((await callWith(settings, "GET /api/health")).body).not.toHaveProperty("open");
  });

  test("with a wrong setting says which", async () => {
    const answer = await callWith({ RETENTION_DAYS: "many" }, "GET /api/health");
    expect([answer.status, answer.body]).toEqual([503, expect.objectContaining({ code: "misconfigured" })]);
  });

  test("refuses bodies that are too large, not JSON or not declared as JSON", async () => {
    const large = { message: "x".repeat(1_048_576) };
    expect((await call("POST /api/instances", { json: large })).status).toBe(413);
    expect((await call("POST /api/instances", { json: {}, headers: { "Content-Type": "text/plain" } })).status).toBe(
      415,
    );
    expect((await call("POST /api/instances", { json: [] })).status).toBe(400);
    expect((await call("PATCH /api/instances")).headers.get("Allow")).toBe("GET, HEAD, POST");
  });

  test("serves its document", async () => {
    expect((await call("GET /openapi.json")).body).toMatchObject({ openapi: "3.1.0", paths: expect.any(Object) });
  });
});
