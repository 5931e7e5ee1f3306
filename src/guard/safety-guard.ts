/**
 * The guard of a number: every message asks it for a slot before it is stored, and again before it leaves. It reads the
 * state, lets the pure rules decide, and writes what follows, all in one synchronous step, so that callers at the same
 * time can never be promised the same room.
 */
import type { AntiBanSettings, BehaviorSettings } from "../durable/rpc.ts";
import type { BlockedSend, SafetyConfigChange } from "../durable/rpc-safety.ts";
import type { NewEvent } from "../events/record.ts";
import { type Behavior, behaviorOf } from "../number-safety/behavior.ts";
import { decide } from "../number-safety/decide.ts";
import { riskOfDisconnect } from "../number-safety/disconnects.ts";
import { limitsOf, mergeConfig, safetyConfig } from "../number-safety/policy.ts";
import { isSpiral } from "../number-safety/retry-tracker.ts";
import { isDegraded, STABILITY_WINDOW_MS } from "../number-safety/session-stability.ts";
import { decideCap, decideLock, lockAfterRefusal } from "../number-safety/timelock.ts";
import { DAY_MS, SECOND_MS } from "../number-safety/verdict.ts";
import { advanceWarmUp, startWarmUp } from "../number-safety/warm-up.ts";
import { type SafetyState, UNTROUBLED } from "../store/safety-table.ts";
import type { Store } from "../store/store.ts";
import type { Restrictions } from "../whatsapp/session.ts";
import { gatherFacts, messageWindows, type Rules, type SlotRequest } from "./facts.ts";
import { RiskWatch, type WatchDeps } from "./risk-watch.ts";

/** Messages that may wait for their slot at the same time. */
const MOST_WAITING = 100;
/** How often a paused number looks whether it may go on; resuming looks at once. */
const PAUSE_LOOK_MS = 30 * SECOND_MS;
/** Slots older than two days fill no window. */
const SLOT_MEMORY_MS = 2 * DAY_MS;
/** WhatsApp's refusal of a new chat. */
const REACH_OUT_LOCKED = 463;

export interface GuardDeps {
  store: Store;
  transaction: (work: () => void) => void;
  instance: () => {
    instanceId: string;
    name: string;
    behaviorSettings: BehaviorSettings;
    antiBanSettings: AntiBanSettings;
    /** Epoch milliseconds of the present connection; null while there is none. */
    connectedAt: number | null;
  };
  /** Appends to the event log, in the running transaction. */
  record: (event: NewEvent) => void;
  post: WatchDeps["post"];
  wakeAt: (dueAt: number) => void;
  /** Asks WhatsApp what it restricts; the answer comes as `restricted`. */
  askRestrictions: () => void;
  /** Messages that were held back may leave. */
  onResumed: () => void;
  now: () => number;
  random: () => number;
}

export type Reservation =
  | { kind: "slot"; at: number; typingMs: number; behavior: Behavior }
  | { kind: "blocked"; reason: string; blocked: BlockedSend }
  /** 100 messages wait already. */
  | { kind: "full" };

/** Whether a message may leave at this moment. */
export type Admission = { kind: "go" } | { kind: "wait"; until: number } | { kind: "refuse"; reason: string };

export class SafetyGuard {
  readonly watch: RiskWatch;
  readonly #deps: GuardDeps;

  constructor(deps: GuardDeps) {
    this.#deps = deps;
    this.watch = new RiskWatch({
      ...deps,
      config: () => this.config,
      threshold: () => this.rules.limits.autoPauseAt,
    });
  }

