/** Reads from the store what the rules need to know about one send. */
import { createHash } from "node:crypto";
import type { AntiBanSettings } from "../durable/rpc.ts";
import type { SafetyConfig } from "../durable/rpc-safety.ts";
import { circadianFactor, localHour } from "../number-safety/circadian.ts";
import type { SendFacts } from "../number-safety/decide.ts";
import { RATE_MULTIPLIER } from "../number-safety/health.ts";
import { comparableText } from "../number-safety/identical.ts";
import { legacyChatWindows, legacyLimits, legacyMessageWindows } from "../number-safety/legacy.ts";
import type { Limits } from "../number-safety/presets.ts";
import { rateWindows, type Window } from "../number-safety/rate.ts";
import { RATIO_WINDOW_MS } from "../number-safety/reply-ratio.ts";
import { DAY_MS, type Lane, SECOND_MS } from "../number-safety/verdict.ts";
import type { SafetyState } from "../store/safety-table.ts";
import type { Store } from "../store/store.ts";

/** Sends within this time count as one burst. */
const BURST_MS = 30 * SECOND_MS;

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

/** What applies to a number at this moment. */
export interface Rules {
  config: SafetyConfig;
  limits: Limits;
  antiBan: AntiBanSettings;
  graceMs: number;
  connectedAt: number | null;
}

export interface Gathered {
  facts: SendFacts;
  lane: Lane;
  digest: string | null;
  isNewChat: boolean;
}

/** Windows of messages that hold for the whole number, without what fills them. */
export function messageWindows({ config, limits, antiBan }: Rules, state: SafetyState): Omit<Window, "filledAt">[] {
  const modern = config.enabled ? rateWindows(limits, RATE_MULTIPLIER[state.risk]) : [];
  return usesLegacy(config, antiBan) ? [...modern, ...legacyMessageWindows(legacyLimits(antiBan))] : modern;
}

/** The older limits hold when the newer are off, and beside them when somebody set them. */
const usesLegacy = (config: SafetyConfig, antiBan: AntiBanSettings): boolean =>
  !config.enabled || Object.keys(antiBan).length > 0;

/** @param autoPausedUntil when an automatic pause ends, epoch milliseconds; null when there is none */
export function gatherFacts(
  request: SlotRequest,
  rules: Rules,
  state: SafetyState,
  autoPausedUntil: number | null,
  store: Store,
  now: number,
): Gathered {
  const { config, limits, antiBan } = rules;
  const { chatId, isGroup, text } = request;
  const { modules } = config;
  const on = (module: { enabled: boolean }): boolean => config.enabled && module.enabled;
  const wroteAt = store.chats.wroteAt(chatId);
  const lane: Lane = isGroup || (wroteAt !== null && now - wroteAt < DAY_MS) ? "reply" : "cold";
  const isNewChat = !isGroup && wroteAt === null && !store.messages.hasAny(chatId);
  const comparable = comparableText(text, lane);
  const digest = comparable === null ? null : createHash("sha256").update(comparable).digest("base64url");

  const fillOf = (window: Omit<Window, "filledAt">): Window => ({
    ...window,
    filledAt: store.sends.nthNewest(window.limit),
  });
  const windows = messageWindows(rules, state).map(fillOf);
  const byChat = (window: Omit<Window, "filledAt">, filter: { digest?: string; onlyNew?: boolean }): void => {
    const since = now - window.lengthMs;
    windows.push({ ...window, filledAt: store.sends.nthOtherChat(window.limit, chatId, { since, ...filter }) });
  };
  if (usesLegacy(config, antiBan)) for (const window of legacyChatWindows(legacyLimits(antiBan))) byChat(window, {});
  if (on(modules.contactGraph) && isNewChat) {
    const limit = limits.newChatsPerDay;
    byChat({ code: "new_chats", lengthMs: DAY_MS, limit, what: "new chats in 24 hours" }, { onlyNew: true });
  }
  if (config.enabled && digest !== null) {
    const what = "people who may get the same text within an hour";
    byChat(
      { code: "identical_text", lengthMs: limits.identicalWindowMs, limit: limits.maxIdentical, what },
      { digest },
    );
  }
  const rate = windows.find(({ code }) => code === "minute_limit");
  const { connectedAt } = rules;
  return {
    lane,
    digest,
    isNewChat,
    facts: {
      lane,
      isKnown: isGroup || wroteAt !== null,
      isNewChat,
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
      balance: on(modules.replyRatio) && !isGroup ? store.messages.balance(chatId, now - RATIO_WINDOW_MS) : null,
      ramp:
        on(modules.reconnectThrottle) && connectedAt !== null && rate
          ? { connectedAt, sent: store.sends.between(connectedAt, Number.MAX_SAFE_INTEGER), perMinute: rate.limit }
          : null,
      notBefore: wroteAt === null ? 0 : wroteAt + rules.graceMs,
      chatBusyUntil: store.sends.chatBusyUntil(chatId),
      laneLastAt: store.sends.laneLastAt(lane, now),
      recentSends: store.sends.since(now - BURST_MS),
      circadian: on(modules.presence)
        ? circadianFactor(modules.presence.circadianProfile, localHour(modules.presence.timezone, now))
        : 1,
    },
  };
}
