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
import { LURK_MS } from "../number-safety/group-lurk.ts";
import { limitsOf, mergeConfig, safetyConfig } from "../number-safety/policy.ts";
import { restAfter } from "../number-safety/presence.ts";
import { lockAfterRefusal } from "../number-safety/timelock.ts";
import { DAY_MS } from "../number-safety/verdict.ts";
import { advanceWarmUp, startWarmUp } from "../number-safety/warm-up.ts";
import { type SafetyState, UNTROUBLED } from "../store/safety-table.ts";
import type { Store } from "../store/store.ts";
import type { GroupMembership, Restrictions } from "../whatsapp/session.ts";
import { type Admission, decideAdmission, decidePause, decideStop } from "./admission.ts";
import { gatherFacts, type SlotRequest } from "./facts.ts";
import { KeyWatch } from "./key-watch.ts";
import { learnRestrictions } from "./restrictions.ts";
import { RiskWatch, type WatchDeps } from "./risk-watch.ts";
import type { Rules } from "./windows.ts";

/** Messages that may wait for their slot at the same time (the contract's figure). */
const MOST_WAITING = 100;
/** Slots older than two days fill no window: the longest, a day, and as much for a clock that is set back (ours). */
const SLOT_MEMORY_MS = 2 * DAY_MS;
/** WhatsApp's refusal of a new chat (code of its message acknowledgement). */
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
  /** The phone is put away until then, epoch milliseconds: the number is not shown online. */
  onAway: (until: number) => void;
  now: () => number;
  random: () => number;
}

export type Reservation =
  | { kind: "slot"; at: number; typingMs: number; behavior: Behavior }
  | { kind: "blocked"; reason: string; blocked: BlockedSend }
  /** 100 messages wait already. */
  | { kind: "full" };

export class SafetyGuard {
  readonly watch: RiskWatch;
  readonly keys: KeyWatch;
  readonly #deps: GuardDeps;

  constructor(deps: GuardDeps) {
    this.#deps = deps;
    this.watch = new RiskWatch({
      ...deps,
      config: () => this.config,
      threshold: () => this.rules.limits.autoPauseAt,
    });
    this.keys = new KeyWatch({ ...deps, config: () => this.config, onFailed: () => this.watch.note("failed") });
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
    const { facts, ...message } = gatherFacts(request, rules, state, this.watch.pausedUntil(state), store, at);
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
    const typingMs = behavior.typingSimulation ? verdict.typingMs : 0;
    store.sends.reserve({ messageId: request.messageId, ...message, at: verdict.at, typingMs });
    return { kind: "slot", at: verdict.at, typingMs, behavior };
  }

  /** Whether messages to this chat may not leave now, whatever room there is. */
  isStopped(chatId: string, isGroup: boolean): boolean {
    const { store, now } = this.#deps;
    const state = this.watch.reassess();
    return decideStop({ chatId, isGroup }, this, state, this.watch.pausedUntil(state), store, now()) !== null;
  }

  /** The last look before a message leaves again that WhatsApp did not take: it was counted when it left. */
  admitAgain(): Admission {
    const state = this.watch.reassess();
    return decidePause(this, state, this.watch.pausedUntil(state), this.#deps.now()) ?? { kind: "go" };
  }

  /** The last look before a message leaves; one that has to wait for room is counted where it will leave. */
  admit(messageId: string, chatId: string, isGroup: boolean): Admission {
    const { store, now } = this.#deps;
    const state = this.#upToDate();
    const departure = { messageId, chatId, isGroup };
    const admission = decideAdmission(departure, this.rules, state, this.watch.pausedUntil(state), store, now());
    if (admission.kind === "wait" && admission.isForRoom) store.sends.postpone(messageId, admission.until);
    return admission;
  }

  /** It is on its way. */
  transmitted(messageId: string): void {
    const { store, now } = this.#deps;
    const { state } = store.safety.load();
    store.sends.transmitted(messageId, now());
    const warmUp = state.warmUp && { ...state.warmUp, lastActiveAt: now() };
    const rest = store.sends.find(messageId)?.lane === "cold" ? this.#rest() : null;
    if (rest === null && warmUp === null) return;
    store.safety.saveState({ ...state, warmUp, restingUntil: rest?.until ?? state.restingUntil });
    if (rest?.kind === "away") this.#deps.onAway(rest.until);
  }

  /** Now and then a first message is followed by a pause. @returns until when, epoch milliseconds */
  #rest(): { kind: "away" | "distracted"; until: number } | null {
    const { now, random } = this.#deps;
    const { enabled, modules } = this.config;
    const rest = enabled && modules.presence.enabled ? restAfter(random) : null;
    return rest && { kind: rest.kind, until: now() + rest.ms };
  }