  get config() {
    return safetyConfig(this.#deps.store.safety.load().config);
  }

  get rules(): Rules {
    const { behaviorSettings, antiBanSettings, connectedAt } = this.#deps.instance();
    const { config } = this;
    return {
      config,
      limits: limitsOf(config),
      antiBan: antiBanSettings,
      graceMs: behaviorOf(behaviorSettings).graceMs,
      connectedAt,
    };
  }

  /** Gives a message its slot, or says why not. To be called in the transaction that stores the message. */
  reserve(request: SlotRequest): Reservation {
    const { store, now, random, instance } = this.#deps;
    if (store.sends.waiting() >= MOST_WAITING) return { kind: "full" };
    const at = now();
    const state = this.#upToDate();
    const { rules } = this;
    const behavior = behaviorOf(instance().behaviorSettings, request.wishes);
    const { facts, lane, digest, isNewChat } = gatherFacts(
      request,
      rules,
      state,
      this.watch.pausedUntil(state),
      store,
      at,
    );
    const verdict = decide(facts, rules.limits, behavior, at, random, request.longestWaitMs);
    if (!verdict.allowed) {
      const { code, reason, hint, waitMs } = verdict;
      const retryAt = waitMs === null ? null : new Date(at + waitMs).toISOString();
      const payload = {
        instance_id: instance().instanceId,
        change: "refused",
        code,
        reason,
        chat_id: request.chatId,
        retry_at: retryAt,
      };
      this.#deps.record({ type: "safety", chatId: request.chatId, payload });
      store.logs.add("warning", `A message was held back: ${reason}`, at);
      return { kind: "blocked", reason, blocked: { code, hint, waitMs, retryAt } };
    }
    store.sends.prune(Math.min(at - SLOT_MEMORY_MS, state.warmUp?.dayStartedAt ?? at));
    const slot = { messageId: request.messageId, chatId: request.chatId, lane, digest, isNew: isNewChat };
    const typingMs = behavior.typingSimulation ? verdict.typingMs : 0;
    store.sends.reserve({ ...slot, at: verdict.at, typingMs });
    return { kind: "slot", at: verdict.at, typingMs, behavior };
  }

  /**
   * The last look before a message leaves: what has really left must fit every window, also after a restart, a clock
   * that jumped, or hours without a connection.
   */
  admit(messageId: string, chatId: string, isGroup: boolean): Admission {
    const { store, now } = this.#deps;
    const at = now();
    const state = this.watch.reassess();
    const { rules } = this;
    if (state.isPaused) return { kind: "wait", until: at + PAUSE_LOOK_MS };
    const autoPausedUntil = rules.config.enabled ? this.watch.pausedUntil(state) : null;
    if (autoPausedUntil !== null && autoPausedUntil > at) return { kind: "wait", until: autoPausedUntil };
    if (store.chats.optOuts.has(chatId)) return { kind: "refuse", reason: "This person asked not to be contacted" };
    const isKnown = isGroup || store.chats.wroteAt(chatId) !== null;
    const restricted = decideLock(state.lock, isKnown, at) ?? decideCap(state.cap, isKnown, at);
    if (restricted) return { kind: "refuse", reason: restricted.reason };
    const until = messageWindows(rules, state).reduce((latest, { limit, lengthMs }) => {
      const filledAt = limit > 0 ? store.sends.nthTransmitted(limit) : at;
      return filledAt === null ? latest : Math.max(latest, filledAt + lengthMs);
    }, 0);
    if (until > at) {
      store.sends.postpone(messageId, until);
      return { kind: "wait", until };
    }
    return { kind: "go" };
  }

  /** It is on its way. */
  transmitted(messageId: string): void {
    const { store, now } = this.#deps;
    const { state } = store.safety.load();
    store.sends.transmitted(messageId, now());
    if (state.warmUp) store.safety.saveState({ ...state, warmUp: { ...state.warmUp, lastActiveAt: now() } });
  }

  /** A session is open. @param phone digits; another phone than before is another number and begins anew */
  connected(phone: string | null): void {
    const { store } = this.#deps;
    const { state } = store.safety.load();
    if (state.phone !== null && state.phone !== phone) {
      store.safety.saveState({ ...state, lock: null, cap: null });
      this.reset();
    }
    this.#upToDate();
    store.safety.saveState({ ...store.safety.load().state, phone });
    this.watch.reassess();
    this.#deps.askRestrictions();
  }

  /** A session ended by itself. @param reason the stable word of the disconnect */
  disconnected(reason: string): void {
    const kind = riskOfDisconnect(reason);
    if (kind !== null) this.watch.note(kind);
  }

  /** WhatsApp refused a message. */
  refused(code: number, chatId: string): void {
    const { store, now, askRestrictions } = this.#deps;
    if (code !== REACH_OUT_LOCKED) {
      this.watch.note("failed");
      return;
    }
    // In a chat that wrote before, 463 is about a stale token of that contact, not about the account.
    if (store.chats.wroteAt(chatId) === null) {
      const { state } = store.safety.load();
      store.safety.saveState({ ...state, lock: lockAfterRefusal(state.lock, now()) });
      this.watch.note("timelock");
    }
    askRestrictions();
  }

  /** WhatsApp told what it restricts; a part it did not tell stays as it was. */
  restricted({ lock, cap }: Restrictions): void {
    const { store, transaction, now } = this.#deps;
    const checkedAt = new Date(now()).toISOString();
    transaction(() => {
      const { state } = store.safety.load();
      if (lock) {
        const isNews = lock.isActive !== (state.lock?.isActive ?? false);
        if (isNews) {
          const text = lock.isActive
            ? `WhatsApp locked new chats until ${lock.until ?? "further notice"}`
            : "WhatsApp lifted the lock on new chats";
          store.logs.add(lock.isActive ? "error" : "success", text, now());
        }
      }
      store.safety.saveState({
        ...state,
        lock: lock ? { ...lock, checkedAt } : state.lock,
        cap: cap ? { ...cap, checkedAt } : state.cap,
      });
      this.watch.reassess();
    });
  }

  /** Somebody asked for another copy of a message. */
  retried(messageId: string): void {
    const { store, now } = this.#deps;
    const { config } = this;
    if (!config.enabled || !config.modules.retryTracker.enabled) return;
    if (!isSpiral(store.sends.retried(messageId))) return;
    store.logs.add("warning", "A recipient cannot decrypt one of the messages, again and again", now());
    this.watch.note("failed");
  }

  /** A message to us could not be decrypted. */
  undecryptable(): void {
    const { store, now } = this.#deps;
    const { config } = this;
    if (!config.enabled || !config.modules.sessionStability.enabled) return;
    const { state } = store.safety.load();
    const at = now();
    const recent = state.undecryptable.filter((time) => time <= at && at - time < STABILITY_WINDOW_MS);
    if (!isDegraded(recent, at) && isDegraded([...recent, at], at)) {
      store.logs.add("warning", "Several messages in a minute could not be decrypted; they were asked for again", at);
    }
    store.safety.saveState({ ...state, undecryptable: [...recent, at] });
  }

  configure(change: SafetyConfigChange): void {
    const { store } = this.#deps;
    store.safety.saveConfig(mergeConfig(store.safety.load().config, change));
    this.watch.reassess();
    this.#deps.onResumed();
  }

  setPaused(isPaused: boolean): void {
    const { store, transaction, record, instance, now, onResumed } = this.#deps;
    const { state } = store.safety.load();
    if (state.isPaused === isPaused) return;
    transaction(() => {
      store.safety.saveState({ ...state, isPaused });
      const payload = {
        instance_id: instance().instanceId,
        change: isPaused ? "paused" : "resumed",
        by: "operator",
        risk: state.risk,
      };
      record({ type: "safety", chatId: null, payload });
      store.logs.add("warning", isPaused ? "Sending paused by the operator" : "Sending resumed by the operator", now());
    });
    if (!isPaused) onResumed();
  }

  /** Forgets counters, events, pauses and the warm-up. Settings stay, and so does what WhatsApp itself restricts. */
  reset(): void {
    const { store, transaction, now, onResumed, askRestrictions } = this.#deps;
    transaction(() => {
      const { lock, cap, phone } = store.safety.load().state;
      store.sends.clear();
      store.safety.clearHistory();
      store.safety.saveState({ ...UNTROUBLED, warmUp: startWarmUp(now()), lock, cap, phone });
      store.logs.add("warning", "Number safety was reset", now());
    });
    this.watch.reassess();
    askRestrictions();
    onResumed();
  }

  /** The state with its warm-up as of now. */
  #upToDate(): SafetyState {
    const { store, now } = this.#deps;
    const state = this.watch.reassess();
    const at = now();
    const { warmUp } = state;
    const sentInDay = warmUp !== null && store.sends.between(warmUp.dayStartedAt, warmUp.dayStartedAt + DAY_MS) > 0;
    const advanced = warmUp === null ? startWarmUp(at) : advanceWarmUp(warmUp, sentInDay, this.rules.limits, at);
    if (advanced === warmUp) return state;
    const after = { ...state, warmUp: advanced };
    store.safety.saveState(after);
    return after;
  }
}
