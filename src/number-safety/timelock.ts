/**
 * What WhatsApp itself restricts: the lock on new chats ("reach-out time-lock", error 463) and the quota of messages to
 * people who do not answer. Both leave groups and people who once wrote alone.
 */
import type { NewChatCap, ReachOutLock } from "../durable/rpc-safety.ts";
import { type Block, HOUR_MS } from "./verdict.ts";

/** A lock without a named end, milliseconds (ours): real ones last hours to days, and trying early counts as an attempt. */
const UNNAMED_MS = HOUR_MS;
/** Clocks differ: milliseconds after WhatsApp's own end (the public package's). */
const BUFFER_MS = 10_000;

/** @returns the end of the lock, epoch milliseconds; null when there is none */
export function lockedUntil(lock: ReachOutLock | null, now: number): number | null {
  if (!lock?.isActive) return null;
  const end = lock.until === null ? Date.parse(lock.checkedAt) + UNNAMED_MS : Date.parse(lock.until) + BUFFER_MS;
  return end > now ? end : null;
}

/** What is assumed after a 463, until WhatsApp tells more: a lock that was known stays, else one without an end. */
export function lockAfterRefusal(known: ReachOutLock | null, now: number): ReachOutLock {
  if (known && lockedUntil(known, now) !== null) return known;
  return { isActive: true, until: null, type: "UNKNOWN", checkedAt: new Date(now).toISOString() };
}

/** @param isKnown the chat is a group, or this person wrote before */
export function decideLock(lock: ReachOutLock | null, isKnown: boolean, now: number): Block | null {
  const until = lockedUntil(lock, now);
  if (until === null || isKnown) return null;
  return {
    code: "reach_out_locked",
    reason: "WhatsApp has locked new chats of this number for a time.",
    hint: "Answer people who wrote first; do not try again before the lock ends.",
    until,
  };
}

/** @param isKnown as above */
export function decideCap(cap: NewChatCap | null, isKnown: boolean, now: number): Block | null {
  if (cap?.status !== "CAPPED" || isKnown) return null;
  const until = cap.cycleEndsAt === null ? Date.parse(cap.checkedAt) + UNNAMED_MS : Date.parse(cap.cycleEndsAt);
  if (until <= now) return null;
  return {
    code: "new_chat_cap",
    reason: "WhatsApp's own quota of messages to people who do not answer is used up.",
    hint: "Answer people who wrote first; the quota starts anew with its next cycle.",
    until,
  };
}
