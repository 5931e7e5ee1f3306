/** Which messages of the outbox are on their way, and when one that WhatsApp did not take goes out again: same id. */
import { ANSWER_PATIENCE_MS, waitAfterRefusalMs } from "../whatsapp/asking-again.ts";

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
    const delay = waitAfterRefusalMs(code, times);
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
