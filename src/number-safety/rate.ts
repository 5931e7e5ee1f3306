/**
 * Limits on how much leaves in a rolling window. The store tells, for each limit, when the send that fills it left
 * (the limit-th newest one); until that one leaves the window there is no room. Future slots count like past sends, so
 * what was promised to one caller is never given to another.
 */
import { type Block, type BlockCode, DAY_MS, HOUR_MS, type Lane, longest, MINUTE_MS } from "./verdict.ts";

export interface Window {
  code: BlockCode;
  lengthMs: number;
  limit: number;
  /** What is counted, in words: "messages in one hour". */
  what: string;
  /** How the limit is changed, to finish the sentence "Try again after the wait time, or …". */
  remedy: string;
  /** Time of the limit-th newest send, epoch milliseconds; null when there are fewer. */
  filledAt: number | null;
}

/** A window without what fills it. */
export type WindowRule = Omit<Window, "filledAt">;

/** @returns a block until the last full window has room again; null when all have */
export function decideWindows(windows: readonly Window[], now: number): Block | null {
  return longest(windows.map((window) => decideWindow(window, now)));
}

function decideWindow({ code, lengthMs, limit, what, remedy, filledAt }: Window, now: number): Block | null {
  const reason = `The limit of ${limit} ${what} is reached.`;
  if (limit <= 0) return { code, reason, hint: `The limit is 0: ${remedy}.`, until: null };
  if (filledAt === null) return null;
  const until = filledAt + lengthMs;
  return until > now ? { code, reason, hint: `Try again after the wait time, or ${remedy}.`, until } : null;
}

/** What a limit is worth at a risk; never less than one, so that a number is slowed, not silenced. */
export const scaled = (limit: number, multiplier: number): number =>
  limit <= 0 ? 0 : Math.max(1, Math.floor(limit * multiplier));

/** One message in so many is kept for answers (ours): a day of campaigns never leaves a customer without one. */
const RESERVED_ONE_IN = 10;

/** How many of a limit first messages may not use; 0 below ten, where a tenth is less than one message. */
export const reservedForAnswers = (limit: number): number => Math.floor(limit / RESERVED_ONE_IN);

const REMEDY = "raise the limit in the overrides (PUT …/antiban-v2/config)";

/** The three windows of a number as they are for a lane, at the risk's multiplier. */
export function rateWindows(
  limits: { maxPerMinute: number; maxPerHour: number; maxPerDay: number },
  multiplier: number,
  lane: Lane,
): WindowRule[] {
  const row = (code: BlockCode, lengthMs: number, full: number, what: string): WindowRule => {
    const limit = scaled(full, multiplier);
    const reserved = lane === "cold" ? reservedForAnswers(limit) : 0;
    const kept = reserved > 0 ? ` (${reserved} more are kept for answers)` : "";
    return { code, lengthMs, limit: limit - reserved, what: `${what}${kept}`, remedy: REMEDY };
  };
  return [
    row("minute_limit", MINUTE_MS, limits.maxPerMinute, "messages in one minute"),
    row("hour_limit", HOUR_MS, limits.maxPerHour, "messages in one hour"),
    row("day_limit", DAY_MS, limits.maxPerDay, "messages in 24 hours"),
  ];
}
