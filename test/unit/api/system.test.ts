import { expect, test } from "vitest";
import type { InstanceSummary, ProfileChange } from "../../../src/durable/rpc.ts";
import { ok, refuse } from "../../../src/errors.ts";
import { api, issuePaths, NOW, view } from "./support.ts";

function summary(id: string, status: InstanceSummary["status"]): InstanceSummary {
  const { qr: _qr, pairingCode: _code, ...rest } = view({ id, status, connectedPhone: "60123456789" });
  return { ...rest, revision: 1 };
}

test("the status lists every instance, a page at a time, from one call of the Directory", async () => {
  const asked: unknown[] = [];
  const { call } = api({
    directory: {
      list: async (query) => {
        asked.push(query);
        return { instances: [summary("wa_1", "connected")], next: "more" };
      },
    },
  });
  const answer = await call("GET /api/status?limit=1&status=connected");
  expect([answer.body, asked]).toEqual([
    {
      success: true,
      instanceCount: 1,
      instances: [{ id: "wa_1", name: "Support", status: "connected", phone: "60123456789" }],
      next: "more",
    },
    [{ limit: 1, status: "connected" }],
  ]);
});

test("reloading reaches every running instance of all pages, and no other", async () => {
  const pages = [
    { instances: [summary("a", "connected"), summary("b", "disconnected")], next: "2" },
    {
      instances: [summary("c", "connecting"), summary("gone", "connected"), summary("broken", "connected")],
      next: null,
    },
  ];
  const { call, named } = api({
    directory: { list: async ({ cursor }) => pages[cursor === "2" ? 1 : 0] ?? { instances: [], next: null } },
    instanceOf: (_org, id) => ({
      reload: async () => {
        if (id === "broken") throw new Error("broken");
        return id === "gone" ? refuse("not_found", "Instance not found.") : ok({});
      },
    }),
  });
  expect((await call("POST /api/system/reload-behavior-from-disk")).body).toEqual({
    success: true,
    count: 4,
    results: [
      { instanceId: "a", reloaded: true },
      { instanceId: "c", reloaded: true },
      { instanceId: "gone", reloaded: false },
      { instanceId: "broken", reloaded: false },
    ],
  });
  expect(named).not.toContain("default/b");
});

test("the storage is asked at most once a minute", async () => {
  let asked = 0;
  let now = NOW;
  const storageWorks = async () => ++asked > 1;
  const { call } = api({ storageWorks, now: () => now });
  const state = async () => (await call("GET /api/storage/status")).body;
  const shown = { success: true, container: "wasup-media", backend: "r2" };
  expect(await state()).toEqual({ ...shown, enabled: false });
  now += 59_999;
  expect(await state()).toEqual({ ...shown, enabled: false });
  now += 1;
  expect([await state(), asked]).toEqual([{ ...shown, enabled: true }, 2]);
});

test("the default webhook is the deployment's setting", async () => {
  const { call } = api({ env: { WEBHOOK_URL: "https://n8n.example.com/hook" } });
  expect((await call("GET /api/webhook")).body).toMatchObject({ defaultWebhookUrl: "https://n8n.example.com/hook" });
  expect((await api().call("GET /api/webhook")).body).toMatchObject({ defaultWebhookUrl: null });
});

test("a profile is read, and each of its fields is changed by one call", async () => {
  const changes: ProfileChange[] = [];
  const profile = { phone: "60123456789", connected: true, name: "Support", pictureUrl: null };
  const { call } = api({
    instance: {
      profile: async () => ok({ ...profile, about: "Hi" }),
      changeProfile: async (_org, change) => {
        changes.push(change);
        return ok(change.field);
      },
    },
  });
  const path = "/api/instances/wa_1/profile";
  expect((await call(`GET ${path}`)).body).toEqual({ success: true, profile: { ...profile, status: "Hi" } });
  const messages = [
    await call(`PUT ${path}/name`, { json: { name: " Acme " } }),
    await call(`PUT ${path}/status`, { json: { status: "" } }),
    await call(`PUT ${path}/picture`, { json: { imageUrl: "https://example.com/a.jpg" } }),
    await call(`DELETE ${path}/picture`),
  ].map(({ body }) => (body as { message: string }).message);
  expect(messages).toEqual([
    'Display name updated to "Acme"',
    'About text updated to ""',
    "Profile picture updated",
    "Profile picture removed",
  ]);
  expect(changes).toEqual([
    { field: "name", value: "Acme" },
    { field: "about", value: "" },
    { field: "picture", value: "https://example.com/a.jpg" },
    { field: "picture", value: null },
  ]);
});

test.each([
  ["name", { name: " " }, "name"],
  ["name", { name: "x".repeat(26) }, "name"],
  ["status", { status: 1 }, "status"],
  ["picture", {}, "imageUrl"],
  ["picture", { imageUrl: "x".repeat(700_001) }, "imageUrl"],
])("profile/%s does not take %j", async (part, json, path) => {
  const answer = await api().call(`PUT /api/instances/wa_1/profile/${part}`, { json });
  expect([answer.status, issuePaths(answer)]).toEqual([400, [path]]);
});
