import { describe, expect, test } from "vitest";
import { alertBody, alertDueAt } from "../../../src/number-safety/alert.ts";
import { riskOfDisconnect } from "../../../src/number-safety/disconnects.ts";
import {
  assess,
  autoPause,
  fallsBelow,
  NO_PAUSE,
  type RiskEvent,
  type RiskKind,
} from "../../../src/number-safety/health.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/number-safety/verdict.ts";
import { guardedNumber, NOW } from "./support.ts";

const events = (kind: RiskKind, times = 1): RiskEvent[] => Array.from({ length: times }, () => ({ kind, at: NOW }));
const scoreOf = (list: RiskEvent[], now = NOW) => assess(list, null, now).score;

describe("the score", () => {
  test.each<[string, RiskEvent[], number, string]>([
    ["nothing", [], 0, "low"],
    ["one 403", events("forbidden"), 40, "high"],
    ["two 403", events("forbidden", 2), 80, "critical"],
    ["three 403", events("forbidden", 3), 100, "critical"],
    ["a logout that nobody asked for", events("logged_out", 2), 60, "high"],
    ["a 463", events("timelock", 3), 25, "medium"],
    ["two lost connections", events("disconnect", 2), 0, "low"],
    ["three", events("disconnect", 3), 15, "medium"],
    ["five", events("disconnect", 5), 30, "medium"],
    ["four refused messages", events("failed", 4), 0, "low"],
    ["five", events("failed", 5), 20, "medium"],
  ])("of %s", (_, list, score, risk) => {
    expect(assess(list, null, NOW)).toMatchObject({ score, risk });
  });

  test("fades by itself: of 403s after an hour and over a day, of the rest after 20 minutes and over an hour", () => {
    expect([0, 1, 12.5, 24].map((hours) => scoreOf(events("forbidden", 2), NOW + hours * HOUR_MS))).toEqual([
      80, 80, 40, 0,
    ]);
    expect([0, 20, 40, 60].map((minutes) => scoreOf(events("disconnect", 5), NOW + minutes * MINUTE_MS))).toEqual([
      30, 30, 15, 0,
    ]);
  });

  test("of a single 403 is high for its full hour, and the band is always that of the score that is shown", () => {
    const at = (minutes: number) => assess(events("forbidden"), null, NOW + minutes * MINUTE_MS);
    expect([0, 60].map((minutes) => at(minutes).risk)).toEqual(["high", "high"]);
    for (let minutes = 0; minutes < 24 * 60; minutes += 1) {
      const { score, risk } = at(minutes);
      expect(risk, `score ${score}`).toBe(score >= 40 ? "high" : score >= 15 ? "medium" : "low");
    }
    expect(at(80).risk).toBe("medium");
  });

  test("of two 403s is not wiped out by a harmless failure that comes later", () => {
    const later = [...events("forbidden", 2), { kind: "failed" as const, at: NOW + MINUTE_MS }];
    expect(scoreOf(later, NOW + 17 * MINUTE_MS)).toBe(scoreOf(events("forbidden", 2), NOW + 17 * MINUTE_MS));
    expect(scoreOf(later, NOW + 17 * MINUTE_MS)).toBeGreaterThan(75);
  });

  test("keeps the lock on new chats as long as it lasts", () => {
    expect(assess([], NOW + 3 * DAY_MS, NOW + 2 * DAY_MS).score).toBe(25);
    expect(assess([], NOW + 3 * DAY_MS, NOW + 3 * DAY_MS).score).toBe(0);
  });

  test("ignores events that a clock set back has put into the future", () => {
    expect(scoreOf(events("forbidden"), NOW - HOUR_MS)).toBe(0);
  });
});

describe("a disconnect", () => {
  test.each([
    ["banned", "forbidden"],
    ["temporarily_banned", "forbidden"],
    ["logged_out", "logged_out"],
    ["connection_lost", "disconnect"],
    ["restart_required", null],
    ["replaced", null],
    ["link_expired", null],
    ["client_outdated", null],
  ])("%s is %s", (reason, kind) => {
    expect(riskOfDisconnect(reason)).toBe(kind);
  });
});

