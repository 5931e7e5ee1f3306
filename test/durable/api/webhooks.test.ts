import { afterEach, describe, expect, test, vi } from "vitest";
import { soon } from "../support/soon.ts";
import { call } from "./support.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const HOOK = "https://hook.example/wa";

async function created(id: string, webhookUrl: string | null = HOOK): Promise<string> {
  const { status } = await call("POST /api/instances", { json: { id, webhookUrl } });
  expect(status).toBe(201);
  return `/api/instances/${id}`;
}

const bodyOf = async (target: string, json?: object) =>
  (await call(target, json ? { json } : {})).body as Record<string, unknown>;

/** Moves through a handoff, so that the log has something in it. */
const handsOver = (path: string, active: boolean) =>
  call(`POST ${path}/handoff`, { json: { phone: "60123456789", active } });

describe("a webhook that may not be called", () => {
  test.each([
    "https://10.0.0.1/hook",
    "https://[fd00::1]/hook",
    "https://3232235777/",
    "https://169.254.169.254/",
    "https://nas.local/",
  ])("%s is refused wherever it can be set", async (webhookUrl) => {
    const path = await created(`private-${encodeURIComponent(webhookUrl).replace(/\W/g, "").slice(0, 40)}`);
    const answers = [
      await call(`PUT ${path}/webhook`, { json: { webhookUrl } }),
      await call(`PUT ${path}`, { json: { webhookUrl } }),
      await call("POST /api/instances", { json: { webhookUrl } }),
    ];
    for (const { status, body } of answers) {
      expect([status, body]).toEqual([
        400,
        expect.objectContaining({ issues: [{ path: "webhookUrl", message: expect.any(String) }] }),
      ]);
    }
    expect(await bodyOf(`GET ${path}/webhook`)).toMatchObject({ instanceWebhookUrl: HOOK });
  });
});

describe("the settings of a webhook", () => {
  test("are changed one by one, and a new secret leaves the old one valid for a day", async () => {
    const path = await created("hook-settings");
    const { secret } = await bodyOf(`GET ${path}/webhook`);
    const changed = await bodyOf(`PUT ${path}/webhook`, { events: ["message", "handoff"], headers: { "X-Key": "k" } });
    expect(changed).toMatchObject({
      instanceWebhookUrl: HOOK,
      events: ["message", "handoff"],
      headers: { "X-Key": "k" },
      secret,
    });
    const rotated = await bodyOf(`PUT ${path}/webhook`, { rotateSecret: true });
    expect(rotated).toMatchObject({ events: ["message", "handoff"], headers: { "X-Key": "k" } });
    expect(rotated.secret).not.toBe(secret);
    const validFor = Date.parse(String(rotated.previousSecretValidUntil)) - Date.now();
    expect(Math.round(validFor / 3_600_000)).toBe(24);
  });

  test("of different instances have different secrets", async () => {
    const secrets = await Promise.all(
      ["secret-a", "secret-b"].map(async (id) => (await bodyOf(`GET ${await created(id)}/webhook`)).secret),
    );
    expect(secrets[0]).not.toBe(secrets[1]);
  });
});

describe("the test of a webhook", () => {
  test("posts a signed sample with the instance's headers and tells the first 500 characters of the answer", async () => {
    const path = await created("hook-test");
    await call(`PUT ${path}/webhook`, { json: { headers: { "X-Key": "k" } } });
    const posts: { headers: object; body: object }[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (_, init) => {
      posts.push({ headers: Object.fromEntries(new Headers(init?.headers)), body: JSON.parse(String(init?.body)) });
      return new Response("y".repeat(600), { status: 418 });
    });
    expect(await bodyOf(`POST ${path}/webhook/test`)).toEqual({
      success: false,
      webhookUrl: HOOK,
      responseStatus: 418,
      responseBody: "y".repeat(500),
      error: "The webhook answered 418",
      message: "Failed to deliver test webhook",
    });
    const [post] = posts;
    expect(post?.headers).toMatchObject({
      "x-key": "k",
      "content-type": "application/json",
      "webhook-id": expect.stringMatching(/^hook-test_evt_test_[0-9a-f]{18}$/),
      "webhook-signature": expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
    });
    expect(post?.body).toMatchObject({ event: "webhook.test", instance_id: "hook-test", seq: null });
    expect((await bodyOf(`GET ${path}/events`)).events).toEqual([]);
  });

  test("without a webhook is refused", async () => {
    const { status, body } = await call(`POST ${await created("hook-none", null)}/webhook/test`);
    expect([status, body]).toEqual([
      400,
      expect.objectContaining({ error: "No webhook URL configured for this instance" }),
    ]);
  });
});

describe("the log of an instance", () => {
  test("is read in pages, delivered by selection, and replayed", async () => {
    const posts: { seq: number; event: string }[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (_, init) => {
      posts.push(JSON.parse(String(init?.body)));
      return new Response();
    });
    const path = await created("logged");
    await handsOver(path, true);
    await call(`PUT ${path}/webhook`, { json: { events: ["handoff"] } });
    await handsOver(path, false);
    const page = await bodyOf(`GET ${path}/events?limit=1`);
    expect(page).toMatchObject({ count: 1, next: 1, more: true, events: [{ seq: 1, event: "handoff", active: true }] });
    expect(await bodyOf(`GET ${path}/events?after=1&types=handoff`)).toMatchObject({ count: 1, next: 2, more: false });
    await soon(() => expect(posts).toMatchObject([{ seq: 2, event: "handoff" }]));

    expect(await bodyOf(`POST ${path}/webhook/replay`, { after: 0 })).toMatchObject({ queued: 2, next: null });
    await soon(() => expect(posts.map(({ seq }) => seq)).toEqual([2, 1, 2]));
    await soon(async () =>
      expect(await bodyOf(`GET ${path}/webhook/deliveries?status=delivered`)).toMatchObject({ count: 2 }),
    );
    expect(await bodyOf(`POST ${path}/webhook/deliveries/evt_1/retry`)).toMatchObject({
      delivery: { id: "evt_1", status: "waiting" },
    });
    await soon(() => expect(posts.map(({ seq }) => seq)).toEqual([2, 1, 2, 1]));
    expect((await call(`POST ${path}/webhook/deliveries/evt_9/retry`)).status).toBe(404);
    await call(`PUT ${path}/webhook`, { json: { webhookUrl: null } });
    expect((await call(`POST ${path}/webhook/replay`, { json: { after: 0 } })).status).toBe(409);
  });

  test("is told to whoever waits for it, as soon as it is stored", async () => {
    const path = await created("awaited", null);
    const { exports } = await import("cloudflare:workers");
    const response = await exports.default.fetch(new Request(`https://wasup.test${path}/events/stream`));
    expect(response.headers.get("Content-Type")).toBe("text/event-stream");
    const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
    expect(await reader.read()).toMatchObject({ value: "retry: 1000\n\n" });
    await handsOver(path, true);
    const { value } = await reader.read();
    expect(value).toMatch(/^id: 1\nevent: handoff\ndata: \{"event_id":"evt_1","seq":1,.*\}\n\n$/);
    await reader.cancel();
  });
});
