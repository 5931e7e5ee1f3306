/**
 * The messages of a session that WhatsApp has neither taken nor refused yet. Several stanzas may go out under one id, a
 * message and copies of it, and their `<ack>`s do not tell them apart: they are counted.
 */
import { ANSWER_PATIENCE_MS } from "./asking-again.ts";
import { BoundedMap } from "./auth/bounded-map.ts";
import { RequestRefusedError } from "./session.ts";

/** Refused messages that are remembered: far more than somebody asks about at the same time. */
const REMEMBERED = 1_000;

type Answered = (refusal: number | null) => void;

export class UnansweredStanzas {
  readonly #counts = new Map<string, number>();
  readonly #waiting = new Map<string, Answered[]>();
  /** With which code one was refused, by id, until the next is sent under it. */
  readonly #refusals = new BoundedMap<string, number>(REMEMBERED);

  /** Runs what sends a stanza under this id; one that fails sent none. */
  async sending<T>(id: string, send: () => Promise<T>): Promise<T> {
    if (!this.#counts.has(id)) this.#refusals.delete(id);
    this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1);
    try {
      return await send();
    } catch (error) {
      this.answered(id, null);
      throw error;
    }
  }

  /** WhatsApp answered a stanza under this id. @param refusal its code; null = it took it */
  answered(id: string, refusal: number | null): void {
    const count = this.#counts.get(id);
    if (count === undefined) return;
    if (refusal !== null) this.#refusals.set(id, refusal);
    if (count > 1) {
      this.#counts.set(id, count - 1);
      return;
    }
    this.#counts.delete(id);
    const waiting = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    for (const answered of waiting) answered(this.#refusals.get(id) ?? null);
  }

  /**
   * Resolves when WhatsApp took all that went out under this id.
   * @throws RequestRefusedError when it refused one; without a code when its answer takes too long, and may be lost
   */
  async taken(id: string): Promise<void> {
    const refusal = this.#counts.has(id) ? await this.#answers(id) : (this.#refusals.get(id) ?? null);
    if (refusal !== null) throw new RequestRefusedError(refusal);
  }

  async #answers(id: string): Promise<number | null> {
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    const timer = setTimeout(() => {
      this.#counts.delete(id);
      reject(new RequestRefusedError(null));
    }, ANSWER_PATIENCE_MS);
    this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), resolve]);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }
}
