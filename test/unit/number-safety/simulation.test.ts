import { describe, expect, test } from "vitest";
import type { StoredSafetyConfig } from "../../../src/durable/rpc-safety.ts";
import { limitsOf, safetyConfig } from "../../../src/number-safety/policy.ts";
import { reservedForAnswers } from "../../../src/number-safety/rate.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/number-safety/verdict.ts";
import { warmUpLimit } from "../../../src/number-safety/warm-up.ts";
import { guardedNumber, NOW, outbound, seeded } from "./support.ts";

/** Refusals that concern first messages only. */
const COLD_ONLY = [
  "warm_up",
  "new_chats",
  "identical_text",
  "reach_out_locked",
  "new_chat_cap",
  "reply_ratio",
  "resting",
];

/** The windows that both lanes share. */
const SHARED: Readonly<Record<string, number>> = { minute_limit: MINUTE_MS, hour_limit: HOUR_MS, day_limit: DAY_MS };

interface Sent {
  at: number;
  lane: string;
  day: number;
}

/** A month of a number: a bot's answers by day, bulk in the morning, quiet nights, and much that goes wrong. */
async function month(seed: number, { modules = {}, overrides = {} }: StoredSafetyConfig) {
  const config = { preset: "moderate", alertsWebhook: "https://alerts.example/x", modules, overrides } as const;
  const number = guardedNumber({ seed, config });
  const { world, store } = number;
  const chance = seeded(seed * 7 + 1);
  const sent: Sent[] = [];
  const refused = new Map<string, number>();
  const unkept: string[] = [];
  const starved: string[] = [];
  const restarts: unknown[] = [];
  let waiting: { id: string; chatId: string; at: number; lane: string }[] = [];
  let customers = 0;

  /** Lets what is due leave, each at its time. */
  const leave = (until: number): void => {
    for (;;) {
      waiting.sort((a, b) => a.at - b.at);
      const next = waiting[0];
      if (!next || next.at > until) return;
      world.now = Math.max(world.now, next.at);
      const admission = number.guard.admit(next.id, next.chatId, false);
      if (admission.kind === "wait") {
        next.at = admission.until;
        continue;
      }
      waiting = waiting.slice(1);
      if (admission.kind === "refuse") {
        store.sends.release(next.id);
        continue;
      }
      number.guard.transmitted(next.id);
      sent.push({ at: world.now, lane: next.lane, day: store.safety.load().state.warmUp?.day ?? 0 });
    }
  };

  const ask = (chat: string, text: string): void => {
    const request = number.request(chat, text);
    const slot = number.guard.reserve(request);
    if (slot.kind === "slot") {
      const wrote = store.chats.wroteAt(request.chatId);
      const lane = wrote !== null && world.now - wrote < DAY_MS ? "reply" : "cold";
      waiting.push({ id: request.messageId, chatId: request.chatId, at: slot.at, lane });
      store.messages.insert(outbound(request.messageId, request.chatId, world.now));
      return;
    }
    if (slot.kind !== "blocked") return;
    const { code, waitMs } = slot.blocked;
    refused.set(code, (refused.get(code) ?? 0) + 1);
    if (waitMs === null) {
      unkept.push(`${code}: no wait time`);
      return;
    }
    const later = number.supposing(() => {
      world.now += waitMs;
      return number.asks(chat, text);
    });
    if (later.kind !== "slot") unkept.push(`${code} after ${waitMs} ms: ${JSON.stringify(later)}`);
    const isCold = !store.chats.wroteAt(request.chatId);
    if (!isCold) return;
    const answer = number.supposing(() => {
      number.hears("4999");
      return number.asks("4999", "Thank you for writing, we will be back soon");
    });
    if (answer.kind !== "blocked") return;
    const { code: held } = answer.blocked;
    if (COLD_ONLY.includes(held)) starved.push(held);
    const lengthMs = SHARED[held];
    if (lengthMs === undefined) return;
    // A shared window may hold an answer back only when answers themselves have used what is kept for them.
    const limit = Number(/limit of (\d+)/.exec(answer.reason)?.[1]);
    const answers = number.storage.sql
      .exec<{ n: number }>("SELECT COUNT(*) AS n FROM sends WHERE lane = 'reply' AND at > ?", world.now - lengthMs)
      .one().n;
    if (answers < reservedForAnswers(limit)) starved.push(`${held}: ${answers} answers of ${limit}`);
  };

  const mishap = (): void => {
    const kind = chance();
    if (kind < 0.2) number.guard.disconnected("connection_lost");
    else if (kind < 0.3) for (let times = 0; times < 2; times += 1) number.guard.disconnected("banned");
    else if (kind < 0.35) number.guard.refused(463, "4000@s.whatsapp.net");
    else if (kind < 0.4) number.guard.refused(463, "900000@s.whatsapp.net");
    else if (kind < 0.5) {
      const isActive = chance() < 0.5;
      const until = isActive ? new Date(world.now + 3 * HOUR_MS).toISOString() : null;
      number.guard.restricted({ lock: { isActive, until, type: "DEFAULT" }, cap: null });
    } else if (kind < 0.6) number.guard.refused(479, "4000@s.whatsapp.net");
    else if (kind < 0.7) world.connectedAt = world.now;
    else if (kind < 0.8) world.now += chance() < 0.5 ? 20 * MINUTE_MS : -20 * MINUTE_MS;
    else {
      const before = { state: store.safety.load(), waiting: store.sends.waiting(), used: store.sends.since(0) };
      number.restarts();
      number.guard.watch.reassess();
      restarts.push([
        before,
        { state: store.safety.load(), waiting: store.sends.waiting(), used: store.sends.since(0) },
      ]);
    }
  };

  for (let hour = 0; hour < 30 * 24; hour += 1) {
    const start = world.now;
    const ofDay = hour % 24;
    const awake = ofDay < 13;
    if (awake) {
      for (let turn = 0; turn < 8; turn += 1) {
        leave(world.now + 5 * MINUTE_MS);
        await number.passes(Math.max(0, Math.round(chance() * 5 * MINUTE_MS)));
        const customer = `${4_000 + Math.floor(chance() * 60)}`;
        number.hears(customer);
        ask(customer, "Thank you for writing, we will be back soon");
      }
    }
    // Bulk: fifty callers in the same instant, half of them with the same text; later one after the other.
    // At night nobody is answered, so nothing but what is kept for answers is left when the windows are full.
    if ((ofDay >= 4 && ofDay < 8) || ofDay === 16) {
      for (let index = 0; index < 20; index += 1) {
        leave(world.now + MINUTE_MS);
        await number.passes(MINUTE_MS);
        ask(`${500_000 + customers++}`, `Dear customer number ${customers}, your order is ready`);
      }
    }
    if (ofDay === 2 || ofDay === 18) {
      for (let index = 0; index < 50; index += 1) {
        const text =
          index % 4 !== 0 ? "Our new opening hours are from nine to six" : `Dear customer number ${customers}`;
        ask(`${500_000 + customers++}`, text);
      }
    }
    if (chance() < 0.15) mishap();
    const end = start + HOUR_MS;
    leave(end);
    await number.passes(Math.max(0, end - world.now));
  }
  leave(world.now + HOUR_MS);
  await number.passes(3 * DAY_MS);
  return { number, sent, refused, unkept, starved, restarts };
}

