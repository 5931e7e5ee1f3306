/**
 * The same call with the same `Idempotency-Key` is executed once: the first one runs, those that come meanwhile wait for
 * its answer, later ones get it again. A call whose object was stopped in the middle runs again when it is repeated;
 * what it does must bear that (a send derives its message id from the key, so WhatsApp and the store see one message).
 */
import type { IdempotencyTable } from "./idempotency-table.ts";

/** How long a repetition waits for a call that is still running. */
const PATIENCE_MS = 20_000;

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
  /** Those that run in this object's memory, and who waits for each. */
  readonly #running = new Map<string, (() => void)[]>();

  constructor(table: IdempotencyTable, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /** @param id hash of caller and key. @param fingerprint hash of method, path and body */
  async begin(id: string, fingerprint: string): Promise<IdempotencyVerdict> {
    const known = this.#table.find(id, this.#now());
    if (known && known.fingerprint !== fingerprint) return { state: "mismatch" };
    if (known?.answer != null) return { state: "done", answer: known.answer };
    const waiting = this.#running.get(id);
    if (!waiting) {
      this.#running.set(id, []);
      this.#table.start(id, fingerprint, this.#now());
      return { state: "run" };
    }
    const ended = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), PATIENCE_MS);
      waiting.push(() => {
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
    const waiting = this.#running.get(id) ?? [];
    this.#running.delete(id);
    for (const wake of waiting) wake();
    return waiting.length > 0;
  }
}
