/**
 * How slow a person is at this time of day: the factor on delays and typing. The curve is the public package's default
 * profile, made continuous over midnight and at 02:00.
 */
import type { CircadianProfile } from "../durable/rpc-safety.ts";

/** The package's figures: hours by which a profile lives later (positive) or earlier than the default. */
const SHIFT: Readonly<Record<Exclude<CircadianProfile, "always_on">, number>> = {
  default: 0,
  nightOwl: 3,
  earlyBird: -2,
};

/** The factor at corner hours, the package's; between them it is linear, by day a gentle wave lies on top. */
const CORNERS: readonly (readonly [hour: number, factor: number])[] = [
  [0, 2.5],
  [2, 4],
  [4, 6],
  [6, 4],
  [9, 1.2],
  [22, 1.2],
  [24, 2.5],
];
/** The hours of the day's wave, and how far its factor goes above and below 1 (the package's). */
const WAVE = { fromHour: 9, toHour: 22, height: 0.2 };

/** @param hour local time, 0 ≤ hour < 24, with minutes as a fraction. @returns 0.8 … 6 */
export function circadianFactor(profile: CircadianProfile, hour: number): number {
  if (profile === "always_on") return 1;
  const shifted = (((hour - SHIFT[profile]) % 24) + 24) % 24;
  // 1.2 at 9 and 22, 0.8 in the middle of the day.
  const { fromHour, toHour, height } = WAVE;
  const share = (shifted - fromHour) / (toHour - fromHour);
  if (share >= 0 && share <= 1) return 1 + height * Math.cos(2 * Math.PI * share);
  for (let index = 1; index < CORNERS.length; index += 1) {
    const [[from, low], [to, high]] = [CORNERS[index - 1] ?? [0, 1], CORNERS[index] ?? [24, 1]];
    if (shifted <= to) return low + ((high - low) * (shifted - from)) / (to - from);
  }
  return 1;
}

/** The local hour with minutes as a fraction. @param timezone an IANA name, checked where it was set */
export function localHour(timezone: string, now: number): number {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone,
    hourCycle: "h23",
    hour: "2-digit",
    minute: "2-digit",
  });
  const parts = format.formatToParts(now);
  const read = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return read("hour") + read("minute") / 60;
}
