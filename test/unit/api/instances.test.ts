import { expect, test } from "vitest";
import type { CreateInstance, InstanceSummary, UpdateInstance } from "../../../src/durable/rpc.ts";
import { ok, refuse } from "../../../src/errors.ts";
import { generateInstanceId } from "../../../src/routes/instance-id.ts";
import { api, errorOf, issuePaths, NOW, shown, view } from "./support.ts";

const create = "POST /api/instances";

/** An API whose instances remember how they were created. */
function creating() {
  const created: CreateInstance[] = [];
  const world = api({
    instance: {
      initialise: async (input) => {
        created.push(input);
        return ok(view({ id: input.instanceId, name: input.name, webhookUrl: input.webhookUrl }));
      },
    },
  });
  return { ...world, created };
}

test("an instance needs nothing: id and name are made up, settings and webhook are empty", async () => {
  const { call, created, named } = creating();
  const id = `wa_${NOW.toString(36)}_iiiii`;
  for (const options of [
    {},
    { json: {} },
    { body: "", headers: { "Content-Type": "application/json" } },
    { json: { name: "  " } },
  ]) {
    const answer = await call(create, options);
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ success: true, instance: shown({ id, name: id }) });
  }
  expect(named[0]).toBe(`default/${id}`);
  expect(created[0]).toEqual({
    origin: "http://localhost",
    orgId: "default",
    instanceId: id,
    name: id,
    webhookUrl: null,
    behaviorSettings: {},
    antiBanSettings: {},
    syncHistory: false,
  });
});

test("a generated id is wa_, the time and five random digits, all in base 36", () => {
  expect(generateInstanceId(NOW, () => 0)).toBe(`wa_${NOW.toString(36)}_00000`);
  expect(generateInstanceId(NOW, () => 0.999_999)).toBe(`wa_${NOW.toString(36)}_zzzzz`);
});

test("an instance can be given id, name, webhook and settings; older names of presets are understood", async () => {
  const { call, created, named } = creating();
  const json = {
    id: "My_custom-1",
    name: " Support ",
    webhookUrl: "https://example.com/hook?x=1",
    behaviorSettings: { behaviorProfile: "notification-balanced", notificationGraceMs: 0, nope: 1 },
    antiBanSettings: { preset: "new", messagesPerHour: 5 },
    syncHistory: true,
  };
  expect((await call(create, { json, headers: { "X-Org-Id": "acme" } })).status).toBe(201);
  expect(named).toEqual(["acme/My_custom-1"]);
  expect(created).toEqual([
    {
      origin: "http://localhost",
      orgId: "acme",
      instanceId: "My_custom-1",
      name: "Support",
      webhookUrl: "https://example.com/hook?x=1",
      behaviorSettings: { behaviorProfile: "notification-balanced", notificationGraceMs: 0 },
      antiBanSettings: { preset: "conservative", messagesPerHour: 5 },
      syncHistory: true,
    },
  ]);
});

test.each([
  [{ id: "" }, "id"],
  [{ id: "a b" }, "id"],
  [{ id: "a/b" }, "id"],
  [{ id: "x".repeat(65) }, "id"],
  [{ id: 7 }, "id"],
  [{ name: "x".repeat(101) }, "name"],
  [{ webhookUrl: "example.com" }, "webhookUrl"],
  [{ webhookUrl: "http://example.com/" }, "webhookUrl"],
  [{ webhookUrl: "ftp://example.com/" }, "webhookUrl"],
  [{ behaviorSettings: { notificationGraceMs: 120_001 } }, "behaviorSettings.notificationGraceMs"],
  [{ behaviorSettings: { notificationGraceMs: 1.5 } }, "behaviorSettings.notificationGraceMs"],
  [{ behaviorSettings: { typingSimulation: "yes" } }, "behaviorSettings.typingSimulation"],
  [{ antiBanSettings: { preset: "wild" } }, "antiBanSettings.preset"],
  [{ antiBanSettings: { messagesPerDay: -1 } }, "antiBanSettings.messagesPerDay"],
])("creating with %j is 400 and names no object", async (json, path) => {
  const { call, named } = creating();
  const answer = await call(create, { json });
  expect([answer.status, issuePaths(answer), named]).toEqual([400, [path], []]);
});

