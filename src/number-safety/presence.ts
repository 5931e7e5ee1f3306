/**
 * What a person's day looks like from outside: pauses between messages, a phone that is put away, messages that are read
 * a little later or not at all. Chances and lengths are the public package's, except where it says "ours". All of it is
 * off until somebody switches the module `presence` on and names the time zone.
 */
import { type Block, MINUTE_MS, SECOND_MS } from "./verdict.ts";

/** After a first message: the chance (0–1) of a pause, and how long it lasts, milliseconds (the package's). */
const RESTS = [
  { kind: "away", chance: 0.03, fromMs: 5 * MINUTE_MS, toMs: 15 * MINUTE_MS },
  { kind: "distracted", chance: 0.05, fromMs: 5 * MINUTE_MS, toMs: 20 * MINUTE_MS },
] as const;

export interface Rest {
  kind: "away" | "distracted";
  ms: number;
}

/** Whether the number rests after a first message. @param random gives values in [0, 1) */
export function restAfter(random: () => number): Rest | null {
  let chance = random();
  for (const { kind, chance: share, fromMs, toMs } of RESTS) {
    if (chance < share) return { kind, ms: Math.round(fromMs + (toMs - fromMs) * random()) };
    chance -= share;
  }
  return null;
}

const LONGEST_REST_MS = Math.max(...RESTS.map(({ toMs }) => toMs));

/** A rest holds first messages back, never answers: it is not added to a request's wait. */
export function decideRest(restingUntil: number | null, now: number): Block | null {
  if (restingUntil === null || restingUntil <= now) return null;
  // Longer than any: the clock was set back.
  if (restingUntil - now > LONGEST_REST_MS) return null;
  return {
    code: "resting",
    reason: "The number takes a pause from writing to people who did not write first, as a person would.",
    hint: "Try again after the wait time, 20 minutes at most; the module presence switches such pauses off.",
    until: restingUntil,
  };
}

/** Milliseconds after which a message is read, and the share of messages that is only read when it is
 * answered (the package's). */
const READ = { fromMs: 3 * SECOND_MS, toMs: 45 * SECOND_MS, leftUnread: 0.15 };

/**
 * When a message that came in is marked as read: milliseconds from now, longer at night; null = when the chat is opened
 * for another message or an answer.
 *
 * @param factor of the time of day
 */
export function readAfterMs(factor: number, random: () => number): number | null {
  if (random() < READ.leftUnread) return null;
  return Math.round((READ.fromMs + (READ.toMs - READ.fromMs) * random()) * factor);
}

/** How long a number is shown online, or not, before chance decides anew, milliseconds (ours). */
const SPELL = { fromMs: 10 * MINUTE_MS, toMs: 30 * MINUTE_MS };
/** Nobody looks at their phone all day: the largest share of spells in which a number is online (ours). */
const MOST_ONLINE = 0.9;

export interface Spell {
  available: boolean;
  ms: number;
}

/** The next stretch of being online or not: by day nearly always, at four in the morning once in six times. */
export function nextSpell(factor: number, random: () => number): Spell {
  const available = random() < Math.min(MOST_ONLINE, 1 / factor);
  return { available, ms: Math.round(SPELL.fromMs + (SPELL.toMs - SPELL.fromMs) * random()) };
}
