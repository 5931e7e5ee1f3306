import { describe, expect, test } from "vitest";
import { safetyViews } from "../../../src/guard/safety-views.ts";
import { limitsOf, mergeConfig, safetyConfig } from "../../../src/number-safety/policy.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/number-safety/verdict.ts";
import { advanceWarmUp, startWarmUp, warmUpLimit, warmUpView } from "../../../src/number-safety/warm-up.ts";
import { guardedNumber, NOW } from "./support.ts";

const off = { enabled: false };
/** Only the rule under test is on. */
const ALONE = { warmup: off, contactGraph: off, reconnectThrottle: off };
const LONG = "A text that is long enough to be compared with others";

describe("the same text", () => {
  test("to more people than the preset allows is held back until the first of them leaves the hour", () => {
    const number = guardedNumber({ config: { modules: ALONE } });
    const codes = Array.from({ length: 6 }, (_, index) => {
      number.world.now += MINUTE_MS;
      return number.sends(`${index}`, LONG);
    });
    expect(codes).toEqual(["slot", "slot", "slot", "slot", "slot", "identical_text"]);
    expect(number.sends("9", LONG.replace("text", "TEXT  "))).toBe("identical_text");
    expect(number.sends("9", "Something else, which nobody has been told yet")).toBe("slot");
    number.world.now += HOUR_MS;
    expect(number.sends("9", LONG)).toBe("slot");
  });

  test("may go to the same person again, and to people who wrote; short texts and media without text may repeat", () => {
    const number = guardedNumber({ config: { modules: ALONE } });
    for (const text of ["", "Thank you!", LONG]) {
      for (let index = 0; index < 8; index += 1) {
        number.world.now += MINUTE_MS;
        if (text === LONG) number.hears(`${index}`);
        expect(number.sends(`${index}`, text)).toBe("slot");
      }
    }
    const again = guardedNumber({ config: { modules: ALONE } });
    for (let index = 0; index < 8; index += 1) {
      again.world.now += MINUTE_MS;
      expect(again.sends("1", LONG)).toBe("slot");
    }
  });
});

describe("a person known by phone and by LID", () => {
  test("is one chat: the answer to their LID opens the reply lane of their phone", () => {
    const number = guardedNumber({ config: { modules: { ...ALONE, warmup: { enabled: true } } } });
    for (let index = 0; index < 20; index += 1) {
      number.world.now += MINUTE_MS;
      number.sends(`${index}`);
    }
    number.world.now += MINUTE_MS;
    expect(number.sends("491")).toBe("warm_up");
    number.store.chats.wrote("77@lid", number.world.now);
    number.store.chats.rekeyChat("77@lid", "491@s.whatsapp.net");
    expect(number.sends("491")).toBe("slot");
  });
});

describe("a person whose phone becomes known in the middle of a window", () => {
  test("is one chat in it, for new chats, for the same text, and for the older limits", () => {
    for (const [code, options] of [
      ["new_chats", { config: { preset: "conservative", modules: { ...ALONE, contactGraph: { enabled: true } } } }],
      ["identical_text", { config: { preset: "conservative", modules: ALONE } }],
      ["chats_per_hour", { config: { enabled: false }, antiBan: { uniqueChatsPerHour: 3 } }],
    ] as const) {
      const number = guardedNumber({ behavior: { delayEnabled: false, typingSimulation: false }, ...options });
      const send = (chatId: string): string => {
        number.world.now += MINUTE_MS;
        const text = code === "identical_text" ? LONG : "hi";
        const request = number.request("", text, { chatId });
        const slot = number.guard.reserve(request);
        if (slot.kind !== "slot") return slot.kind === "blocked" ? slot.blocked.code : slot.kind;
        number.guard.transmitted(request.messageId);
        return "slot";
      };
      const limit = code === "new_chats" ? 5 : 3;
      expect([send("77@lid"), send("491@s.whatsapp.net")]).toEqual(["slot", "slot"]);
      for (let index = 2; index < limit; index += 1) expect(send(`${index}@s.whatsapp.net`)).toBe("slot");
      expect(send("9@s.whatsapp.net")).toBe(code);
      number.store.sends.rekeyChat("77@lid", "491@s.whatsapp.net");
      expect([send("9@s.whatsapp.net"), send("8@s.whatsapp.net")]).toEqual(["slot", code]);
    }
  });
});

