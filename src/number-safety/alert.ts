/** The body of an alert: `content` is what Discord shows, `text` what Slack and Telegram relays show. */
import type { SafetyRisk } from "../durable/rpc-safety.ts";
import { isAtLeast } from "./health.ts";
import { MINUTE_MS } from "./verdict.ts";

/** Better news within this time (ms, ours) of the last alert wait for its end; worse news never wait. */
const COOL_DOWN_MS = 5 * MINUTE_MS;

/** @returns when an alert about `risk` is due, epoch milliseconds; null when the last one said the same */
export function alertDueAt(
  risk: SafetyRisk,
  last: { risk: SafetyRisk; at: number | null },
  now: number,
): number | null {
  if (risk === last.risk) return null;
  const isWorse = isAtLeast(risk, last.risk);
  return isWorse || last.at === null ? now : Math.max(now, last.at + COOL_DOWN_MS);
}

export interface AlertFacts {
  instanceId: string;
  name: string;
  previous: SafetyRisk;
  risk: SafetyRisk;
  score: number;
  reasons: string[];
  recommendation: string;
  isPaused: boolean;
  /** Epoch milliseconds. */
  now: number;
}

export function alertBody(facts: AlertFacts): string {
  const { instanceId, name, previous, risk, score, reasons, recommendation, isPaused, now } = facts;
  const why = reasons.length > 0 ? ` ${reasons.join("; ")}.` : "";
  const label = name === instanceId ? name : `${name} (${instanceId})`;
  const text = `${label}: risk ${previous} → ${risk}, score ${score}.${why} ${recommendation}${isPaused ? " Sending is paused." : ""}`;
  return JSON.stringify({
    content: text,
    text,
    event: "safety",
    instance_id: instanceId,
    previous_risk: previous,
    risk,
    score,
    reasons,
    recommendation,
    is_paused: isPaused,
    at: new Date(now).toISOString(),
  });
}