/** The most that ever left within a window of this length. */
function busiest(times: number[], lengthMs: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  let first = 0;
  let most = 0;
  sorted.forEach((at, index) => {
    while ((sorted[first] ?? at) <= at - lengthMs) first += 1;
    most = Math.max(most, index - first + 1);
  });
  return most;
}

const EVERY_DAY = ["minute_limit", "identical_text", "auto_paused"];
/** Where no longer wait hides it. */
const LOCKED = [...EVERY_DAY, "reach_out_locked"];
const off = { enabled: false };

describe.each([
  { seed: 1, modules: {}, meets: [...EVERY_DAY, "new_chats"] },
  { seed: 2, modules: { contactGraph: off }, meets: [...LOCKED, "warm_up"] },
  { seed: 3, modules: { presence: { enabled: true, timezone: "Asia/Kolkata" }, contactGraph: off }, meets: LOCKED },
  { seed: 4, modules: { replyRatio: { enabled: true }, warmup: off, contactGraph: off }, meets: LOCKED },
  {
    seed: 5,
    modules: { warmup: off, contactGraph: off },
    overrides: { maxPerHour: 20, maxPerDay: 120 },
    meets: [...EVERY_DAY, "hour_limit", "day_limit"],
  },
])("a month of traffic (seed $seed)", async ({ seed, modules, overrides = {}, meets }) => {
  const { number, sent, refused, unkept, starved, restarts } = await month(seed, { modules, overrides });
  const limits = limitsOf(safetyConfig({ preset: "moderate", overrides }));

  test("is busy enough to mean something", () => {
    expect(sent.length).toBeGreaterThan(1_500);
    expect([...refused.keys()]).toEqual(expect.arrayContaining(meets));
    expect(restarts.length).toBeGreaterThan(10);
  });

  test("no window is ever over its limit", () => {
    const times = sent.map(({ at }) => at);
    expect(busiest(times, MINUTE_MS)).toBeLessThanOrEqual(limits.maxPerMinute);
    expect(busiest(times, HOUR_MS)).toBeLessThanOrEqual(limits.maxPerHour);
    expect(busiest(times, DAY_MS)).toBeLessThanOrEqual(limits.maxPerDay);
  });

  test("no day of the warm-up sees more first messages than it allows", () => {
    for (let day = 1; day <= limits.warmUpDays; day += 1) {
      if (modules.warmup?.enabled === false) continue;
      const cold = sent.filter((message) => message.lane === "cold" && message.day === day);
      expect(cold.length, `day ${day}`).toBeLessThanOrEqual(warmUpLimit(day, limits));
    }
  });

  test("every refusal names a wait after which the same message gets its slot", () => {
    expect(unkept).toEqual([]);
  });

  test("no answer is held back by a limit on first messages, nor by first messages in a shared window", () => {
    expect(starved).toEqual([]);
  });

  test("a restart changes nothing", () => {
    for (const pair of restarts) expect((pair as unknown[])[1]).toEqual((pair as unknown[])[0]);
  });

  test("the risk is told once per change, and falls back in the end", () => {
    const { alerts } = number.world;
    expect(alerts.length).toBeGreaterThan(2);
    alerts.forEach((alert, index) => {
      expect(alert.previous_risk).toBe(index === 0 ? "low" : alerts[index - 1]?.risk);
      expect(alert.risk).not.toBe(alert.previous_risk);
    });
    expect(alerts.at(-1)?.risk).toBe("low");
    const risks = number.changes().filter(({ change }) => change === "risk");
    risks.forEach((change, index) => {
      expect(change.previous).toBe(index === 0 ? "low" : risks[index - 1]?.risk);
    });
    expect(number.guard.watch.assessment()).toEqual({ score: 0, risk: "low", reasons: [] });
  });
});

test("fifty callers in the same instant never get more than the minute's limit, and the first of each chat is first", () => {
  const number = guardedNumber({
    behavior: { delayEnabled: false, typingSimulation: false },
    config: { modules: { warmup: { enabled: false }, contactGraph: { enabled: false } } },
  });
  const slots = Array.from({ length: 50 }, (_, index) => number.asks(`${index % 5}`, `text ${index}`));
  const given = slots.flatMap((slot) => (slot.kind === "slot" ? [slot.at] : []));
  // One of the ten is kept for answers.
  expect(given).toHaveLength(9);
  expect(given).toEqual([...given].sort((a, b) => a - b));
  expect(new Set(slots.slice(9).map((slot) => (slot.kind === "blocked" ? slot.blocked.code : slot.kind)))).toEqual(
    new Set(["minute_limit"]),
  );
  expect(given.every((at) => at >= NOW && at <= NOW + 30_000)).toBe(true);
});
