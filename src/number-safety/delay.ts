/**
 * How long a person takes: a pause before the message and the typing itself. The figures of the pauses come with the
 * preset; the shape of chance is the public package's (normal, cut at three sigmas).
 */
import type { Limits } from "./presets.ts";
import { SECOND_MS } from "./verdict.ts";

/** Typing, milliseconds: 30 a character and 3,000 at most (the package's pace), long enough to be seen (its 3.x). */
const MS_PER_CHARACTER = 30;
const MOST_TYPING_MS = 3_000;
const LEAST_TYPING_MS = 600;
/** The share of its figure from which a pause or typing is drawn, up to all of it (the package's). */
const LEAST_SHARE = 0.5;

/** Sends within this time count as one burst, milliseconds (the package's). */
export const BURST_MS = 30 * SECOND_MS;

/** The range holds so many sigmas on each side of its middle; what falls outside, 3 in 1,000, is cut (the package's). */
const SIGMAS = 3;

/** In [from, to], normal around the middle with sigma = a sixth of the range. @param random gives values in [0, 1) */
export function jitter(from: number, to: number, random: () => number): number {
  // Box–Muller; 1 − r keeps the logarithm away from zero.
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return from + (to - from) * Math.max(0, Math.min(1, (normal + SIGMAS) / (2 * SIGMAS)));
}

export interface DelayInput {
  /** Characters of the text. */
  characters: number;
  isNewChat: boolean;
  /** Sends of the last 30 seconds, those to come included. */
  recentSends: number;
  delayEnabled: boolean;
  typingSimulation: boolean;
  /** Factor of the time of day. */
  circadian: number;
}

/** Milliseconds: the pause before typing begins, and the typing (shown or not, it takes its time). */
export interface Delay {
  pauseMs: number;
  typingMs: number;
}

type Pace = Pick<Limits, "minDelayMs" | "maxDelayMs" | "newChatDelayMs" | "burst">;

export function humanDelay(input: DelayInput, pace: Pace, random: () => number): Delay {
  const { characters, isNewChat, recentSends, delayEnabled, typingSimulation, circadian } = input;
  const { minDelayMs, maxDelayMs, newChatDelayMs, burst } = pace;
  let pause = 0;
  if (delayEnabled) {
    pause =
      recentSends < burst
        ? jitter(LEAST_SHARE * minDelayMs, minDelayMs, random)
        : jitter(minDelayMs, maxDelayMs, random);
    if (isNewChat) pause += jitter(LEAST_SHARE * newChatDelayMs, newChatDelayMs, random);
  }
  const typed = Math.min(MS_PER_CHARACTER * characters, MOST_TYPING_MS);
  const typing = delayEnabled || typingSimulation ? jitter(LEAST_SHARE * typed, typed, random) : 0;
  return {
    pauseMs: Math.round(pause * circadian),
    typingMs: Math.round((typingSimulation ? Math.max(LEAST_TYPING_MS, typing) : typing) * circadian),
  };
}
