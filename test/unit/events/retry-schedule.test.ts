import { describe, expect, test } from "vitest";
import { type FailedAttempt, nextAttemptAt } from "../../../src/events/retry-schedule.ts";

const NOW = Date.parse("2026-11-01T12:00:00.000Z");
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** No jitter: the middle of its range. */
const MIDDLE = 0.5;

const failed = (fields: Partial<FailedAttempt> = {}): FailedAttempt => ({
  attempts: 1,
  firstAttemptAt: NOW,
  responseStatus: 500,
  retryAfterMs: null,
  ...fields,
});

/** Milliseconds from now to the next attempt. */
const wait = (fields: Partial<FailedAttempt>, random = MIDDLE): number | null => {
  const at = nextAttemptAt(failed(fields), NOW, random);
  return at === null ? null : at - NOW;
};

describe("a failed delivery", () => {
  test("is retried after pauses that grow to twelve hours", () => {
    const waits = Array.from({ length: 12 }, (_, index) => wait({ attempts: index + 1 }));
    expect(waits).toEqual([
      5 * SECOND,
      30 * SECOND,
      2 * MINUTE,
      10 * MINUTE,
      30 * MINUTE,
      HOUR,
      2 * HOUR,
      4 * HOUR,
      8 * HOUR,
      12 * HOUR,
      12 * HOUR,
      12 * HOUR,
    ]);
  });

  test("waits up to a fifth more or less, so that receivers are not hit in step", () => {
    expect([0, 0.25, 0.5, 0.75].map((random) => wait({ attempts: 6 }, random))).toEqual([
      48 * MINUTE,
      54 * MINUTE,
      60 * MINUTE,
      66 * MINUTE,
    ]);
    expect(wait({ attempts: 6 }, 1 - 1e-9)).toBeLessThanOrEqual(72 * MINUTE);
  });

  test("waits longer when the receiver asks for it, but no more than an hour", () => {
    expect(wait({ retryAfterMs: 90 * SECOND })).toBe(90 * SECOND);
    expect(wait({ retryAfterMs: 24 * HOUR })).toBe(HOUR);
    expect(wait({ retryAfterMs: Number.POSITIVE_INFINITY })).toBe(HOUR);
  });

  test("never waits less than the schedule because the receiver asks for it", () => {
    expect(wait({ attempts: 3, retryAfterMs: 1 })).toBe(2 * MINUTE);
  });

  test("is parked when the receiver says that it is gone for good", () => {
    expect(wait({ responseStatus: 410 })).toBeNull();
  });

  test("is treated alike whatever else went wrong", () => {
    expect([null, 302, 400, 404, 429, 500].map((responseStatus) => wait({ responseStatus }))).toEqual(
      Array(6).fill(5 * SECOND),
    );
  });

  test("is parked when the next attempt would come more than 72 hours after the first", () => {
    expect(wait({ attempts: 10, firstAttemptAt: NOW - 60 * HOUR })).toBe(12 * HOUR);
    expect(wait({ attempts: 10, firstAttemptAt: NOW - 60 * HOUR - 1 })).toBeNull();
  });

  test("is tried ten times before it is parked, also when we ourselves were down for those 72 hours", () => {
    const longAgo = NOW - 240 * HOUR;
    expect(wait({ attempts: 1, firstAttemptAt: longAgo })).toBe(5 * SECOND);
    expect(wait({ attempts: 9, firstAttemptAt: longAgo })).toBe(8 * HOUR);
    expect(wait({ attempts: 10, firstAttemptAt: longAgo })).toBeNull();
  });

  test("is tried 14 times in all", () => {
    let now = NOW;
    let attempts = 1;
    for (;;) {
      const at = nextAttemptAt(failed({ attempts }), now, MIDDLE);
      if (at === null) break;
      now = at;
      attempts += 1;
    }
    expect(attempts).toBe(14);
  });
});
