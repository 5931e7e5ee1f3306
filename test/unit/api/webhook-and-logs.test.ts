import { describe, expect, test } from "vitest";
import type { LogEntry, WebhookView } from "../../../src/durable/rpc.ts";
import { ok } from "../../../src/errors.ts";
import { api, issuePaths } from "./support.ts";

const settings = {
  events: ["message"],
  headers: {},
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  previousSecretValidUntil: null,
};
const own: WebhookView = {
  ...settings,
  instanceWebhookUrl: "https://example.com/hook",
  effectiveWebhookUrl: "https://example.com/hook",
  usingGlobalDefault: false,
};
const byDefault: WebhookView = {
  ...settings,
  instanceWebhookUrl: null,
  effectiveWebhookUrl: "https://default.example.com/",
  usingGlobalDefault: true,
};
const none: WebhookView = {
  ...settings,
  instanceWebhookUrl: null,
  effectiveWebhookUrl: null,
  usingGlobalDefault: false,
};

describe("the webhook", () => {
  const path = "/api/instances/wa_1/webhook";

  test("is shown as the instance knows it", async () => {
    const { call } = api({ instance: { webhook: async () => ok(byDefault) } });
    expect((await call(`GET ${path}`)).body).toEqual({ success: true, ...byDefault });
  });

  test.each([
    [{ webhookUrl: "https://example.com/hook" }, own, "https://example.com/hook", "Webhook updated"],
    [{ webhookUrl: "http://127.0.0.1:9/hook" }, own, "http://127.0.0.1:9/hook", "Webhook updated"],
    [{ webhookUrl: null }, byDefault, null, "Webhook cleared; the default is used"],
    [{ webhookUrl: "" }, none, null, "Webhook cleared; nothing is delivered, because there is no default"],
  ])("given %j is stored", async (json, result, stored, message) => {
    const given: unknown[] = [];
    const { call } = api({
      instance: {
        setWebhook: async (_orgId, changes) => {
          given.push(changes);
          return ok(result);
        },
      },
    });
    expect((await call(`PUT ${path}`, { json })).body).toEqual({ success: true, ...result, message });
    expect(given).toEqual([{ webhookUrl: stored }]);
  });

  test("left out of the body stays as it is", async () => {
    const given: unknown[] = [];
    const { call } = api({
      instance: {
        setWebhook: async (_orgId, changes) => {
          given.push(changes);
          return ok(own);
        },
      },
    });
    const message = "Nothing changed: no field was given";
    expect((await call(`PUT ${path}`, { json: {} })).body).toEqual({ success: true, ...own, message });
    expect(given).toEqual([{}]);
  });

  test.each([7, "example.com", "http://example.com/", "https://user:secret@example.com/"])(
    "of %j is 400",
    async (webhookUrl) => {
      const answer = await api().call(`PUT ${path}`, { json: { webhookUrl } });
      expect([answer.status, issuePaths(answer)]).toEqual([400, ["webhookUrl"]]);
      expect(JSON.stringify(answer.body)).not.toContain("secret");
    },
  );
});

test("the log shows up to 200 entries, 50 unless told", async () => {
  const entry: LogEntry = { id: "1", timestamp: "2026-01-29T12:00:00.000Z", message: "Connected", level: "success" };
  const limits: number[] = [];
  const { call } = api({
    instance: {
      listLogs: async (_orgId, limit) => {
        limits.push(limit);
        return ok([entry]);
      },
    },
  });
  expect((await call("GET /api/instances/wa_1/logs")).body).toEqual({ success: true, logs: [entry] });
  await call("GET /api/instances/wa_1/logs?limit=200");
  expect(issuePaths(await call("GET /api/instances/wa_1/logs?limit=201"))).toEqual(["limit"]);
  expect(limits).toEqual([50, 200]);
});

test("a generated key is 64 hexadecimal digits and new each time", async () => {
  const { call } = api();
  const keys = await Promise.all(
    [1, 2].map(async () => (await call("POST /api/generate-api-key")).body as { apiKey: string }),
  );
  expect(keys[0]).toEqual({
    success: true,
    apiKey: expect.stringMatching(/^[0-9a-f]{64}$/),
    message: expect.stringContaining("wrangler secret put API_KEY"),
  });
  expect(keys[0]?.apiKey).not.toBe(keys[1]?.apiKey);
});
