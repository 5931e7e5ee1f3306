import { describe, expect, test } from "vitest";
import { behaviorOf, behaviorSettings, changeBehavior } from "../../../src/number-safety/behavior.ts";
import { circadianFactor, localHour } from "../../../src/number-safety/circadian.ts";
import { type DelayInput, humanDelay, jitter } from "../../../src/number-safety/delay.ts";
import { changeLegacy, legacyHealth, legacyLimits, legacySettings } from "../../../src/number-safety/legacy.ts";
import { PRESETS } from "../../../src/number-safety/presets.ts";
import { availableAfterMs } from "../../../src/number-safety/stealth-connect.ts";
import { guardedNumber, NOW, seeded } from "./support.ts";

describe("a behaviour profile", () => {
  test.each([
    ["bot-native", { typingSimulation: true, graceMs: 0, markOnline: true, markRead: true }],
    ["notification-balanced", { typingSimulation: true, graceMs: 12_000, markOnline: false, markRead: true }],
    ["notification-max", { typingSimulation: false, graceMs: 12_000, markOnline: false, markRead: false }],
  ] as const)("%s decides what people see", (behaviorProfile, effects) => {
    expect(behaviorOf({ behaviorProfile })).toEqual({ profile: behaviorProfile, delayEnabled: true, ...effects });
  });

  test("is the contract's default when nothing is set", () => {
    expect(behaviorSettings({})).toEqual({
      behaviorProfile: "bot-native",
      typingSimulation: true,
      delayEnabled: true,
      notificationGraceMs: 12_000,
      phoneNotificationsEnabled: false,
    });
  });

  test("yields to the wishes of a message, but notification-max never types", () => {
    const wishes = { typingSimulation: true, delayEnabled: false };
    expect(behaviorOf({ typingSimulation: false }, wishes)).toMatchObject(wishes);
    expect(behaviorOf({ behaviorProfile: "notification-max" }, wishes)).toMatchObject({
      typingSimulation: false,
      delayEnabled: false,
    });
  });

  test("follows from the older flag: balanced, or max when typing is off; a profile named beside it wins", () => {
    const flag = { phoneNotificationsEnabled: true };
    expect(changeBehavior({}, flag)).toEqual({ behaviorProfile: "notification-balanced" });
    expect(changeBehavior({ typingSimulation: false }, flag)).toEqual({
      behaviorProfile: "notification-max",
      typingSimulation: false,
    });
    expect(changeBehavior({ behaviorProfile: "notification-max" }, { phoneNotificationsEnabled: false })).toEqual({
      behaviorProfile: "bot-native",
    });
    expect(changeBehavior({}, { ...flag, behaviorProfile: "notification-max" }).behaviorProfile).toBe(
      "notification-max",
    );
    expect(behaviorOf(flag).profile).toBe("notification-balanced");
  });
});

describe("the time of day", () => {
  const factors = (profile: Parameters<typeof circadianFactor>[0]) =>
    Array.from({ length: 24 * 60 }, (_, minute) => circadianFactor(profile, minute / 60));

  test.each(["default", "nightOwl", "earlyBird"] as const)(
    "makes %s slower at night, smoothly, and never negative",
    (profile) => {
      const day = factors(profile);
      expect(Math.min(...day)).toBeGreaterThanOrEqual(0.8);
      expect(Math.max(...day)).toBeLessThanOrEqual(6);
      day.forEach((factor, minute) => {
        expect(Math.abs(factor - (day[(minute + 1) % day.length] ?? 0)), `at minute ${minute}`).toBeLessThan(0.05);
      });
    },
  );

  test("is slowest at four in the morning, three hours later for a night owl, two earlier for an early bird", () => {
    expect(circadianFactor("default", 4)).toBe(6);
    expect(circadianFactor("nightOwl", 7)).toBe(6);
    expect(circadianFactor("earlyBird", 2)).toBe(6);
    expect(factors("always_on").every((factor) => factor === 1)).toBe(true);
  });

  test("is that of the number's time zone, with minutes, and midnight is hour 0", () => {
    expect(localHour("Asia/Kolkata", Date.parse("2026-11-02T18:30:00Z"))).toBe(0);
    expect(localHour("Asia/Kolkata", Date.parse("2026-11-02T18:45:00Z"))).toBe(0.25);
    expect(localHour("UTC", Date.parse("2026-11-02T23:59:00Z"))).toBeCloseTo(23 + 59 / 60);
  });

  test("makes delays longer, but never longer than a request may wait", () => {
    const config = { modules: { presence: { enabled: true }, warmup: { enabled: false } } };
    const wait = (hour: number): number => {
      const number = guardedNumber({ config });
      number.world.now = Date.parse(`2026-11-02T${String(hour).padStart(2, "0")}:00:00Z`);
      const slot = number.asks("1", "a text of some length, as people write them");
      if (slot.kind !== "slot") throw new Error("Refused");
      return slot.at - number.world.now;
    };
    expect(wait(4)).toBeGreaterThan(3 * wait(15));
    expect(wait(4)).toBeLessThanOrEqual(30_000);
  });
});

