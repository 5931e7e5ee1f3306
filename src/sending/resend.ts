/** Which messages of the outbox are on their way, and when one that WhatsApp did not take goes out again: same id. */

/** WhatsApp's codes for "not now": too many at once, or trouble of its own. Anything else would end alike again. */
const TEMPORARY: ReadonlySet<number> = new Set([429, 500, 503]);
/**
 * Waits after the 1st, 2nd … refusal, milliseconds (ours); after the last one the message has failed. A question that stays
 * unanswered says nothing about the message: it is asked again after the last wait, as long as the message lives.
 */
const WAITS_MS = [2_000, 8_000, 30_000, 120_000] as const;
/**
 * WhatsApp answers within a second. A message without an answer for so long, though the connection stands, goes out
 * again; the id makes that harmless. Milliseconds (ours).
 */
const ANSWER_PATIENCE_MS = 60_000;

/**
 * @param code WhatsApp's, or null when a question it needed was not answered at all
 * @param refusals how often the message was refused so far, at least 1
 * @returns milliseconds until it is sent again; null when it has failed
 */
export function resendDelayMs(code: number | null, refusals: number): number | null {
  if (code !== null && !TEMPORARY.has(code)) return null;
  return WAITS_MS[refusals - 1] ?? (code === null ? WAITS_MS[WAITS_MS.length - 1] : null) ?? null;
}

/** Kept in memory: after a crash everything without an answer goes out at once. Times are epoch milliseconds. */
export class UnderWay {
  /** Until when the answer is waited for. */
  readonly #handedOver = new Map<string, number>();
  readonly #refused = new Map<string, { times: number; until: number }>();

  /** What an older session was given is lost with it. */
  newSession(): void {
    this.#handedOver.clear();
  }

  handedOver(id: string, now: number): void {
    this.#handedOver.set(id, now + ANSWER_PATIENCE_MS);
  }

  /** @returns true when the message goes out again, false when it has failed */
  refused(id: string, code: number | null, now: number): boolean {
    const times = (this.#refused.get(id)?.times ?? 0) + 1;
    const delay = resendDelayMs(code, times);
    if (delay === null) return false;
    this.#handedOver.delete(id);
    this.#refused.set(id, { times, until: now + delay });
    return true;
  }

  /** WhatsApp took it, or it has failed. */
  settled(id: string): void {
    this.#handedOver.delete(id);
    this.#refused.delete(id);
  }

  /** When an answer that is waited for is given up; null when none is. */
  answerDueAt(id: string, now: number): number | null {
    const until = this.#handedOver.get(id) ?? 0;
    return until > now ? until : null;
  }

  /** Not before this time, because it was refused; 0 = at its own time. */
  notBefore(id: string): number {
    return this.#refused.get(id)?.until ?? 0;
  }
}
