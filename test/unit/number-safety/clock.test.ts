import { describe, expect, test } from "vitest";
import { localHour } from "../../../src/number-safety/circadian.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/number-safety/verdict.ts";
import { guardedNumber, NOW } from "./support.ts";

const off = { enabled: false };
const PLAIN = { delayEnabled: false, typingSimulation: false };

describe("a clock that is set back", () => {
  test("holds no answer to what was written before, not for the grace and not for the ramp after a connect", () => {
    for (const behaviorProfile of ["bot-native", "notification-balanced"] as const) {
      const number = guardedNumber({ behavior: { ...PLAIN, behaviorProfile } });
      number.guard.connected("490");
      number.world.connectedAt = NOW;
      expect(number.sends("9")).toBe("slot");
      number.world.now = NOW + MINUTE_MS;
      number.hears("1");
      number.world.now = NOW - 3 * HOUR_MS;
      const answer = number.asks("1");
      expect(answer.kind === "slot" && answer.at - number.world.now, behaviorProfile).toBeLessThanOrEqual(12_000);
    }
  });

  test("gives the day of the warm-up no second allowance", () => {
    const overrides = { maxPerMinute: 100, maxPerHour: 1_000, maxPerDay: 2_000 };
    const modules = { contactGraph: off, reconnectThrottle: off };
    const number = guardedNumber({ behavior: PLAIN, config: { modules, overrides } });
    number.guard.connected("490");
    number.sends("0");
    number.world.now = NOW + DAY_MS;
    const sends = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => {
        number.world.now += MINUTE_MS;
        return number.sends(`${from + index}`);
      }).filter((outcome) => outcome === "slot").length;
    expect(sends(100, 10)).toBe(10);
    number.world.now -= 5 * HOUR_MS;
    expect(sends(200, 40)).toBe(26);
    number.world.now += 5 * HOUR_MS;
    expect(sends(300, 10)).toBe(0);
  });

  test("makes no pause of the module presence longer than the longest there is", () => {
    const modules = { presence: { enabled: true }, warmup: off, contactGraph: off, reconnectThrottle: off };
    const number = guardedNumber({ behavior: PLAIN, config: { modules } });
    for (let turn = 0; number.store.safety.load().state.restingUntil === null && turn < 200; turn += 1) {
      number.world.now += 10 * MINUTE_MS;
      number.sends("1", `message ${turn}`);
    }
    number.world.now -= 2 * DAY_MS;
    expect(number.asks("2")).not.toMatchObject({ blocked: { code: "resting" } });
  });
});

describe("a time zone that changes its clock", () => {
  test.each([
    ["Europe/Berlin", "2026-10-25T00:30:00Z", 2.5],
    ["Europe/Berlin", "2026-10-25T01:30:00Z", 2.5],
    ["Europe/Berlin", "2026-03-29T00:59:00Z", 1 + 59 / 60],
    ["Europe/Berlin", "2026-03-29T01:00:00Z", 3],
  ])("%s at %s: hour %f", (zone, at, hour) => {
    expect(localHour(zone, Date.parse(at))).toBeCloseTo(hour, 6);
  });
});