  /** The number was taken into a group, or is no longer in it. */
  membership({ groupJid, isMember, at }: GroupMembership): void {
    const { store, now } = this.#deps;
    // WhatsApp tells of a join after hours without a connection too; its clock may be ahead of ours.
    if (isMember) store.chats.joined(groupJid, Math.min(at ?? now(), now()), now() - LURK_MS);
    else store.chats.settled(groupJid);
  }

  /** A session is open. @param phone digits; another phone than before is another number and begins anew */
  connected(phone: string | null): void {
    const { store } = this.#deps;
    const { state } = store.safety.load();
    if (state.phone !== null && state.phone !== phone) {
      store.safety.saveState({ ...state, lock: null, cap: null });
      this.#beginAnew(true);
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

  /** WhatsApp told what it restricts. */
  restricted(restrictions: Restrictions): void {
    const { store, transaction, now } = this.#deps;
    transaction(() => {
      learnRestrictions(restrictions, store, now());
      this.watch.reassess();
    });
  }

  configure(change: SafetyConfigChange): void {
    const { store } = this.#deps;
    store.safety.saveConfig(mergeConfig(store.safety.load().config, change));
    if (change.alertsWebhook !== undefined) store.safety.readdressAlerts(change.alertsWebhook);
    this.watch.reassess();
    this.#deps.onResumed();
  }

  setPaused(isPaused: boolean): void {
    const { store, transaction, onResumed } = this.#deps;
    const { state } = store.safety.load();
    if (state.isPaused === isPaused) return;
    transaction(() => {
      store.safety.saveState({ ...state, isPaused });
      this.#tellPause(isPaused);
    });
    if (!isPaused) onResumed();
  }

  #tellPause(isPaused: boolean): void {
    const { store, record, instance, now } = this.#deps;
    const [change, text] = isPaused
      ? ["paused", "Sending paused by the operator"]
      : ["resumed", "Sending resumed by the operator"];
    const { risk } = store.safety.load().state;
    const payload = { instance_id: instance().instanceId, change, by: "operator", risk };
    record({ type: "safety", chatId: null, payload });
    store.logs.add("warning", text, now());
  }

  /** Forgets counters, events, pauses and the warm-up. Settings stay, and so does what WhatsApp itself restricts. */
  reset(): void {
    this.#beginAnew(false);
  }

  /** @param staysPaused whether a pause by the operator goes on */
  #beginAnew(staysPaused: boolean): void {
    const { store, transaction, now, onResumed, askRestrictions } = this.#deps;
    transaction(() => {
      const { isPaused: wasPaused, lock, cap, phone, risk, alerted } = store.safety.load().state;
      const isPaused = wasPaused && staysPaused;
      store.sends.clear();
      store.safety.clearHistory();
      // What was told last stays, so that the change which follows from this is told too.
      const warmUp = startWarmUp(now());
      store.safety.saveState({ ...UNTROUBLED, isPaused, warmUp, lock, cap, phone, risk, alerted });
      store.logs.add("warning", "Number safety was reset", now());
      if (wasPaused && !isPaused) this.#tellPause(false);
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