describe("a pause that begins by itself", () => {
  test("ends only after ten calm minutes, which a relapse starts afresh", () => {
    const paused = autoPause(NO_PAUSE, "high", "high", NOW);
    expect(paused).toEqual({ active: true, calmSince: null });
    const calm = autoPause(paused, "medium", "high", NOW + MINUTE_MS);
    expect(calm).toEqual({ active: true, calmSince: NOW + MINUTE_MS });
    expect(autoPause(calm, "medium", "high", NOW + 10 * MINUTE_MS)).toEqual(calm);
    expect(autoPause(calm, "critical", "high", NOW + 10 * MINUTE_MS)).toEqual(paused);
    expect(autoPause(calm, "low", "high", NOW + 11 * MINUTE_MS)).toEqual(NO_PAUSE);
  });

  test("tells each refused caller when it will be over, and then it is", async () => {
    const number = guardedNumber();
    number.guard.disconnected("banned");
    number.guard.disconnected("banned");
    number.hears("1");
    const refused = number.asks("1");
    if (refused.kind !== "blocked" || refused.blocked.waitMs === null) throw new Error("Not refused with a wait");
    expect(refused.blocked.code).toBe("auto_paused");
    // 80 points, in full for an hour, are shown as less than 40 when 39.5 are left; ten calm minutes follow.
    const falls = HOUR_MS + 23 * HOUR_MS * (1 - 39.5 / 80);
    expect(Math.abs(refused.blocked.waitMs - falls - 10 * MINUTE_MS)).toBeLessThan(2_000);
    await number.passes(refused.blocked.waitMs - MINUTE_MS);
    expect(number.asks("1").kind).toBe("blocked");
    await number.passes(MINUTE_MS);
    expect(number.asks("1").kind).toBe("slot");
    expect(number.world.resumed).toBe(1);
  });
});

describe("the lock on new chats", () => {
  test("is no reason to pause: strangers are held back by its own rule, people who wrote get answers", async () => {
    const number = guardedNumber({ config: { preset: "conservative" } });
    const until = new Date(NOW + 6 * DAY_MS).toISOString();
    number.guard.restricted({ lock: { isActive: true, until, type: "X" }, cap: null });
    expect(number.guard.watch.assessment()).toMatchObject({ score: 25, risk: "medium" });
    number.hears("1");
    expect(number.asks("1").kind).toBe("slot");
    expect(number.asks("2")).toMatchObject({ blocked: { code: "reach_out_locked" } });
  });

  test("that began with a 463 pauses a conservative number as long as the 463 is felt, not as long as the lock lasts", async () => {
    const number = guardedNumber({ config: { preset: "conservative" } });
    const until = new Date(NOW + 6 * DAY_MS).toISOString();
    number.guard.refused(463, "491@s.whatsapp.net");
    number.guard.restricted({ lock: { isActive: true, until, type: "X" }, cap: null });
    number.hears("1");
    const refused = number.asks("1");
    expect(refused).toMatchObject({ blocked: { code: "auto_paused" } });
    if (refused.kind !== "blocked" || refused.blocked.waitMs === null) throw new Error("Not refused with a wait");
    expect(refused.blocked.waitMs).toBeLessThan(70 * MINUTE_MS);
    await number.passes(refused.blocked.waitMs);
    expect(number.asks("1").kind).toBe("slot");
  });
});

test("the time at which a risk falls is found to the second", () => {
  const at = fallsBelow(events("forbidden", 2), null, NOW, "high");
  expect(assess(events("forbidden", 2), null, at).risk).toBe("medium");
  expect(assess(events("forbidden", 2), null, at - 1_000).risk).toBe("high");
  expect(fallsBelow([], null, NOW, "high")).toBe(NOW);
});

describe("limits", () => {
  test("are halved at medium risk and cut to a fifth at high, but never to nothing", () => {
    const behavior = { delayEnabled: false, typingSimulation: false };
    const modules = { warmup: { enabled: false }, contactGraph: { enabled: false } };
    const room = (reasons: string[]): number => {
      const number = guardedNumber({ behavior, config: { preset: "aggressive", modules } });
      for (const reason of reasons) number.guard.disconnected(reason);
      const kinds = Array.from({ length: 25 }, (_, index) => {
        number.hears(`${index}`);
        return number.asks(`${index}`).kind;
      });
      return kinds.filter((kind) => kind === "slot").length;
    };
    expect(room([])).toBe(20);
    expect(room(["connection_lost", "connection_lost", "connection_lost"])).toBe(10);
    expect(room(["banned"])).toBe(4);
  });
});