describe("new chats", () => {
  test("are counted as people, not as messages, in any 24 hours", () => {
    const config = { preset: "conservative", modules: { ...ALONE, contactGraph: { enabled: true } } } as const;
    const number = guardedNumber({ config });
    const first = number.world.now;
    for (let index = 0; index < 5; index += 1) {
      number.world.now += 10 * MINUTE_MS;
      expect(number.sends(`${index}`)).toBe("slot");
    }
    number.world.now += 10 * MINUTE_MS;
    expect(number.sends("6")).toBe("new_chats");
    expect(number.sends("0", "a second message")).toBe("slot");
    number.world.now = first + DAY_MS + 11 * MINUTE_MS;
    expect(number.sends("6")).toBe("slot");
  });
});

describe("the reply ratio", () => {
  test("stops after five messages without an answer, for a day each; an answer ends it at once", () => {
    const config = { modules: { ...ALONE, replyRatio: { enabled: true } } };
    const number = guardedNumber({ config });
    const say = (): string => {
      number.world.now += MINUTE_MS;
      return number.sends("491", `text ${number.world.now}`);
    };
    expect(Array.from({ length: 6 }, say)).toEqual(["slot", "slot", "slot", "slot", "slot", "reply_ratio"]);
    number.world.now += DAY_MS;
    expect([say(), say()]).toEqual(["slot", "reply_ratio"]);
    number.hears("491");
    expect(say()).toBe("slot");
  });
});

describe("the warm-up", () => {
  const moderate = limitsOf(safetyConfig({}));

  test("grows from 20 by 1.8 a day, never above the day's limit; day 4 of 7 allows 117 and is 57 per cent", () => {
    expect([1, 2, 3, 4, 5, 6, 7].map((day) => warmUpLimit(day, moderate))).toEqual([20, 36, 65, 117, 210, 378, 680]);
    const conservative = limitsOf(safetyConfig({ preset: "conservative" }));
    expect([8, 9, 10].map((day) => warmUpLimit(day, conservative))).toEqual([800, 800, 800]);
    expect(warmUpView({ day: 4, dayStartedAt: NOW, lastActiveAt: NOW }, 23, moderate)).toEqual({
      phase: "warming",
      day: 4,
      totalDays: 7,
      todayLimit: 117,
      todaySent: 23,
      progress: 57,
      complete: false,
    });
  });

  test("does not advance on days without a message: idle days do not graduate a number", () => {
    const start = startWarmUp(NOW);
    expect(advanceWarmUp(start, false, moderate, NOW + 8 * DAY_MS)).toEqual({
      ...start,
      dayStartedAt: NOW + 8 * DAY_MS,
    });
    expect(advanceWarmUp(start, true, moderate, NOW + 8 * DAY_MS).day).toBe(2);
  });

  test("begins again when a graduated number was silent for three days", () => {
    const graduated = { day: 8, dayStartedAt: NOW, lastActiveAt: NOW };
    expect(advanceWarmUp(graduated, false, moderate, NOW + 3 * DAY_MS).day).toBe(8);
    expect(advanceWarmUp(graduated, false, moderate, NOW + 3 * DAY_MS + 1)).toEqual(startWarmUp(NOW + 3 * DAY_MS + 1));
  });

  test("keeps its day when a clock is set back, and is not touched by being looked at", () => {
    const state = { day: 3, dayStartedAt: NOW, lastActiveAt: NOW };
    const at = NOW - 5 * DAY_MS;
    expect(advanceWarmUp(state, true, moderate, at)).toEqual({ ...state, dayStartedAt: at });
    expect(advanceWarmUp(state, true, moderate, NOW + DAY_MS - 1)).toBe(state);
  });
});

