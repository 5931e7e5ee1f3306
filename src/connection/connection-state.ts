/**
 * The life of a number's connection as pure functions: state in, state and what to do out. No clock, no storage.
 *
 *   idle ──connect──> opening ──open──> online
 *     ^                  │  ^               │
 *     │               closed│ retry      closed
 *     └──stop/expired── waiting <───────────┘
 */

import type { ConnectionState as ApiStatus, LastDisconnect } from "../durable/rpc.ts";
import type { Connection, Linking } from "../store/instance-table.ts";
import { explainDisconnect, MISCONFIGURED, OUTDATED } from "../whatsapp/disconnect-reasons.ts";
import type { SessionEnd } from "../whatsapp/session.ts";

export const NEVER_CONNECTED: Connection = {
  phase: "idle",
  epoch: 0,
  attempt: 0,
  retryAt: null,
  linking: null,
  linked: false,
  phone: null,
  lid: null,
  connectedAt: null,
  lastDisconnect: null,
  refusedVersion: null,
};

/** WhatsApp's QR references last 160 s and a pairing code about 180 s; after that a link attempt is over. */
const LINKING_LIFETIME_MS = 180_000;
/** The first wait after a loss and the longest, milliseconds; the share of a wait that is certain, the rest is chance (ours). */
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 300_000;
const CERTAIN_SHARE = 0.5;
/** A connection that lasted this long, milliseconds, was a good one: the next loss starts the backoff afresh (ours). */
const STABLE_AFTER_MS = 60_000;
/**
 * One that opened at all proves that WhatsApp lets us in: its loss counts as so many failed attempts at most, so that the
 * wait stays at 16 s or below (ours).
 */
const MOST_AFTER_OPEN = 4;
/** WhatsApp asks for a new connection once after linking; asked more than so many times in a row, we pause (ours). */
const MOST_AT_ONCE = 3;

/** Exponential with jitter: 1 s, 2 s, 4 s … 5 min, each between half and full. `random` in [0, 1). */
export function reconnectDelayMs(attempt: number, random: number): number {
  const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
  return Math.round(full * (CERTAIN_SHARE + (1 - CERTAIN_SHARE) * random));
}

export function apiStatus({ phase }: Connection): ApiStatus {
  if (phase === "online") return "connected";
  return phase === "idle" ? "disconnected" : "connecting";
}

/** True when the number should have a session: the heartbeat opens one if it has none. */
export const isWanted = ({ phase }: Connection): boolean => phase !== "idle";

/** Somebody asked to connect. Linked numbers log in; others start linking. */
export function connecting(state: Connection, link: Pick<Linking, "mode" | "phone">, now: number): Connection {
  const linking = state.linked ? null : { ...link, deadline: now + LINKING_LIFETIME_MS };
  const epoch = state.epoch + 1;
  return { ...state, phase: "opening", attempt: 0, retryAt: null, linking, epoch, refusedVersion: null };
}

/** A retry is due: a new session for the same purpose. */
export function retrying(state: Connection): Connection {
  return { ...state, phase: "opening", retryAt: null, epoch: state.epoch + 1 };
}

/** The phone accepted this device: the link is made, though WhatsApp wants a new connection first. */
export function paired(state: Connection): Connection {
  return { ...state, linked: true, linking: null, attempt: 0 };
}

/** Logged in. */
export function opened(state: Connection, who: { phone: string; lid: string | null }, now: number): Connection {
  return {
    ...state,
    phase: "online",
    linked: true,
    linking: null,
    retryAt: null,
    phone: who.phone,
    lid: who.lid ?? state.lid,
    connectedAt: now,
  };
}

/** Somebody asked to stay disconnected. */
export function stopped(state: Connection): Connection {
  return {
    ...state,
    phase: "idle",
    attempt: 0,
    retryAt: null,
    linking: null,
    connectedAt: null,
    epoch: state.epoch + 1,
    refusedVersion: null,
  };
}

/** Credentials are gone: nothing is linked any more. */
export function unlinked(state: Connection): Connection {
  return { ...state, linked: false, linking: null, phone: null, lid: null };
}

/** A session that was linked elsewhere is stored here; nothing is connected until somebody asks. */
export function imported(state: Connection, who: { phone: string; lid: string | null }): Connection {
  return { ...stopped(state), linked: true, ...who, lastDisconnect: null };
}

export interface ClosedVerdict {
  state: Connection;
  /** Wipe credentials and Signal keys. */
  clearAuth: boolean;
  /** `null` = stay as it is until asked. */
  retryAt: number | null;
}

/** A session ended by itself. @param random in [0, 1) */
export function closed(state: Connection, end: SessionEnd, now: number, random: number): ClosedVerdict {
  const why = explainDisconnect(end);
  const wasStable = state.connectedAt !== null && now - state.connectedAt >= STABLE_AFTER_MS;
  const wasOpen = state.connectedAt !== null;
  const attempt = wasStable ? 0 : wasOpen ? Math.min(state.attempt, MOST_AFTER_OPEN) : state.attempt;
  const linkIsOver = state.linking !== null && now >= state.linking.deadline;
  // The deploy that puts the setting right wakes the number up; nobody should have to connect each one by hand then.
  const waitsForSetting = end.text === MISCONFIGURED && state.linked;
  const reconnect = linkIsOver ? "stop" : waitsForSetting ? "back_off" : why.reconnect;
  const clearAuth = why.clearAuth;
  const linked = state.linked && !clearAuth;
  const nextAction = reconnect !== "stop" ? "reconnect" : linked ? "none" : "link_again";
  const lastDisconnect: LastDisconnect = {
    reason: why.reason,
    code: end.code,
    message: why.message,
    nextAction,
    at: new Date(now).toISOString(),
  };
  const base = { ...(clearAuth ? unlinked(state) : state), connectedAt: null, lastDisconnect };
  if (reconnect === "stop") {
    return { state: { ...base, phase: "idle", attempt: 0, retryAt: null, linking: null }, clearAuth, retryAt: null };
  }
  const atOnce = reconnect === "at_once" && attempt < MOST_AT_ONCE;
  const retryAt = atOnce ? now : now + reconnectDelayMs(attempt, random);
  return { state: { ...base, phase: "waiting", attempt: attempt + 1, retryAt }, clearAuth, retryAt };
}

/** A session ended; a linked number that was refused for the version it claims waits for another one. */
export function awaitingUpdate(state: Connection, claimedVersion: string): Connection {
  const isOutdated = state.linked && state.phase === "idle" && state.lastDisconnect?.reason === OUTDATED;
  return isOutdated ? { ...state, refusedVersion: claimedVersion } : state;
}

/** The object was stopped with its session (deploy, crash, eviction) and is awake again: reconnect at `retryAt`. */
export function restarted(state: Connection, retryAt: number): Connection {
  if (state.phase !== "online" && state.phase !== "opening") return state;
  return { ...state, phase: "waiting", retryAt, connectedAt: null, epoch: state.epoch + 1 };
}
