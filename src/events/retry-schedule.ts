/** When a failed delivery is tried again: pure, and the same for every kind of failure. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Waits after the 1st, 2nd … failure; then every 12 h until 72 h after the first attempt. */
const WAITS_MS = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  8 * HOUR,
] as const;
const LAST_WAIT_MS = 12 * HOUR;
const GIVE_UP_AFTER_MS = 72 * HOUR;
/** Made before a delivery is given up, however late: hours in which we were down ourselves are not the receiver's. */
const LEAST_ATTEMPTS = WAITS_MS.length + 1;
/** Each wait is lengthened or shortened by up to this share, so that receivers are not hit in step. */
const JITTER = 0.2;
/** A receiver may ask for a longer pause, up to this. */
const LONGEST_RETRY_AFTER_MS = HOUR;
/** The receiver says that nobody is there any more. */
const GONE = 410;

export interface FailedAttempt {
  /** Attempts made so far, at least 1. */
  attempts: number;
  /** Epoch milliseconds. */
  firstAttemptAt: number;
  /** HTTP status, null when there was no answer. */
  responseStatus: number | null;
  /** What `Retry-After` asked for, milliseconds. */
  retryAfterMs: number | null;
}

/**
 * @param random in [0, 1)
 * @param scale multiplies every wait and the 72 hours; below 1 only for tests on one machine
 * @returns epoch milliseconds of the next attempt, or null to park the delivery
 */
export function nextAttemptAt(failed: FailedAttempt, now: number, random: number, scale = 1): number | null {
  if (failed.responseStatus === GONE) return null;
  const wait = (WAITS_MS[failed.attempts - 1] ?? LAST_WAIT_MS) * scale;
  const jittered = wait * (1 - JITTER + 2 * JITTER * random);
  const asked = Math.min(failed.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
  const at = Math.round(now + Math.max(jittered, asked));
  const isOverdue = at - failed.firstAttemptAt > GIVE_UP_AFTER_MS * scale;
  return isOverdue && failed.attempts >= LEAST_ATTEMPTS ? null : at;
}