describe("alerts", () => {
  const config = { alertsWebhook: "https://alerts.example/x" };

  test("come once per change, worse at once, better after five minutes, and say it to people", async () => {
    const number = guardedNumber({ config });
    number.guard.disconnected("banned");
    await number.passes(0);
    number.guard.disconnected("connection_lost");
    await number.passes(MINUTE_MS);
    expect(number.world.alerts.map(({ risk }) => risk)).toEqual(["high"]);
    await number.passes(80 * MINUTE_MS);
    expect(number.world.alerts.map(({ risk }) => risk)).toEqual(["high", "medium"]);
    await number.passes(DAY_MS);
    expect(number.world.alerts.map(({ previous_risk, risk }) => [previous_risk, risk])).toEqual([
      ["low", "high"],
      ["high", "medium"],
      ["medium", "low"],
    ]);
    expect(number.world.alerts[0]).toMatchObject({
      content: expect.stringContaining("Clinic (wa_1): risk low → high, score 40."),
      text: number.world.alerts[0]?.content,
    });
  });

  test("are tried again when their receiver is away, and given up after five times", async () => {
    const number = guardedNumber({ config });
    number.world.alertsRefused = 2;
    number.guard.disconnected("logged_out");
    await number.passes(3 * MINUTE_MS);
    expect(number.world.alerts).toHaveLength(1);
    number.world.alertsRefused = 100;
    number.guard.disconnected("banned");
    await number.passes(10 * MINUTE_MS);
    expect(number.store.logs.newest(20).map(({ message }) => message)).toContain(
      "An alert was given up: its webhook never took it",
    );
  });

  test("that are tried again go where alerts go now", async () => {
    const number = guardedNumber({ config });
    number.world.alertsRefused = 100;
    number.guard.disconnected("banned");
    await number.passes(0);
    number.guard.configure({ alertsWebhook: "https://alerts.example/y" });
    await number.passes(MINUTE_MS);
    expect(number.world.alertUrls).toEqual(["https://alerts.example/x", "https://alerts.example/y"]);
    number.guard.configure({ alertsWebhook: null });
    await number.passes(10 * MINUTE_MS);
    expect(number.world.alertUrls).toHaveLength(2);
    expect(number.store.logs.newest(20).map(({ message }) => message)).not.toContain(
      "An alert was given up: its webhook never took it",
    );
  });

  test("wait only for better news", () => {
    const last = { risk: "medium" as const, at: NOW };
    expect(alertDueAt("medium", last, NOW + 1)).toBeNull();
    expect(alertDueAt("high", last, NOW + 1)).toBe(NOW + 1);
    expect(alertDueAt("low", last, NOW + 1)).toBe(NOW + 5 * MINUTE_MS);
  });

  test("say that sending is paused when somebody paused it", async () => {
    const number = guardedNumber({ config });
    number.guard.setPaused(true);
    for (let times = 0; times < 3; times += 1) number.guard.disconnected("connection_lost");
    await number.passes(0);
    expect(number.world.alerts).toMatchObject([{ risk: "medium", is_paused: true }]);
    expect(number.changes().at(-1)).toMatchObject({ change: "risk", is_paused: true });
  });

  test("carry the fields that relays read", () => {
    const body = JSON.parse(
      alertBody({
        instanceId: "wa_1",
        name: "wa_1",
        previous: "low",
        risk: "high",
        score: 40,
        reasons: ["Why"],
        recommendation: "Rest.",
        isPaused: true,
        now: NOW,
      }),
    );
    expect(body).toEqual({
      content: "wa_1: risk low → high, score 40. Why. Rest. Sending is paused.",
      text: "wa_1: risk low → high, score 40. Why. Rest. Sending is paused.",
      event: "safety",
      instance_id: "wa_1",
      previous_risk: "low",
      risk: "high",
      score: 40,
      reasons: ["Why"],
      recommendation: "Rest.",
      is_paused: true,
      at: "2026-11-02T09:00:00.000Z",
    });
  });
});

describe("rules that are switched off", () => {
  test("pause nothing, and nobody is told that they did; switched on again they do", () => {
    const number = guardedNumber({ config: { enabled: false } });
    number.guard.disconnected("banned");
    const told = () => number.changes().map(({ change }) => change);
    expect(told()).toEqual(["risk"]);
    number.guard.configure({ enabled: true });
    expect(told()).toEqual(["risk", "paused"]);
    expect(number.asks("1")).toMatchObject({ blocked: { code: "auto_paused" } });
    number.guard.configure({ enabled: false });
    expect(told().filter((change) => change !== "refused")).toEqual(["risk", "paused", "resumed"]);
    expect(number.asks("1").kind).toBe("slot");
  });
});

