import { describe, expect, test } from "vitest";
import type { DeliveryView, WebhookView } from "../../../src/durable/rpc.ts";
import { ok, refuse } from "../../../src/errors.ts";
import { api, errorOf, issuePaths } from "./support.ts";

const PATH = "/api/instances/wa_1/webhook";

const webhook: WebhookView = {
  instanceWebhookUrl: "https://example.com/hook",
  effectiveWebhookUrl: "https://example.com/hook",
  usingGlobalDefault: false,
  events: ["message"],
  headers: { Authorization: "Bearer x" },
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  previousSecretValidUntil: null,
};

/** What `PUT …/webhook` makes of a body. */
async function changes(json: object) {
  let given: unknown;
  const { call } = api({
    instance: {
      setWebhook: async (_orgId, wanted) => {
        given = wanted;
        return ok(webhook);
      },
    },
  });
  const answer = await call(`PUT ${PATH}`, { json });
  return answer.status === 200 ? given : issuePaths(answer);
}

describe("PUT …/webhook", () => {
  test("takes selection, headers and a rotation; all in one", async () => {
    const all = {
      webhookUrl: "https://example.com/a",
      events: ["call", "call", "qr"],
      headers: { "X-Key": "a b" },
      rotateSecret: true,
    };
    expect(await changes(all)).toEqual({ ...all, events: ["call", "qr"] });
    expect(await changes({ events: ["message", "*"] })).toEqual({ events: ["*"] });
    expect(await changes({ events: [] })).toEqual({ events: [] });
    expect(await changes({ headers: {} })).toEqual({ headers: {} });
  });

  test.each([
    [{ events: ["massage"] }, ["events.0"]],
    [{ events: "message" }, ["events"]],
    [{ rotateSecret: "yes" }, ["rotateSecret"]],
    [{ headers: ["a"] }, ["headers"]],
    [{ headers: { "X-A": "a\r\nX-B: b" } }, ["headers.X-A"]],
    [{ headers: { "X-A": "a\u0000" } }, ["headers.X-A"]],
    [{ headers: { "X-A": "é" } }, ["headers.X-A"]],
    [{ headers: { "X-A": "" } }, ["headers.X-A"]],
    [{ headers: { "X-A": "x".repeat(1_025) } }, ["headers.X-A"]],
    [{ headers: { "X A": "a" } }, ["headers.X A"]],
    [{ headers: { "X-A\n": "a" } }, ["headers.X-A\n"]],
    [{ headers: { "": "a" } }, ["headers."]],
    [{ headers: { Host: "evil.example" } }, ["headers.Host"]],
    [{ headers: { "Content-Length": "1" } }, ["headers.Content-Length"]],
    [{ headers: { "WEBHOOK-Signature": "v1,x" } }, ["headers.WEBHOOK-Signature"]],
    [{ headers: { "CF-Connecting-IP": "1.1.1.1" } }, ["headers.CF-Connecting-IP"]],
    [{ headers: { "X-A": "1", "x-a": "2" } }, ["headers.x-a"]],
    [{ headers: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`X-${index}`, "1"])) }, ["headers"]],
  ])("refuses %j", async (json, paths) => {
    expect(await changes(json)).toEqual(paths);
  });
});

describe("POST …/webhook/test", () => {
  test("tells what the receiver answered", async () => {
    const result = { success: true, webhookUrl: "https://example.com/hook", responseStatus: 200, responseBody: "ok" };
    const { call } = api({ instance: { testWebhook: async () => ok({ ...result, error: null }) } });
    const { status, body } = await call(`POST ${PATH}/test`);
    expect([status, body]).toEqual([200, { ...result, message: "Webhook test delivered successfully" }]);
  });

  test("tells that nobody answered, with status 200", async () => {
    const result = {
      success: false,
      webhookUrl: "https://example.com/hook",
      responseStatus: null,
      responseBody: null,
      error: "The webhook is unreachable",
    };
    const { call } = api({ instance: { testWebhook: async () => ok(result) } });
    const { status, body } = await call(`POST ${PATH}/test`);
    expect([status, body]).toEqual([200, { ...result, message: "Failed to deliver test webhook" }]);
  });

  test("without a webhook is 400", async () => {
    const refusal = refuse("invalid_request", "No webhook URL configured for this instance", { hint: "Set one" });
    const { call } = api({ instance: { testWebhook: async () => refusal } });
    expect(errorOf(await call(`POST ${PATH}/test`))).toMatchObject({
      status: 400,
      error: "No webhook URL configured for this instance",
      hint: "Set one",
    });
  });
});

