/**
 * How long a person takes: a pause before the message and the typing itself. The figures of the pauses come with the
 * preset; the shape of chance is the public package's (normal, cut at three sigmas).
 */
import type { Limits } from "./presets.ts";

/** Typing: 30 ms a character, 3 s at most (the package's pace), and long enough to be seen. */
const MS_PER_CHARACTER = 30;
const MOST_TYPING_MS = 3_000;
const LEAST_TYPING_MS = 600;

/** In [from, to], normal around the middle with sigma = a sixth of the range. @param random gives values in [0, 1) */
export function jitter(from: number, to: number, random: () => number): number {
  // Box–Muller; 1 − r keeps the logarithm away from zero.
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return from + (to - from) * Math.max(0, Math.min(1, (normal + 3) / 6));
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
    pause = recentSends < burst ? jitter(0.5 * minDelayMs, minDelayMs, random) : jitter(minDelayMs, maxDelayMs, random);
    if (isNewChat) pause += jitter(0.5 * newChatDelayMs, newChatDelayMs, random);
  }
  const typed = Math.min(MS_PER_CHARACTER * characters, MOST_TYPING_MS);
  const typing = delayEnabled || typingSimulation ? jitter(0.5 * typed, typed, random) : 0;
  return {
    pauseMs: Math.round(pause * circadian),
    typingMs: Math.round((typingSimulation ? Math.max(LEAST_TYPING_MS, typing) : typing) * circadian),
  };
}
