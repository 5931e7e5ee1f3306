/** After a connect the first minute is taken slowly: from a tenth of the minute's limit to all of it. */
import { type Block, MINUTE_MS } from "./verdict.ts";

/** Length of the ramp, milliseconds, and its first share of the minute's limit (the public package's 60 s and 10 %). */
export const RAMP_MS = MINUTE_MS;
const FIRST_SHARE = 0.1;

/** Messages allowed since the connect; at least one. */
export function rampBudget(elapsedMs: number, perMinute: number): number {
  const share = FIRST_SHARE + (1 - FIRST_SHARE) * Math.max(0, Math.min(1, elapsedMs / RAMP_MS));
  return Math.max(1, Math.floor(perMinute * share));
}

/** @param sent slots given since the connect, those to come included */
export function decideRamp(connectedAt: number | null, sent: number, perMinute: number, now: number): Block | null {
  // Before the connect: the clock was set back, and how long ago it was is not known.
  if (connectedAt === null || now < connectedAt || now - connectedAt >= RAMP_MS) return null;
  if (sent < rampBudget(now - connectedAt, perMinute)) return null;
  const share = (sent + 1) / perMinute;
  const elapsed = share >= 1 ? RAMP_MS : (RAMP_MS * (share - FIRST_SHARE)) / (1 - FIRST_SHARE);
  return {
    code: "reconnect_ramp",
    reason: "The number connected less than a minute ago and starts slowly.",
    hint: "Try again in a few seconds.",
    // Rounded up: a millisecond earlier the floor of the budget is still one less.
    until: connectedAt + Math.min(RAMP_MS, Math.ceil(elapsed) + 1),
  };
}