describe("deliveries", () => {
  const delivery: DeliveryView = {
    id: "evt_42",
    seq: 42,
    event: "message",
    chatId: null,
    status: "parked",
    attempts: 14,
    createdAt: "2026-01-29T12:00:00.000Z",
    firstAttemptAt: "2026-01-29T12:00:00.000Z",
    nextAttemptAt: null,
    responseStatus: null,
    error: "The webhook is unreachable",
    replyMessageId: null,
  };

  test("are listed in pages, by state", async () => {
    const asked: unknown[] = [];
    const { call } = api({
      instance: {
        listDeliveries: async (_orgId, query) => {
          asked.push(query);
          return ok({ deliveries: [delivery], next: "42" });
        },
      },
    });
    const { body } = await call(`GET ${PATH}/deliveries?status=parked&limit=1&cursor=43`);
    expect(body).toEqual({ success: true, count: 1, deliveries: [delivery], next: "42" });
    await call(`GET ${PATH}/deliveries`);
    expect(asked).toEqual([{ status: "parked", limit: 1, cursor: "43" }, { limit: 50 }]);
    expect(issuePaths(await call(`GET ${PATH}/deliveries?status=lost&cursor=x&limit=0`))).toEqual([
      "status",
      "limit",
      "cursor",
    ]);
  });

  test("are retried by the event's id; an id that cannot be is unknown", async () => {
    const asked: number[] = [];
    const { call } = api({
      instance: {
        retryDelivery: async (_orgId, seq) => {
          asked.push(seq);
          return seq === 42 ? ok({ ...delivery, status: "waiting" as const }) : refuse("not_found", "No such delivery");
        },
      },
    });
    expect((await call(`POST ${PATH}/deliveries/evt_42/retry`)).body).toMatchObject({
      delivery: { status: "waiting" },
    });
    expect((await call(`POST ${PATH}/deliveries/42/retry`)).status).toBe(200);
    expect((await call(`POST ${PATH}/deliveries/evt_x/retry`)).status).toBe(404);
    expect(asked).toEqual([42, 42, 0]);
  });
});

describe("a replay", () => {
  test.each([
    [{ after: 0 }, { after: 0 }],
    [{ from: "2026-01-29T12:00:00Z" }, { from: "2026-01-29T12:00:00Z" }],
    [
      { from: "2026-01-29T12:00:00Z", to: "2026-01-29T13:00:00+02:00" },
      { from: "2026-01-29T12:00:00Z", to: "2026-01-29T13:00:00+02:00" },
    ],
  ])("of %j is asked for", async (json, range) => {
    const asked: unknown[] = [];
    const { call } = api({
      instance: {
        replay: async (_orgId, wanted) => {
          asked.push(wanted);
          return ok({ queued: 1, next: null });
        },
      },
    });
    expect((await call(`POST ${PATH}/replay`, { json })).body).toEqual({
      success: true,
      queued: 1,
      next: null,
      message: "1 event is delivered again",
    });
    expect(asked).toEqual([range]);
  });

  test.each([
    [{}, ["after"]],
    [{ after: -1 }, ["after"]],
    [{ after: 1.5 }, ["after"]],
    [{ from: "yesterday" }, ["from"]],
    [{ to: "2026-01-29T12:00:00Z" }, ["after"]],
    [{ after: 1, from: "2026-01-29T12:00:00Z" }, ["from"]],
  ])("of %j is refused", async (json, paths) => {
    expect(issuePaths(await api().call(`POST ${PATH}/replay`, { json }))).toEqual(paths);
  });
});