describe("after a connect", () => {
  test("the minute's limit opens over a minute, and never falls below one message", () => {
    const number = guardedNumber({
      behavior: { delayEnabled: false, typingSimulation: false },
      config: { modules: { warmup: off, contactGraph: off } },
    });
    number.world.connectedAt = NOW;
    for (const chat of ["1", "2"]) number.hears(chat);
    expect(number.sends("1")).toBe("slot");
    const second = number.asks("2");
    expect(second.kind === "slot" && second.at - NOW).toBeGreaterThan(5_000);
    expect(second.kind === "slot" && second.at - NOW).toBeLessThan(8_000);
  });
});

describe("a pause by the operator", () => {
  test("stops everything until it is ended, across restarts, and is told", () => {
    const number = guardedNumber({ config: { modules: ALONE } });
    const request = number.request("1");
    number.guard.reserve(request);
    number.guard.setPaused(true);
    number.restarts();
    number.hears("2");
    expect(number.sends("2")).toBe("paused");
    number.world.now += MINUTE_MS;
    expect(number.guard.admit(request.messageId, request.chatId, false).kind).toBe("wait");
    number.guard.setPaused(false);
    expect(number.guard.admit(request.messageId, request.chatId, false)).toEqual({ kind: "go" });
    expect(number.world.resumed).toBe(1);
    expect(number.changes().map(({ change, by }) => [change, by])).toEqual([
      ["paused", "operator"],
      ["refused", undefined],
      ["resumed", "operator"],
    ]);
  });
});

describe("a reset", () => {
  test("forgets counters, events, pauses and the warm-up, but not what WhatsApp restricts", () => {
    const number = guardedNumber({ config: { modules: { reconnectThrottle: off } } });
    for (let index = 0; index < 25; index += 1) {
      number.world.now += MINUTE_MS;
      number.sends(`${index}`);
    }
    number.guard.disconnected("banned");
    number.guard.setPaused(true);
    number.guard.restricted({ lock: { isActive: true, until: null, type: "X" }, cap: null });
    number.guard.reset();
    expect(number.guard.watch.assessment()).toMatchObject({ score: 25, reasons: ["WhatsApp has locked new chats"] });
    number.guard.restricted({ lock: { isActive: false, until: null, type: "X" }, cap: null });
    expect(number.guard.watch.assessment().score).toBe(0);
    expect(number.store.sends.since(0)).toBe(0);
    expect(number.store.safety.load().state).toMatchObject({ isPaused: false, warmUp: { day: 1 } });
    expect(number.sends("new")).toBe("slot");
  });
});

describe("another phone on the same instance", () => {
  test("is another number: it begins anew", () => {
    const number = guardedNumber();
    number.guard.connected("490");
    number.sends("1");
    number.guard.connected("490");
    expect(number.store.sends.since(0)).toBe(1);
    number.guard.connected("499");
    expect(number.store.sends.since(0)).toBe(0);
  });
});

describe("an emergency stop", () => {
  test("outlasts another phone on the same instance: only resuming and a reset end it, and both are told", () => {
    const number = guardedNumber();
    number.guard.connected("490");
    number.guard.setPaused(true);
    number.guard.connected("499");
    number.hears("1");
    expect(number.sends("1")).toBe("paused");
    number.guard.reset();
    expect(number.sends("1")).toBe("slot");
    const changes = number.changes().filter(({ change }) => change !== "refused");
    expect(changes.map(({ change, by }) => [change, by])).toEqual([
      ["paused", "operator"],
      ["resumed", "operator"],
    ]);
  });
});

