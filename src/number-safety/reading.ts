/** When a message that came in is marked as read. */
import type { Behavior } from "./behavior.ts";
import { readAfterMs } from "./presence.ts";
import { SECOND_MS } from "./verdict.ts";

/** With the module `presence` off, a glance: 1 to 3 seconds (ours; an active device reads within moments). */
const GLANCE = { fromMs: 1 * SECOND_MS, toMs: 3 * SECOND_MS };

/**
 * @param factor of the time of day; null while the module `presence` is off
 * @returns epoch milliseconds; `"never"` when the profile marks nothing as read, null when the message is left until the
 * chat is opened for another one or for an answer
 */
export function readDueAt(
  { markRead, graceMs, delayEnabled }: Pick<Behavior, "markRead" | "graceMs" | "delayEnabled">,
  factor: number | null,
  now: number,
  random: () => number,
): number | "never" | null {
  if (!markRead) return "never";
  if (!delayEnabled) return now + graceMs;
  if (factor === null) {
    const glance = GLANCE.fromMs + (GLANCE.toMs - GLANCE.fromMs) * random();
    return now + Math.round(graceMs > 0 ? graceMs : glance);
  }
  const after = readAfterMs(factor, random);
  return after === null ? null : now + Math.max(graceMs, after);
}
