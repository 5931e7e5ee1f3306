/** All rules joined into one verdict: when a message leaves, or why it does not and from when on it would. */
import type { NewChatCap, ReachOutLock } from "../durable/rpc-safety.ts";
import type { Behavior } from "./behavior.ts";
import { humanDelay } from "./delay.ts";
import { decideLurk } from "./group-lurk.ts";
import { decideRest } from "./presence.ts";
import type { Limits } from "./presets.ts";
import { decideWindows, type Window } from "./rate.ts";
import { decideRamp } from "./reconnect-ramp.ts";
import { type ChatBalance, decideReplyRatio } from "./reply-ratio.ts";
import { decideCap, decideLock } from "./timelock.ts";
import { type Block, type Lane, longest, type Verdict } from "./verdict.ts";
import { decideWarmUp, type WarmUpState } from "./warm-up.ts";

/**
 * The longest a caller waits inside one request, milliseconds; what takes longer is refused with a wait time. Ours: HTTP
 * clients and proxies commonly give up after 60 s, and 10 s of that are for WhatsApp's acknowledgement.
 */
export const LONGEST_DELAY_MS = 30_000;
/** Of that, what pause and typing may take (ours); the rest is for the queue. */
const LONGEST_HUMAN_MS = 25_000;
/** At the beginning of a burst messages may follow each other at this part of the least pause (the package's). */
const BURST_PACE = 0.5;

/** What is known about one send. A rule whose module is off gets null. */
export interface SendFacts {
  lane: Lane;
  /** The chat is a group, or this person wrote before. */
  isKnown: boolean;
  /** Nothing was exchanged with this person before. */
  isNewChat: boolean;
  characters: number;
  hasOptedOut: boolean;
  /** Somebody paused the number. */
  isPaused: boolean;
  /** The number paused itself: when it goes on, if nothing more happens. */
  autoPausedUntil: number | null;
  lock: ReachOutLock | null;
  cap: NewChatCap | null;
  /** Every limit that applies, with what fills it. */
  windows: readonly Window[];
  warmUp: { state: WarmUpState; sent: number } | null;
  /** When the group was joined, epoch milliseconds; null for people, and groups the number is not new to. */
  joinedAt: number | null;
  /** Epoch milliseconds until which first messages rest. */
  restingUntil: number | null;
  balance: ChatBalance | null;
  ramp: { connectedAt: number | null; sent: number; perMinute: number } | null;
  /** Epoch milliseconds: not even typing may begin earlier (grace after an incoming message). */
  notBefore: number;
  /** The latest slot in this chat that was not used yet, and the latest of this lane; null without one. */
  chatBusyUntil: number | null;
  laneLastAt: number | null;
  /** Sends of the last 30 seconds, those to come included. */
  recentSends: number;
  /** Factor of the time of day. */
  circadian: number;
}

/** @param longestWaitMs how long this caller can wait; more is a refusal */
export function decide(
  facts: SendFacts,
  limits: Limits,
  behavior: Pick<Behavior, "delayEnabled" | "typingSimulation">,
  now: number,
  random: () => number,
  longestWaitMs: number = LONGEST_DELAY_MS,
): Verdict {
  const block = longest([
    decideStops(facts),
    decideLock(facts.lock, facts.isKnown, now),
    decideCap(facts.cap, facts.isKnown, now),
    decideWindows(facts.windows, now),
    facts.warmUp && facts.lane === "cold" ? decideWarmUp(facts.warmUp.state, facts.warmUp.sent, limits) : null,
    decideLurk(facts.joinedAt, now),
    facts.lane === "cold" ? decideRest(facts.restingUntil, now) : null,
    facts.balance && facts.lane === "cold" ? decideReplyRatio(facts.balance, now) : null,
    facts.ramp && decideRamp(facts.ramp.connectedAt, facts.ramp.sent, facts.ramp.perMinute, now),
  ]);
  if (block && block.until === null) return refusal(block, null);

  const { pauseMs, typingMs } = shorten(humanDelay({ ...facts, ...behavior }, limits, random));
  const gap = behavior.delayEnabled ? limits.minDelayMs * (facts.recentSends < limits.burst ? BURST_PACE : 1) : 0;
  const at = Math.ceil(
    Math.max(
      now + pauseMs + typingMs,
      facts.notBefore + typingMs,
      block?.until ?? 0,
      (facts.laneLastAt ?? 0) + gap,
      (facts.chatBusyUntil ?? 0) + typingMs,
    ),
  );
  if (at - now <= longestWaitMs) return { allowed: true, at, typingMs };
  return refusal(block?.until && block.until - now > longestWaitMs ? block : BUSY, at - now);
}

const BUSY: Block = {
  code: "pacing",
  reason: "Messages that came first take longer than a request may wait.",
  hint: "Send fewer messages at the same time, or try again after the wait time.",
  until: null,
};

/** What stops every send, whatever it says. */
function decideStops({ hasOptedOut, isPaused, autoPausedUntil }: SendFacts): Block | null {
  if (isPaused) {
    const hint = "Call POST …/antiban-v2/resume to go on.";
    return { code: "paused", reason: "Sending is paused by the operator.", hint, until: null };
  }
  if (hasOptedOut) {
    const hint = "They can write again themselves, or be removed with DELETE …/opt-outs.";
    return { code: "opted_out", reason: "This person asked not to be contacted.", hint, until: null };
  }
  if (autoPausedUntil === null) return null;
  const hint = "See GET …/antiban-v2/health for what happened; POST …/antiban-v2/reset forgets it.";
  return {
    code: "auto_paused",
    reason: "The number paused itself, because its risk is high.",
    hint,
    until: autoPausedUntil,
  };
}

function refusal({ code, reason, hint }: Block, waitMs: number | null): Verdict {
  return { allowed: false, code, reason, hint, waitMs: waitMs === null ? null : Math.max(1, Math.ceil(waitMs)) };
}

/** At night the factor may exceed what a request can wait: both parts shrink alike. */
function shorten({ pauseMs, typingMs }: { pauseMs: number; typingMs: number }): { pauseMs: number; typingMs: number } {
  const factor = Math.min(1, LONGEST_HUMAN_MS / Math.max(1, pauseMs + typingMs));
  return { pauseMs: Math.round(pauseMs * factor), typingMs: Math.round(typingMs * factor) };
}
