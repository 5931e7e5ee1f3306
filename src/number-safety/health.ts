/**
 * How likely WhatsApp is to act against this number, from what happened to it: 0 safe … 100 worst. Points and bands are
 * the public package's; each event fades by itself, so a later harmless one never wipes out an earlier grave one.
 */
import type { SafetyRisk } from "../durable/rpc-safety.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "./verdict.ts";

/** `forbidden` = 403, `logged_out` = 401 that nobody asked for, `timelock` = 463 or the lock itself. */
export type RiskKind = "forbidden" | "logged_out" | "timelock" | "disconnect" | "failed";

export interface RiskEvent {
  kind: RiskKind;
  /** Epoch milliseconds. */
  at: number;
}

/** Points (of 100), and the number of events from which they are given: the public package's table 3.8. */
const POINTS = { forbidden: 40, loggedOut: 60, timelock: 25, disconnects: 15, manyDisconnects: 30, failed: 20 };
const SOME_DISCONNECTS = 3;
const MANY_DISCONNECTS = 5;
const MANY_FAILED = 5;
/**
 * How long an event is felt, milliseconds: its points count in full for a while and then fade in a straight line. Grave
 * ones (401, 403) in full for the hour that the package's advice wants the number to rest, and until a day is over,
 * because WhatsApp's own pauses last 24 h and more; all others for 20 minutes, and until an hour is over (the range of
 * the package's figures).
 */
const GRAVE = { fullMs: HOUR_MS, goneMs: DAY_MS };
const ORDINARY = { fullMs: 20 * MINUTE_MS, goneMs: HOUR_MS };
type Memory = typeof GRAVE;
/** Events older than this, milliseconds, are felt no more: the longest memory of the package's figures above. */
export const RISK_MEMORY_MS = DAY_MS;

/** Scores from which a risk begins (the package's 3.8; its 2.1 waited until 30, 60 and 85). */
const BANDS: readonly (readonly [SafetyRisk, number])[] = [
  ["critical", 80],
  ["high", 40],
  ["medium", 15],
];
const ORDER: readonly SafetyRisk[] = ["low", "medium", "high", "critical"];

export const isAtLeast = (risk: SafetyRisk, threshold: SafetyRisk): boolean =>
  ORDER.indexOf(risk) >= ORDER.indexOf(threshold);

export interface Assessment {
  score: number;
  risk: SafetyRisk;
  reasons: string[];
}

/** @param lockedUntil end of the lock on new chats, epoch milliseconds; null when there is none */
export function assess(events: readonly RiskEvent[], lockedUntil: number | null, now: number): Assessment {
  const of = (kind: RiskKind, { goneMs }: Memory) =>
    events.filter((event) => event.kind === kind && event.at <= now && now - event.at < goneMs);
  const reasons: string[] = [];
  let score = 0;
  const add = (points: number, reason: string): void => {
    if (points <= 0) return;
    score += points;
    reasons.push(reason);
  };
  const forbidden = of("forbidden", GRAVE);
  add(
    forbidden.reduce((sum, { at }) => sum + POINTS.forbidden * left(at, GRAVE, now), 0),
    `WhatsApp refused the account ${forbidden.length} time(s) in the last 24 hours (403)`,
  );
  add(POINTS.loggedOut * newest(of("logged_out", GRAVE), GRAVE, now), "WhatsApp logged the device out (401)");
  if (lockedUntil !== null && lockedUntil > now) add(POINTS.timelock, "WhatsApp has locked new chats");
  else add(POINTS.timelock * newest(of("timelock", ORDINARY), ORDINARY, now), "WhatsApp refused a new chat (463)");
  const lost = of("disconnect", ORDINARY);
  if (lost.length >= SOME_DISCONNECTS) {
    const points = lost.length >= MANY_DISCONNECTS ? POINTS.manyDisconnects : POINTS.disconnects;
    add(points * newest(lost, ORDINARY, now), `${lost.length} lost connections in the last hour`);
  }
  const failed = of("failed", ORDINARY);
  if (failed.length >= MANY_FAILED) {
    add(POINTS.failed * newest(failed, ORDINARY, now), `${failed.length} refused messages in the last hour`);
  }
  const rounded = Math.min(100, Math.round(score));
  return { score: rounded, risk: bandOf(rounded), reasons };
}

/** The band of the score as it is shown, so that nobody reads "score 40, medium". */
const bandOf = (score: number): SafetyRisk => BANDS.find(([, from]) => score >= from)?.[0] ?? "low";

/** What is left of an event, 1 … 0. */
const left = (at: number, { fullMs, goneMs }: Memory, now: number): number =>
  Math.max(0, Math.min(1, (goneMs - (now - at)) / (goneMs - fullMs)));

const newest = (events: readonly RiskEvent[], memory: Memory, now: number): number =>
  Math.max(0, ...events.map(({ at }) => left(at, memory, now)));

/** The share of the limits that is left at a risk: the package's advice (cut by half, by 80 %), made real. */
export const RATE_MULTIPLIER: Readonly<Record<SafetyRisk, number>> = { low: 1, medium: 0.5, high: 0.2, critical: 0.2 };

export const RECOMMENDATION: Readonly<Record<SafetyRisk, string>> = {
  low: "Nothing unusual. Go on.",
  medium: "Limits are halved by themselves. Send less to people who did not write first.",
  high: "Limits are cut to a fifth. Stop campaigns and answer only, for an hour or two.",
  critical: "Stop sending. Look at WhatsApp on the phone and let the number rest for 24 to 48 hours.",
};

/** A pause that began by itself ends only after the risk was below its threshold for so long (ours), milliseconds. */
export const CALM_MS = 10 * MINUTE_MS;

export interface AutoPause {
  active: boolean;
  /** Since when the risk is below the threshold; null while it is not, or while there is no pause. */
  calmSince: number | null;
}

export const NO_PAUSE: AutoPause = { active: false, calmSince: null };

export function autoPause(state: AutoPause, risk: SafetyRisk, threshold: SafetyRisk, now: number): AutoPause {
  if (isAtLeast(risk, threshold)) return { active: true, calmSince: null };
  if (!state.active) return NO_PAUSE;
  // A clock that was set back starts the calm afresh.
  const since = state.calmSince === null ? now : Math.min(state.calmSince, now);
  return now - since >= CALM_MS ? NO_PAUSE : { active: true, calmSince: since };
}

/**
 * When the risk falls below `threshold` if nothing more happens, epoch milliseconds, to the second. Without new events
 * the score only falls, so halving the time left finds it.
 *
 * @param from not before the newest event
 */
export function fallsBelow(
  events: readonly RiskEvent[],
  lockedUntil: number | null,
  from: number,
  threshold: SafetyRisk,
): number {
  const isBelow = (at: number): boolean => !isAtLeast(assess(events, lockedUntil, at).risk, threshold);
  if (isBelow(from)) return from;
  let [above, below] = [from, Math.max(from, lockedUntil ?? 0) + RISK_MEMORY_MS];
  while (below - above > SECOND_MS) {
    const middle = Math.ceil((above + below) / 2);
    if (isBelow(middle)) below = middle;
    else above = middle;
  }
  return below;
}
