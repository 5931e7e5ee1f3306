/**
 * The same call with the same `Idempotency-Key` is executed once: the first one runs, those that come meanwhile wait for
 * its answer, later ones get it again. A call whose object or Worker was stopped in the middle runs again when it is repeated;
 * what it does must bear that (a send derives its message id from the key, so WhatsApp and the store see one message).
 */
import type { IdempotencyTable } from "./idempotency-table.ts";

/** How long a repetition waits for a call that is still running. */
const PATIENCE_MS = 20_000;
/**
 * A call that did not end for so long never will: the Worker that ran it is gone. Longer than a send with its file takes
 * (30 s to fetch it, 30 s for its slot, 10 s for WhatsApp's answer); one that takes longer still bears being repeated.
 */
const LONGEST_CALL_MS = 2 * 60_000;

export type IdempotencyVerdict =
  /** Execute it, and report the answer with `end`. */
  | { state: "run" }
  /** It was executed before: answer this. */
  | { state: "done"; answer: string }
  /** The key was used for another call. */
  | { state: "mismatch" }
  /** It is still being executed. */
  | { state: "busy" };

/** How a call ended. */
export type IdempotentEnd =
  /** The answer, sealed: repetitions get it again. */
  | { kind: "answered"; answer: string }
  /** Nothing was done: the key is free again. */
  | { kind: "undone" }
  /** It was done, but what became of it is not known yet: the same call, and no other, runs again and finds out. */
  | { kind: "unfinished" };

export class IdempotentCalls {
  readonly #table: IdempotencyTable;
  readonly #now: () => number;
  /** Those that run in this object's memory, since when, and who waits for each. */
  readonly #running = new Map<string, { since: number; waiting: (() => void)[] }>();

  constructor(table: IdempotencyTable, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /** @param id hash of caller and key. @param fingerprint hash of method, path and body */
  async begin(id: string, fingerprint: string): Promise<IdempotencyVerdict> {
    const now = this.#now();
    const known = this.#table.find(id, now);
    if (known && known.fingerprint !== fingerprint) return { state: "mismatch" };
    if (known?.answer != null) return { state: "done", answer: known.answer };
    const running = this.#running.get(id);
    if (!running || now - running.since >= LONGEST_CALL_MS) {
      this.#running.set(id, { since: now, waiting: running?.waiting ?? [] });
      this.#table.start(id, fingerprint, now);
      return { state: "run" };
    }
    const ended = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), PATIENCE_MS);
      running.waiting.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
    return ended ? this.begin(id, fingerprint) : { state: "busy" };
  }

  /** @returns whether repetitions were waiting for it */
  end(id: string, end: IdempotentEnd): boolean {
    if (end.kind === "undone") this.#table.forget(id);
    if (end.kind === "answered") this.#table.answer(id, end.answer);
    const { waiting } = this.#running.get(id) ?? { waiting: [] };
    this.#running.delete(id);
    for (const wake of waiting) wake();
    return waiting.length > 0;
  }
}
