/**
 * A new number starts with few first messages a day and grows. A day counts only when something was sent in it, so
 * waiting does not graduate a number; one that falls silent for days starts again.
 */
import type { WarmUpView } from "../durable/rpc-safety.ts";
import type { Limits } from "./presets.ts";
import { type Block, DAY_MS } from "./verdict.ts";

export interface WarmUpState {
  /** Day of the warm-up, from 1; above the preset's days = graduated. */
  day: number;
  /** Epoch milliseconds; the day ends 24 h later. */
  dayStartedAt: number;
  /** The last send, epoch milliseconds. */
  lastActiveAt: number;
}

type WarmUpLimits = Pick<Limits, "warmUpDays" | "firstDayLimit" | "growth" | "idleMs" | "maxPerDay">;

export const startWarmUp = (now: number): WarmUpState => ({ day: 1, dayStartedAt: now, lastActiveAt: now });

export const hasGraduated = ({ day }: WarmUpState, { warmUpDays }: Pick<Limits, "warmUpDays">): boolean =>
  day > warmUpDays;

/** First messages allowed on a day: first day × growth^(day − 1), never above the preset's messages per day. */
export function warmUpLimit(day: number, { firstDayLimit, growth, maxPerDay }: WarmUpLimits): number {
  return Math.min(maxPerDay, Math.round(firstDayLimit * growth ** (day - 1)));
}

/**
 * The state as it is now.
 * @param sentInDay whether anything left between `dayStartedAt` and 24 h later
 */
export function advanceWarmUp(state: WarmUpState, sentInDay: boolean, limits: WarmUpLimits, now: number): WarmUpState {
  if (hasGraduated(state, limits) && now - state.lastActiveAt > limits.idleMs) return startWarmUp(now);
  // A clock that was set back before the day began: the day goes on from here, with what was sent in it.
  if (now < state.dayStartedAt) return { ...state, dayStartedAt: now };
  const periods = Math.floor((now - state.dayStartedAt) / DAY_MS);
  if (periods < 1) return state;
  return {
    ...state,
    day: Math.min(limits.warmUpDays + 1, state.day + (sentInDay ? 1 : 0)),
    dayStartedAt: state.dayStartedAt + periods * DAY_MS,
  };
}

/** @param sent first messages of the running day */
export function decideWarmUp(state: WarmUpState, sent: number, limits: WarmUpLimits): Block | null {
  if (hasGraduated(state, limits)) return null;
  const limit = warmUpLimit(state.day, limits);
  if (sent < limit) return null;
  return {
    code: "warm_up",
    reason: `Day ${state.day} of ${limits.warmUpDays} of the warm-up allows ${limit} messages to people who did not write within 24 hours; they are used up.`,
    hint: "Answers still go out. Try again when the day of the warm-up is over.",
    until: state.dayStartedAt + DAY_MS,
  };
}

/** @param sent first messages of the running day */
export function warmUpView(state: WarmUpState, sent: number, limits: WarmUpLimits): WarmUpView {
  const complete = hasGraduated(state, limits);
  const totalDays = limits.warmUpDays;
  const day = Math.min(state.day, totalDays);
  return {
    phase: complete ? "graduated" : "warming",
    day,
    totalDays,
    todayLimit: complete ? limits.maxPerDay : warmUpLimit(day, limits),
    todaySent: sent,
    progress: complete ? 100 : Math.round((100 * day) / totalDays),
    complete,
  };
}
