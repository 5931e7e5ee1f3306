import { expect, test } from "vitest";
import { call } from "./support.ts";

const body = async (target: string, json?: unknown) =>
  (await call(target, json === undefined ? {} : { json })).body as Record<string, unknown>;

async function instance(id: string): Promise<string> {
  await call("POST /api/instances", { json: { id } });
  return `/api/instances/${id}`;
}

test("a new number has the moderate preset, no risk, and the first day of its warm-up", async () => {
  const path = await instance("safety-new");
  expect(await body(`GET ${path}/antiban-v2`)).toMatchObject({
    success: true,
    antibanV2: {
      enabled: true,
      running: false,
      preset: "moderate",
      health: { risk: "low", score: 0, isPaused: false, pausedBy: null, reasons: [], reachOutLock: null },
      rate: { lastMinute: 0, limits: { perMinute: 10, perHour: 300, perDay: 1_500 } },
      waiting: 0,
    },
  });
  expect(await body(`GET ${path}/antiban-v2/warmup`)).toEqual({
    success: true,
    warmup: { phase: "warming", day: 1, totalDays: 7, todayLimit: 20, todaySent: 0, progress: 14, complete: false },
  });
  expect(await body(`GET ${path}/antiban-v2/lid-mappings`)).toEqual({
    success: true,
    count: 0,
    mappings: [],
    next: null,
  });
});

test("the configuration is changed field by field, and what is wrong is refused with its place", async () => {
  const path = await instance("safety-config");
  const change = {
    preset: "conservative",
    overrides: { maxPerMinute: 7 },
    modules: { presence: { enabled: true, timezone: "Europe/London" } },
    optOutKeywords: ["STOP"],
  };
  await body(`PUT ${path}/antiban-v2/config`, change);
  await body(`PUT ${path}/antiban-v2/config`, {
    overrides: { maxPerHour: 70 },
    modules: { warmup: { enabled: false } },
  });
  const { config } = (await body(`GET ${path}/antiban-v2/config`)) as { config: Record<string, unknown> };
  expect(config).toMatchObject({
    preset: "conservative",
    overrides: { maxPerMinute: 7, maxPerHour: 70 },
    modules: {
      presence: { enabled: true, circadianProfile: "default", timezone: "Europe/London" },
      warmup: { enabled: false },
      contactGraph: { enabled: true },
    },
    optOutKeywords: ["STOP"],
    alertsWebhook: null,
  });
  const wrong = {
    overrides: { minDelayMs: 900, maxDelayMs: 100 },
    modules: { presence: { timezone: "Mars/Olympus" } },
    alertsWebhook: "ftp://example.com",
  };
  const answer = await call(`PUT ${path}/antiban-v2/config`, { json: wrong });
  expect(answer.status).toBe(400);
  const { issues } = answer.body as { issues: { path: string }[] };
  expect(issues.map((issue) => issue.path).sort()).toEqual([
    "alertsWebhook",
    "modules.presence.timezone",
    "overrides.minDelayMs",
  ]);
  expect(await body(`GET ${path}/antiban-v2/config`)).toEqual({ success: true, config });
});

test("pause, resume and reset answer with the state they made", async () => {
  const path = await instance("safety-pause");
  const health = { isPaused: true, pausedBy: "operator" };
  expect(await body(`POST ${path}/antiban-v2/pause`)).toMatchObject({ antibanV2: { health } });
  expect(await body(`GET ${path}/antiban-v2/health`)).toMatchObject({ success: true, health });
  expect(await body(`POST ${path}/antiban-v2/resume`)).toMatchObject({ antibanV2: { health: { isPaused: false } } });
  await body(`POST ${path}/antiban-v2/pause`);
  expect(await body(`POST ${path}/antiban-v2/reset`)).toMatchObject({ antibanV2: { health: { isPaused: false } } });
});

test("behaviour and the older limits show every default and keep what is set", async () => {
  const path = await instance("safety-behaviour");
  const behaviorSettings = {
    behaviorProfile: "bot-native",
    typingSimulation: true,
    delayEnabled: true,
    notificationGraceMs: 12_000,
    phoneNotificationsEnabled: false,
  };
  expect(await body(`GET ${path}/behavior`)).toEqual({ success: true, behaviorSettings });
  expect(await body(`PUT ${path}/behavior`, { phoneNotificationsEnabled: true, notificationGraceMs: 500 })).toEqual({
    success: true,
    behaviorSettings: {
      ...behaviorSettings,
      behaviorProfile: "notification-balanced",
      notificationGraceMs: 500,
      phoneNotificationsEnabled: true,
    },
    message: "Behavior settings updated",
  });
  expect(await body(`PUT ${path}/anti-ban`, { preset: "new" })).toMatchObject({
    success: true,
    settings: { preset: "conservative", messagesPerHour: 50, messagesPerDay: 300, uniqueChatsPerHour: 25 },
    health: { status: "healthy", warnings: [] },
  });
  expect(await body(`PUT ${path}/anti-ban`, { preset: "custom", messagesPerHour: 9 })).toMatchObject({
    settings: { preset: "custom", messagesPerHour: 9 },
  });
});

test("handoff and opt-outs name chats by phone or by id", async () => {
  const path = await instance("safety-handoff");
  const [one, two] = ["447835156367@s.whatsapp.net", "447835156368@s.whatsapp.net"];
  expect(await body(`POST ${path}/handoff`, { phone: "+44 7835 156367", active: true })).toEqual({
    success: true,
    chatId: one,
    active: true,
  });
  await body(`POST ${path}/handoff`, { phone: two, active: true });
  await body(`POST ${path}/handoff`, { phone: two, active: true });
  const { chats } = (await body(`GET ${path}/handoff`)) as { chats: { chatId: string }[] };
  expect(chats.map(({ chatId }) => chatId)).toEqual([one, two]);
  expect(await body(`DELETE ${path}/handoff?phone=447835156367`)).toEqual({ success: true, cleared: 1 });
  expect(await body(`DELETE ${path}/handoff`)).toEqual({ success: true, cleared: 1 });
  expect(await body(`PUT ${path}/handoff/settings`, { resumeMessage: "Back." })).toEqual({
    success: true,
    settings: { resumeKeywords: ["#ai", "#assistant", "#bot", "#resume"], resumeMessage: "Back.", autoHandoff: false },
  });
  expect(await body(`GET ${path}/opt-outs`)).toEqual({ success: true, count: 0, optOuts: [] });
  expect(await body(`DELETE ${path}/opt-outs`)).toEqual({ success: true, cleared: 0 });
});
