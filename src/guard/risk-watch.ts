/**
 * Watches the risk of a number: takes in what happened to it, keeps the automatic pause, and tells of every change once,
 * both ways. A wake-up looks again when the risk would change by itself.
 */
import type { SafetyConfig, SafetyRisk } from "../durable/rpc-safety.ts";
import type { NewEvent } from "../events/record.ts";
import { alertBody, alertDueAt } from "../number-safety/alert.ts";
import {
  type Assessment,
  assess,
  autoPause,
  CALM_MS,
  fallsBelow,
  isAtLeast,
  NO_PAUSE,
  RECOMMENDATION,
  RISK_MEMORY_MS,
  type RiskKind,
} from "../number-safety/health.ts";
import { lockedUntil } from "../number-safety/timelock.ts";
import { MINUTE_MS } from "../number-safety/verdict.ts";
import type { SafetyState } from "../store/safety-table.ts";
import type { Store } from "../store/store.ts";

/** Attempts, a minute apart, after which an alert that nobody took is of no more use (ours). */
const MOST_ALERT_ATTEMPTS = 5;
/** Events are kept twice as long as they are felt, milliseconds (ours): a pause may begin late and is then dated back. */
const EVENT_MEMORY_MS = 2 * RISK_MEMORY_MS;

export interface WatchDeps {
  store: Store;
  transaction: (work: () => void) => void;
  config: () => SafetyConfig;
  threshold: () => "medium" | "high" | "critical";
  instance: () => { instanceId: string; name: string };
  record: (event: NewEvent) => void;
  /** One attempt to POST JSON. @returns what went wrong, or null */
  post: (url: string, body: string) => Promise<{ error: string | null }>;
  /** Asks for the `risk` wake-up, no later than this, epoch milliseconds. */
  wakeAt: (dueAt: number) => void;
  /** Sending may go on. */
  onResumed: () => void;
  now: () => number;
}

export class RiskWatch {
  readonly #deps: WatchDeps;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
  }

  /** Something bad happened. */
  note(kind: RiskKind): void {
    const { store, transaction, now } = this.#deps;
    transaction(() => {
      store.safety.pruneEvents(now() - EVENT_MEMORY_MS);
      store.safety.addEvent(kind, now());
      this.reassess();
    });
  }

  assessment(): Assessment {
    const { store, now } = this.#deps;
    const at = now();
    return assess(store.safety.events(at - RISK_MEMORY_MS), lockedUntil(store.safety.load().state.lock, at), at);
  }

  /** When an automatic pause ends if nothing more happens, epoch milliseconds; null when there is none. */
  pausedUntil(state: SafetyState): number | null {
    if (!state.autoPause.active) return null;
    const calm = state.autoPause.calmSince ?? this.#calmFrom();
    return (calm ?? this.#deps.now()) + CALM_MS;
  }

  /** Brings pause, reported risk and alerts up to date. @returns the state as it is now */
  reassess(): SafetyState {
    const { store, now, config, transaction } = this.#deps;
    const before = store.safety.load().state;
    const at = now();
    const { risk, score, reasons } = this.assessment();
    const { enabled } = config();
    const calmSince = before.autoPause.calmSince ?? (before.autoPause.active ? this.#calmFrom() : null);
    const known = calmSince !== null && calmSince <= at ? { ...before.autoPause, calmSince } : before.autoPause;
    const pause = enabled ? autoPause(known, this.#eventRisk(at), this.#deps.threshold(), at) : NO_PAUSE;
    const after: SafetyState = { ...before, risk, autoPause: pause };
    if (
      risk === before.risk &&
      JSON.stringify(pause) === JSON.stringify(before.autoPause) &&
      before.alerted.risk === risk
    ) {
      this.#arm(after);
      return before;
    }
    const isPaused = before.isPaused || pause.active;
    transaction(() => {
      if (risk !== before.risk) {
        const change = { change: "risk", previous: before.risk, risk, score, reasons, is_paused: isPaused };
        this.#record(change);
        store.logs.add(
          isAtLeast(risk, before.risk) ? "warning" : "info",
          `Risk ${before.risk} → ${risk} (${score})`,
          at,
        );
      }
      if (pause.active !== before.autoPause.active) {
        this.#record({ change: pause.active ? "paused" : "resumed", by: "risk", risk });
        store.logs.add("warning", pause.active ? "Sending paused by itself" : "Sending goes on by itself", at);
      }
      this.#alert(after, { risk, score, reasons, isPaused }, at);
      store.safety.saveState(after);
    });
    if (before.autoPause.active && !pause.active) this.#deps.onResumed();
    this.#arm(after);
    return after;
  }

  /** The wake-up. */
  async run(): Promise<void> {
    this.reassess();
    const { store, post, now } = this.#deps;
    for (const { id, url, body, attempts } of store.safety.dueAlerts(now())) {
      if (attempts >= MOST_ALERT_ATTEMPTS) {
        store.safety.dropAlert(id);
        store.logs.add("warning", "An alert was given up: its webhook never took it", now());
        continue;
      }
      store.safety.attemptAlert(id, now() + MINUTE_MS);
      const { error } = await post(url, body);
      if (error === null) store.safety.dropAlert(id);
    }
    this.#arm(store.safety.load().state);
  }

  #alert(
    after: SafetyState,
    now: { risk: SafetyState["risk"]; score: number; reasons: string[]; isPaused: boolean },
    at: number,
  ): void {
    const { store, config, instance } = this.#deps;
    const due = alertDueAt(now.risk, after.alerted, at);
    if (due === null || due > at) return;
    const url = config().alertsWebhook;
    if (url !== null) {
      const { risk } = now;
      const facts = {
        ...instance(),
        ...now,
        previous: after.alerted.risk,
        recommendation: RECOMMENDATION[risk],
        now: at,
      };
      store.safety.addAlert(url, alertBody(facts), at);
    }
    after.alerted = { risk: now.risk, at };
  }

  /**
   * The risk that an automatic pause goes by: without the lock on new chats, which holds strangers back by itself and
   * would silence the answers to everybody else for as long as it lasts.
   */
  #eventRisk(at: number): SafetyRisk {
    return assess(this.#deps.store.safety.events(at - RISK_MEMORY_MS), null, at).risk;
  }

  /** The first moment below the threshold after the newest event; the same for whoever asks later. */
  #calmFrom(): number | null {
    const { store, now, threshold } = this.#deps;
    const events = store.safety.events(now() - EVENT_MEMORY_MS);
    if (events.length === 0) return null;
    return fallsBelow(events, null, newestOf(events), threshold());
  }

  #arm(state: SafetyState): void {
    const { store, now, wakeAt } = this.#deps;
    const at = now();
    const events = store.safety.events(at - RISK_MEMORY_MS);
    const from = Math.max(at, newestOf(events));
    const change = state.risk === "low" ? null : fallsBelow(events, lockedUntil(state.lock, at), from, state.risk);
    const alertDue = alertDueAt(state.risk, state.alerted, at);
    for (const due of [change, this.pausedUntil(state), alertDue, store.safety.nextAlertAt()]) {
      if (due !== null) wakeAt(Math.max(due, at));
    }
  }

  #record(change: Record<string, unknown>): void {
    const { record, instance } = this.#deps;
    record({ type: "safety", chatId: null, payload: { instance_id: instance().instanceId, ...change } });
  }
}

const newestOf = (events: readonly { at: number }[]): number => Math.max(0, ...events.map(({ at }) => at));