describe("a delay", () => {
  const input: DelayInput = {
    characters: 100,
    isNewChat: false,
    recentSends: 9,
    delayEnabled: true,
    typingSimulation: true,
    circadian: 1,
  };
  const draws = (fields: Partial<DelayInput> = {}, count = 2_000) => {
    const random = seeded(7);
    return Array.from({ length: count }, () => humanDelay({ ...input, ...fields }, PRESETS.moderate, random));
  };

  test("stays within the preset's bounds, around their middle", () => {
    const pauses = draws().map(({ pauseMs }) => pauseMs);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_500);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(5_000);
    const mean = pauses.reduce((sum, ms) => sum + ms, 0) / pauses.length;
    expect(Math.abs(mean - 3_250)).toBeLessThan(60);
  });

  test("is half the least at the beginning of a burst, and longer before the first message to somebody", () => {
    expect(draws({ recentSends: 0 }).every(({ pauseMs }) => pauseMs >= 750 && pauseMs <= 1_500)).toBe(true);
    expect(draws({ isNewChat: true }).every(({ pauseMs }) => pauseMs >= 3_000 && pauseMs <= 8_000)).toBe(true);
  });

  test("types 30 ms a character, three seconds at most, and long enough to be seen", () => {
    expect(draws().every(({ typingMs }) => typingMs >= 1_500 && typingMs <= 3_000)).toBe(true);
    expect(draws({ characters: 4_000 }).every(({ typingMs }) => typingMs <= 3_000)).toBe(true);
    expect(draws({ characters: 1 }).every(({ typingMs }) => typingMs === 600)).toBe(true);
  });

  test("is nothing when both are off", () => {
    expect(
      new Set(draws({ delayEnabled: false, typingSimulation: false }).map((delay) => JSON.stringify(delay))),
    ).toEqual(new Set(['{"pauseMs":0,"typingMs":0}']));
  });

  test("never leaves its range, whatever chance gives", () => {
    for (const value of [0, 0.000_001, 0.5, 0.999_999]) {
      const result = jitter(10, 20, () => value);
      expect(result >= 10 && result <= 20).toBe(true);
    }
  });
});

test("a stealthy number appears 30 to 90 seconds after it connected", () => {
  expect([0, 0.5, 0.999_999].map(availableAfterMs)).toEqual([30_000, 60_000, 90_000]);
});

describe("the older limits", () => {
  test("have presets, and own numbers that stand over them", () => {
    expect(legacyLimits({ preset: "conservative" })).toEqual({
      messagesPerHour: 50,
      messagesPerDay: 300,
      uniqueChatsPerHour: 25,
      uniqueChatsPerDay: 100,
    });
    expect(legacySettings({ messagesPerHour: 7 })).toMatchObject({
      preset: "custom",
      messagesPerHour: 7,
      messagesPerDay: 5_000,
    });
    expect(legacySettings({})).toMatchObject({ preset: "balanced", messagesPerHour: 200 });
    expect(changeLegacy({ messagesPerHour: 7 }, { preset: "aggressive" })).toEqual({ preset: "aggressive" });
    expect(changeLegacy({ messagesPerHour: 7 }, { messagesPerDay: 70 })).toEqual({
      messagesPerHour: 7,
      messagesPerDay: 70,
    });
  });

  test.each([
    [79, "healthy", 0],
    [80, "warning", 1],
    [99, "warning", 1],
    [100, "limited", 1],
  ])("at %i of 100 are %s", (messagesThisHour, status, warnings) => {
    const limits = { ...legacyLimits({}), messagesPerHour: 100 };
    const stats = { messagesThisHour, messagesThisDay: 0, uniqueChatsThisHour: 0, uniqueChatsThisDay: 0 };
    const health = legacyHealth(limits, stats);
    expect([health.status, health.warnings.length, health.hourlyUsage]).toEqual([status, warnings, messagesThisHour]);
  });

  test("hold beside the newer rules once somebody sets them", () => {
    const number = guardedNumber({
      antiBan: { messagesPerDay: 1 },
      config: { modules: { reconnectThrottle: { enabled: false } } },
    });
    expect(number.sends("1")).toBe("slot");
    number.world.now = NOW + 60_000;
    expect(number.sends("1")).toBe("day_limit");
  });
});
