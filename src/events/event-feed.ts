/**
 * The log for readers: pages of it, and waiting for what comes next. A reader that waits costs one small function here,
 * whatever happens meanwhile: nothing is kept for it, it reads the log when it asks again.
 */
import type { EventList, EventQuery } from "../durable/rpc.ts";
import type { Store } from "../store/store.ts";
import { eventBody } from "./payload.ts";

/** Readers beyond this do not wait but ask again. */
const MOST_WAITING = 100;
/** Below what a proxy in between may take for a dead connection. */
const LONGEST_WAIT_MS = 30_000;

export interface FeedDeps {
  store: Store;
  /** False when the number was removed: there is no log any more. */
  exists: () => boolean;
  /** Runs a function when the current work is done: what was appended may still be rolled back until then. */
  later: (work: () => void) => void;
}

export class EventFeed {
  readonly #deps: FeedDeps;
  readonly #waiting = new Set<() => void>();
  #isWakingUp = false;

  constructor(deps: FeedDeps) {
    this.#deps = deps;
    deps.store.events.onAppend(() => this.wakeReaders());
  }

  /** @see InstanceRpc.listEvents */
  list({ after, limit, types }: EventQuery): EventList {
    const { events, next, more } = this.#deps.store.events.page({ after, limit, types: types ?? null });
    return { events: events.map(eventBody), next, more };
  }

  /** @see InstanceRpc.awaitEvents */
  async next({ after, waitMs, ...query }: Omit<EventQuery, "after"> & { after: number | null; waitMs: number }) {
    if (after === null) return { events: [], next: this.#deps.store.events.lastSeq(), more: false };
    let page = this.list({ ...query, after });
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, Math.min(waitMs, LONGEST_WAIT_MS));
    let isOver = waitMs <= 0 || this.#waiting.size >= MOST_WAITING;
    void patience.promise.then(() => {
      isOver = true;
    });
    while (page.events.length === 0 && !page.more && !isOver) {
      await Promise.race([this.#append(patience.promise), patience.promise]);
      if (!this.#deps.exists()) break;
      page = this.list({ ...query, after: page.next });
    }
    clearTimeout(timer);
    return page;
  }

  /** Lets every reader that waits look again. */
  wakeReaders(): void {
    if (this.#waiting.size === 0 || this.#isWakingUp) return;
    this.#isWakingUp = true;
    this.#deps.later(() => {
      this.#isWakingUp = false;
      const readers = [...this.#waiting];
      this.#waiting.clear();
      for (const wake of readers) wake();
    });
  }

  /** Settles at the next append; its place is free again when `until` comes first. */
  #append(until: Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    void until.then(() => this.#waiting.delete(resolve));
    return promise;
  }
}
