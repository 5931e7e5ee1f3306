/** Reads from the store what the rules need to know about one send. */
import { createHash } from "node:crypto";
import { circadianFactor, localHour } from "../number-safety/circadian.ts";
import type { SendFacts } from "../number-safety/decide.ts";
import { BURST_MS } from "../number-safety/delay.ts";
import { comparableText } from "../number-safety/identical.ts";
import { RATIO_WINDOW_MS } from "../number-safety/reply-ratio.ts";
import { type Lane, REPLY_LANE_MS } from "../number-safety/verdict.ts";
import type { SafetyState } from "../store/safety-table.ts";
import type { Store } from "../store/store.ts";
import { type Classified, type Rules, windowsOf } from "./windows.ts";

/** A message that wants a slot. */
export interface SlotRequest {
  messageId: string;
  /** Canonical chat id. */
  chatId: string;
  isGroup: boolean;
  text: string;
  /** The message's own wishes about typing and pauses. */
  wishes?: { typingSimulation?: boolean; delayEnabled?: boolean };
  /** How long this caller can wait, milliseconds; a request's 30 s when left out. */
  longestWaitMs?: number;
}

export interface Gathered extends Classified {
  facts: SendFacts;
}

/** The factor of the time of day; 1 while the module is off. */
export function circadianOf({ config }: Pick<Rules, "config">, now: number): number {
  const { presence } = config.modules;
  if (!config.enabled || !presence.enabled) return 1;
  return circadianFactor(presence.circadianProfile, localHour(presence.timezone, now));
}

/** @param autoPausedUntil when an automatic pause ends, epoch milliseconds; null when there is none */
export function gatherFacts(
  request: SlotRequest,
  rules: Rules,
  state: SafetyState,
  autoPausedUntil: number | null,
  store: Store,
  now: number,
): Gathered {
  const { config, connectedAt, graceMs } = rules;
  const { chatId, isGroup, text } = request;
  const { modules } = config;
  const on = (module: { enabled: boolean }): boolean => config.enabled && module.enabled;
  const wroteAt = store.chats.wroteAt(chatId);
  const lane: Lane = isGroup || (wroteAt !== null && now - wroteAt < REPLY_LANE_MS) ? "reply" : "cold";
  const isNew = !isGroup && wroteAt === null && !store.messages.hasAny(chatId);
  const comparable = comparableText(text, lane);
  const digest = comparable === null ? null : createHash("sha256").update(comparable).digest("base64url");
  const message: Classified = { chatId, lane, digest, isNew };
  const windows = windowsOf(message, rules, state, store.sends, now);
  const rate = windows.find(({ code }) => code === "minute_limit");
  return {
    ...message,
    facts: {
      lane,
      isKnown: isGroup || wroteAt !== null,
      isNewChat: isNew,
      characters: text.length,
      hasOptedOut: store.chats.optOuts.has(chatId),
      isPaused: state.isPaused,
      autoPausedUntil: config.enabled ? autoPausedUntil : null,
      lock: state.lock,
      cap: state.cap,
      windows,
      warmUp:
        on(modules.warmup) && state.warmUp !== null
          ? { state: state.warmUp, sent: store.sends.coldSince(state.warmUp.dayStartedAt) }
          : null,
      joinedAt: on(modules.contactGraph) && isGroup ? store.chats.joinedAt(chatId) : null,
      restingUntil: on(modules.presence) ? state.restingUntil : null,
      balance: on(modules.replyRatio) && !isGroup ? store.messages.balance(chatId, now - RATIO_WINDOW_MS) : null,
      ramp:
        on(modules.reconnectThrottle) && connectedAt !== null && rate
          ? { connectedAt, sent: store.sends.between(connectedAt, Number.MAX_SAFE_INTEGER), perMinute: rate.limit }
          : null,
      // After a clock was set back, what they wrote before is not in the future.
      notBefore: wroteAt === null ? 0 : Math.min(wroteAt, now) + graceMs,
      chatBusyUntil: store.sends.chatBusyUntil(chatId),
      laneLastAt: store.sends.laneLastAt(lane, now),
      recentSends: store.sends.since(now - BURST_MS),
      circadian: circadianOf(rules, now),
    },
  };
}