describe("a 463", () => {
  test("in a new chat is a lock for an hour until WhatsApp tells more; people who wrote still get answers", () => {
    const number = guardedNumber({ config: { modules: { warmup: { enabled: false } } } });
    number.guard.refused(463, "491@s.whatsapp.net");
    expect(number.world.questions).toBe(1);
    const refused = number.asks("492");
    expect(refused).toMatchObject({ kind: "blocked", blocked: { code: "reach_out_locked", waitMs: HOUR_MS } });
    number.hears("493");
    expect(number.asks("493").kind).toBe("slot");
    const until = new Date(NOW + 6 * DAY_MS).toISOString();
    number.guard.restricted({ lock: { isActive: true, until, type: "RESTRICT_ALL_COMPANIONS" }, cap: null });
    expect(number.asks("492")).toMatchObject({ blocked: { waitMs: 6 * DAY_MS + 10_000 } });
    number.guard.restricted({ lock: { isActive: false, until: null, type: "DEFAULT" }, cap: null });
    expect(number.asks("492").kind).toBe("slot");
  });

  test("in a chat that wrote before is about that contact: no lock is assumed, WhatsApp is asked", () => {
    const number = guardedNumber();
    number.hears("491");
    number.guard.refused(463, "491@s.whatsapp.net");
    expect(number.store.safety.load().state.lock).toBeNull();
    expect(number.world.questions).toBe(1);
  });

  test("fails what still waits for strangers instead of trying it", () => {
    const number = guardedNumber({ config: { modules: { warmup: { enabled: false } } } });
    const request = number.request("492");
    number.guard.reserve(request);
    number.guard.refused(463, "491@s.whatsapp.net");
    number.world.now += MINUTE_MS;
    expect(number.guard.admit(request.messageId, request.chatId, false)).toEqual({
      kind: "refuse",
      reason: "WhatsApp has locked new chats of this number for a time.",
    });
  });
});

test("WhatsApp's quota, when it is used up, holds strangers back until its next cycle", () => {
  const number = guardedNumber();
  const cycleEndsAt = new Date(NOW + 10 * DAY_MS).toISOString();
  const cap = { total: 100, used: 100, status: "CAPPED", cycleEndsAt };
  number.guard.restricted({ lock: null, cap });
  expect(number.asks("492")).toMatchObject({ blocked: { code: "new_chat_cap", waitMs: 10 * DAY_MS } });
  number.guard.restricted({ lock: null, cap: { ...cap, status: "FIRST_WARNING" } });
  expect(number.asks("492").kind).toBe("slot");
});

describe("broken keys", () => {
  test("of a recipient are noticed at the third copy, once per message", () => {
    const number = guardedNumber();
    number.sends("1");
    const warnings = () =>
      number.store.logs.newest(50).filter(({ message }) => message.includes("again and again")).length;
    const counts = [1, 2, 3, 4].map(() => {
      number.guard.keys.retried("m1");
      return warnings();
    });
    expect(counts).toEqual([0, 0, 1, 1]);
  });

  test("of ours are noticed at the third undecryptable message within a minute", () => {
    const number = guardedNumber();
    const warnings = () =>
      number.store.logs.newest(50).filter(({ message }) => message.includes("could not be decrypted")).length;
    number.guard.keys.undecryptable();
    number.world.now += 2 * MINUTE_MS;
    for (let times = 0; times < 2; times += 1) number.guard.keys.undecryptable();
    expect(warnings()).toBe(0);
    number.guard.keys.undecryptable();
    number.guard.keys.undecryptable();
    expect(warnings()).toBe(1);
  });

  test("are not looked for while their modules are off", () => {
    const off = { enabled: false };
    const number = guardedNumber({ config: { modules: { retryTracker: off, sessionStability: off } } });
    number.sends("1");
    for (let times = 0; times < 5; times += 1) {
      number.guard.keys.retried("m1");
      number.guard.keys.undecryptable();
    }
    expect(number.store.logs.newest(50)).toEqual([]);
    expect(number.store.sends.retries(0)).toEqual({ retries: 0, spirals: 0 });
  });
});