test("an id that exists already is 409", async () => {
  const { call } = api({
    instance: { initialise: async () => refuse("already_exists", "An instance with this id exists already") },
  });
  expect(errorOf(await call(create, { json: { id: "a" } }))).toEqual({
    status: 409,
    hasRequestId: true,
    error: "An instance with this id exists already",
    code: "already_exists",
  });
});

test("the list shows summaries with neither QR nor code nor revision, and passes its filters on", async () => {
  const {
    qr: _qr,
    pairingCode: _code,
    ...kept
  } = view({ status: "connected", connectedPhone: "60123456789", linked: true });
  const summary: InstanceSummary = { ...kept, revision: 7 };
  const queries: unknown[] = [];
  const { call } = api({
    directory: {
      list: async (query) => {
        queries.push(query);
        return { instances: [summary], next: "n2" };
      },
    },
  });
  expect((await call("GET /api/instances?limit=1&cursor=n1&status=connected")).body).toEqual({
    success: true,
    count: 1,
    instances: [{ ...kept, qrCode: null, pairingCode: null }],
    next: "n2",
  });
  await call("GET /api/instances");
  expect(queries).toEqual([{ limit: 1, cursor: "n1", status: "connected" }, { limit: 1_000 }]);
});

test.each(["limit=0", "limit=1001", "limit=x", "limit=1.5", "limit=1&limit=2", "status=open"])(
  "the list with %s is 400",
  async (query) => {
    const answer = await api().call(`GET /api/instances?${query}`);
    expect([answer.status, issuePaths(answer)]).toEqual([400, [query.split("=")[0]]]);
  },
);

test("reading an instance asks its object for the caller's organisation", async () => {
  const orgs: string[] = [];
  const world = api({
    instance: {
      describe: async (orgId) => {
        orgs.push(orgId);
        return ok(view());
      },
    },
  });
  const answer = await world.call("GET /api/instances/wa_1", { headers: { "X-Org-Id": "acme" } });
  expect([answer.status, answer.body]).toEqual([200, { success: true, instance: shown() }]);
  expect([world.named, orgs]).toEqual([["acme/wa_1"], ["acme"]]);
});

test("an update passes on exactly what was given; null and empty clear the webhook", async () => {
  const given: UpdateInstance[] = [];
  const { call } = api({
    instance: {
      update: async (_orgId, changes) => {
        given.push(changes);
        return ok(view());
      },
    },
  });
  const put = (json: unknown) => call("PUT /api/instances/wa_1", { json });
  expect((await put({})).body).toEqual({ success: true, instance: shown() });
  await put({ name: "New", id: "other" });
  await put({ webhookUrl: null });
  await put({ webhookUrl: " " });
  await put({ antiBanSettings: { preset: "higher" }, behaviorSettings: {} });
  expect(given).toEqual([
    {},
    { name: "New" },
    { webhookUrl: null },
    { webhookUrl: null },
    { antiBanSettings: { preset: "aggressive" }, behaviorSettings: {} },
  ]);
});

test("a deletion says which instance is gone, and an unknown one is 404", async () => {
  const known = api({ instance: { destroy: async () => ok({ instanceId: "wa_1" }) } });
  expect((await known.call("DELETE /api/instances/wa_1")).body).toEqual({
    success: true,
    message: "Instance wa_1 deleted",
  });
  const unknown = api({ instance: { destroy: async () => refuse("not_found", "Instance not found") } });
  expect((await unknown.call("DELETE /api/instances/wa_2")).status).toBe(404);
});