describe("the configuration", () => {
  test("has preset, overrides and modules side by side", () => {
    const config = safetyConfig({
      preset: "aggressive",
      overrides: { maxPerMinute: 33 },
      modules: { presence: { enabled: true } },
    });
    expect(limitsOf(config)).toMatchObject({ maxPerMinute: 33, maxPerHour: 800, warmUpDays: 4 });
    expect(config.modules.presence).toEqual({ enabled: true, circadianProfile: "default", timezone: "UTC" });
    expect(config.modules.warmup).toEqual({ enabled: true });
  });

  test("changes field by field; null takes an override back", () => {
    const stored = mergeConfig(
      { overrides: { maxPerMinute: 3, maxPerHour: 30 } },
      { overrides: { maxPerMinute: null } },
    );
    expect(stored).toEqual({ overrides: { maxPerHour: 30 } });
    expect(mergeConfig(stored, { modules: { presence: { timezone: "Asia/Tokyo" } } })).toEqual({
      overrides: { maxPerHour: 30 },
      modules: { presence: { timezone: "Asia/Tokyo" } },
    });
  });

  test("switched off leaves only the older limits", () => {
    const number = guardedNumber({ config: { enabled: false }, antiBan: { uniqueChatsPerHour: 2 } });
    number.guard.disconnected("banned");
    number.guard.disconnected("banned");
    const codes = Array.from({ length: 3 }, (_, index) => {
      number.world.now += MINUTE_MS;
      return number.sends(`${index}`, LONG);
    });
    expect(codes).toEqual(["slot", "slot", "chats_per_hour"]);
  });
});

test("a refusal uses up nothing: neither room in a window nor anything else of the state", () => {
  const number = guardedNumber({ config: { preset: "conservative", modules: { reconnectThrottle: off } } });
  for (let index = 0; index < 5; index += 1) {
    number.world.now += 10 * MINUTE_MS;
    expect(number.sends(`${index}`)).toBe("slot");
  }
  number.world.now += 10 * MINUTE_MS;
  const kept = () => ({ used: number.store.sends.since(0), state: number.store.safety.load() });
  const before = kept();
  for (let times = 0; times < 10; times += 1) expect(number.sends("9", LONG)).toBe("new_chats");
  expect(kept()).toEqual(before);
});

test("looking at a number changes nothing of it", () => {
  const number = guardedNumber();
  number.guard.connected("490");
  number.sends("1");
  number.guard.disconnected("banned");
  number.world.now += 8 * DAY_MS;
  const views = safetyViews(
    number.guard,
    number.store,
    () => true,
    () => number.world.now,
  );
  const before = number.store.safety.load();
  const seen = [views.status(), views.health(), views.antiBan(), views.optOuts(), views.lidMappings({ limit: 5 })];
  expect(number.store.safety.load()).toEqual(before);
  expect([views.status(), views.health(), views.antiBan(), views.optOuts(), views.lidMappings({ limit: 5 })]).toEqual(
    seen,
  );
});

test("slots are kept as long as a window can need them, and no longer", () => {
  const number = guardedNumber({ config: { modules: ALONE } });
  for (let day = 0; day < 10; day += 1) {
    number.world.now += DAY_MS;
    number.sends("1");
  }
  expect(number.store.sends.since(0)).toBeLessThanOrEqual(3);
});

test("a full window says where its limit is changed", () => {
  const hint = (number: ReturnType<typeof guardedNumber>): string => {
    number.sends("1");
    number.world.now += 2 * MINUTE_MS;
    const refused = number.asks("2");
    return refused.kind === "blocked" ? refused.blocked.hint : refused.kind;
  };
  expect(hint(guardedNumber({ antiBan: { messagesPerHour: 1 } }))).toBe(
    "Try again after the wait time, or raise the limit (PUT …/anti-ban).",
  );
  expect(hint(guardedNumber({ config: { overrides: { maxPerHour: 1 } } }))).toBe(
    "Try again after the wait time, or raise the limit in the overrides (PUT …/antiban-v2/config).",
  );
});

describe("a hundred waiting messages", () => {
  test("are the most: the next one is refused", () => {
    const overrides = { maxPerMinute: 500, maxPerHour: 500, maxPerDay: 500, minDelayMs: 0, maxDelayMs: 0 };
    const number = guardedNumber({ config: { overrides, modules: ALONE } });
    const kinds = Array.from({ length: 101 }, (_, index) => number.asks(`${index}`, `text ${index}`).kind);
    expect(kinds.slice(0, 100).every((kind) => kind === "slot")).toBe(true);
    expect(kinds[100]).toBe("full");
  });
});
