/**
 * The last look before a message leaves: what has really left must fit every window, also after a restart, a clock that
 * jumped, or hours without a connection. Slots were promised by the same rules; what only concerns the decision to write
 * at all (the reply ratio, pauses of the module presence) is not asked again.
 */
import { decideWindows } from "../number-safety/rate.ts";
import { decideRamp } from "../number-safety/reconnect-ramp.ts";
import { decideCap, decideLock } from "../number-safety/timelock.ts";
import { longest, SECOND_MS } from "../number-safety/verdict.ts";
import { decideWarmUp } from "../number-safety/warm-up.ts";
import type { SafetyState } from "../store/safety-table.ts";
import type { Store } from "../store/store.ts";
import { type Rules, windowsOf } from "./windows.ts";

/** Whether a message may leave at this moment. */
export type Admission =
  | { kind: "go" }
  /** `until`: epoch milliseconds; `isForRoom`: a window is full, and has room then. */
  | { kind: "wait"; until: number; isForRoom?: true }
  | { kind: "refuse"; reason: string };

/** How often a number that waits for somebody to act looks again (ours); resuming looks at once. */
const LOOK_MS = 30 * SECOND_MS;

const ONLY_LEFT = { onlyLeft: true };

export interface Departure {
  messageId: string;
  chatId: string;
  isGroup: boolean;
}

/**
 * The pause that all messages wait for, also those that left before and go out again.
 * @param autoPausedUntil when an automatic pause ends, epoch milliseconds; null when there is none
 */
export function decidePause(
  { config }: Pick<Rules, "config">,
  { isPaused }: Pick<SafetyState, "isPaused">,
  autoPausedUntil: number | null,
  now: number,
): Extract<Admission, { kind: "wait" }> | null {
  if (isPaused) return { kind: "wait", until: now + LOOK_MS };
  if (!config.enabled || autoPausedUntil === null || autoPausedUntil <= now) return null;
  return { kind: "wait", until: autoPausedUntil };
}

/**
 * What stops a message whatever room there is: nobody is to see typing for it either.
 * @param autoPausedUntil as above
 * @returns null when nothing does
 */
export function decideStop(
  { chatId, isGroup }: Pick<Departure, "chatId" | "isGroup">,
  rules: Pick<Rules, "config">,
  state: SafetyState,
  autoPausedUntil: number | null,
  store: Store,
  now: number,
): Exclude<Admission, { kind: "go" }> | null {
  const pause = decidePause(rules, state, autoPausedUntil, now);
  if (pause) return pause;
  if (store.chats.optOuts.has(chatId)) return { kind: "refuse", reason: "This person asked not to be contacted" };
  const isKnown = isGroup || store.chats.wroteAt(chatId) !== null;
  const restricted = decideLock(state.lock, isKnown, now) ?? decideCap(state.cap, isKnown, now);
  return restricted && { kind: "refuse", reason: restricted.reason };
}

/** @param autoPausedUntil as above */
export function decideAdmission(
  { messageId, chatId, isGroup }: Departure,
  rules: Rules,
  state: SafetyState,
  autoPausedUntil: number | null,
  store: Store,
  now: number,
): Admission {
  const stop = decideStop({ chatId, isGroup }, rules, state, autoPausedUntil, store, now);
  if (stop) return stop;
  const { config, limits, connectedAt } = rules;
  const { modules } = config;
  const slot = store.sends.find(messageId);
  // Without a slot it is counted as an answer: the whole number's windows still hold.
  const message = { chatId, ...(slot ?? { lane: "reply" as const, digest: null, isNew: false }) };
  const windows = windowsOf(message, rules, state, store.sends, now, ONLY_LEFT);
  const on = (module: { enabled: boolean }): boolean => config.enabled && module.enabled;
  const perMinute = windows.find(({ code }) => code === "minute_limit")?.limit;
  const { warmUp } = state;
  const block = longest([
    decideWindows(windows, now),
    on(modules.warmup) && warmUp && message.lane === "cold"
      ? decideWarmUp(warmUp, store.sends.coldSince(warmUp.dayStartedAt, ONLY_LEFT), limits)
      : null,
    on(modules.reconnectThrottle) && connectedAt !== null && perMinute !== undefined
      ? decideRamp(connectedAt, store.sends.between(connectedAt, Number.MAX_SAFE_INTEGER, ONLY_LEFT), perMinute, now)
      : null,
  ]);
  if (block === null) return { kind: "go" };
  if (block.until === null) return { kind: "wait", until: now + LOOK_MS };
  return { kind: "wait", until: block.until, isForRoom: true };
}
