/** Keeps a number's tables to the time they are kept for, by a wake-up that does a little at a time. */
import { PRUNE_START, type PruneCursor } from "../store/prune.ts";
import type { Store } from "../store/store.ts";

/** Rows of each table in one go: a few milliseconds, so that a message in between does not wait. */
const SLICE_ROWS = 100;
/** Between two goes, for what else the object has to do. */
const PAUSE_MS = 50;
/** Never more often than this when nothing is left to do. */
const SHORTEST_INTERVAL_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * 60 * 60 * 1_000;

export interface RetentionDeps {
  store: Store;
  transaction: (work: () => void) => void;
  /** `RETENTION_DAYS` */
  days: () => number;
  wakeAt: (dueAt: number) => void;
  now: () => number;
}

export class Retention {
  readonly #deps: RetentionDeps;
  /** Lost with the object; it then looks from the beginning again, where nothing is left. */
  #cursor: PruneCursor = PRUNE_START;

  constructor(deps: RetentionDeps) {
    this.#deps = deps;
  }

  /** Asks for the next wake-up: when the oldest row's time is over. */
  schedule(): void {
    const { store, days, wakeAt, now } = this.#deps;
    const oldest = store.pruning.oldest() ?? now();
    wakeAt(Math.max(now() + SHORTEST_INTERVAL_MS, oldest + days() * DAY_MS));
  }

  /** Removes one slice of what is too old, and asks for the next. */
  prune(): void {
    const { store, transaction, days, wakeAt, now } = this.#deps;
    transaction(() => {
      const { cursor, undelivered, isDone } = store.pruning.slice(this.#cursor, now() - days() * DAY_MS, SLICE_ROWS);
      if (undelivered > 0) {
        const what = undelivered === 1 ? "webhook delivery was" : "webhook deliveries were";
        store.logs.add("error", `${undelivered} ${what} removed undone: older than ${days()} days`, now());
      }
      this.#cursor = isDone ? PRUNE_START : cursor;
      if (isDone) this.schedule();
      else wakeAt(now() + PAUSE_MS);
    });
  }
}
