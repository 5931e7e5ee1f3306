/** What the API shows of a number's safety. Reading changes nothing. */
import type { AntiBanSettings } from "../durable/rpc.ts";
import type { LegacyHealth, LidMapping, OptOut, SafetyHealth, SafetyView, WarmUpView } from "../durable/rpc-safety.ts";
import { RATE_MULTIPLIER, RECOMMENDATION } from "../number-safety/health.ts";
import { legacyHealth, legacyLimits, legacySettings } from "../number-safety/legacy.ts";
import { rateWindows } from "../number-safety/rate.ts";
import { STABILITY_WINDOW_MS } from "../number-safety/session-stability.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../number-safety/verdict.ts";
import { advanceWarmUp, startWarmUp, warmUpView } from "../number-safety/warm-up.ts";
import { pageOf } from "../store/page.ts";
import type { Store } from "../store/store.ts";
import type { SafetyGuard } from "./safety-guard.ts";

export function safetyHealth(guard: SafetyGuard, store: Store, now: number): SafetyHealth {
  const { risk, score, reasons } = guard.watch.assessment();
  const { state } = store.safety.load();
  const autoPaused = guard.config.enabled && state.autoPause.active;
  const events = store.safety.events(now - DAY_MS);
  const count = (kind: string, withinMs: number): number =>
    events.filter((event) => event.kind === kind && now - event.at < withinMs).length;
  const { retries, spirals } = store.sends.retries(now - DAY_MS);
  return {
    risk,
    score,
    recommendation: RECOMMENDATION[risk],
    isPaused: state.isPaused || autoPaused,
    pausedBy: state.isPaused ? "operator" : autoPaused ? "risk" : null,
    reasons,
    stats: {
      disconnectsLastHour: count("disconnect", HOUR_MS),
      failedMessagesLastHour: count("failed", HOUR_MS),
      forbiddenLastDay: count("forbidden", DAY_MS),
      undecryptableLastMinute: state.undecryptable.filter((at) => now - at < STABILITY_WINDOW_MS).length,
      retriesLastDay: retries,
      retrySpirals: spirals,
    },
    reachOutLock: state.lock,
    newChatCap: state.cap,
  };
}

export function warmUp(guard: SafetyGuard, store: Store, now: number): WarmUpView {
  const { limits } = guard.rules;
  const stored = store.safety.load().state.warmUp ?? startWarmUp(now);
  const sentInDay = store.sends.between(stored.dayStartedAt, stored.dayStartedAt + DAY_MS) > 0;
  const state = advanceWarmUp(stored, sentInDay, limits, now);
  return warmUpView(state, store.sends.coldSince(state.dayStartedAt), limits);
}

export function safetyView(guard: SafetyGuard, store: Store, isOnline: boolean, now: number): SafetyView {
  const { config, limits } = guard.rules;
  const health = safetyHealth(guard, store, now);
  const [perMinute = 0, perHour = 0, perDay = 0] = rateWindows(limits, RATE_MULTIPLIER[health.risk], "reply").map(
    ({ limit }) => limit,
  );
  return {
    enabled: config.enabled,
    running: config.enabled && isOnline,
    preset: config.preset,
    health,
    warmup: warmUp(guard, store, now),
    rate: {
      lastMinute: store.sends.between(now - MINUTE_MS, now + 1),
      lastHour: store.sends.between(now - HOUR_MS, now + 1),
      lastDay: store.sends.between(now - DAY_MS, now + 1),
      limits: { perMinute, perHour, perDay },
    },
    waiting: store.sends.waiting(),
    modules: config.modules,
  };
}

export function antiBanHealth(guard: SafetyGuard, store: Store, now: number): LegacyHealth {
  return legacyHealth(legacyLimits(guard.rules.antiBan), {
    messagesThisHour: store.sends.since(now - HOUR_MS),
    messagesThisDay: store.sends.since(now - DAY_MS),
    uniqueChatsThisHour: store.sends.chatsSince(now - HOUR_MS),
    uniqueChatsThisDay: store.sends.chatsSince(now - DAY_MS),
  });
}

/** Everything the API shows of one number, as of now. */
export function safetyViews(guard: SafetyGuard, store: Store, isOnline: () => boolean, now: () => number) {
  return {
    status: (): SafetyView => safetyView(guard, store, isOnline(), now()),
    health: (): SafetyHealth => safetyHealth(guard, store, now()),
    antiBan: (): { settings: Required<AntiBanSettings>; health: LegacyHealth } => ({
      settings: legacySettings(guard.rules.antiBan),
      health: antiBanHealth(guard, store, now()),
    }),
    optOuts: (): OptOut[] =>
      store.chats.optOuts.all().map(({ chatId, since }) => ({ chatId, since: new Date(since).toISOString() })),
    lidMappings({ limit, cursor = "" }: { limit: number; cursor?: string }) {
      const rows: LidMapping[] = store.contacts.pairs(cursor, limit + 1);
      const { page, next } = pageOf(rows, limit, ({ lid }) => lid);
      return { mappings: page, next };
    },
  };
}

export type SafetyViews = ReturnType<typeof safetyViews>;
