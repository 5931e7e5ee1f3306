/** Waiting for events, never for time: a wait is looked at again whenever something has changed. */

/** How long a wait lasts when its caller says nothing. */
export const DEFAULT_WAIT_MS = 10_000;

/** A wait that ended without what it waited for; the message says what was awaited and what was seen instead. */
export class WaitTimeout extends Error {
  override readonly name = "WaitTimeout";
}

export interface WaitOptions {
  /** What is awaited, to finish the sentence "waited for …". */
  what: string;
  /** What has been seen so far, told when the wait fails. */
  seen?: () => string;
  /** Milliseconds, {@link DEFAULT_WAIT_MS} if absent. */
  timeoutMs?: number | undefined;
}

interface Waiter {
  look: () => boolean;
  fail: (error: Error) => void;
}

export class Waits {
  readonly #waiters = new Set<Waiter>();
  #stopped = false;

  /** Resolves with the first value `check` gives, at once if it has one already; rejects with {@link WaitTimeout}. */
  until<T>(check: () => T | undefined, { what, seen, timeoutMs = DEFAULT_WAIT_MS }: WaitOptions): Promise<T> {
    const first = check();
    if (first !== undefined) return Promise.resolve(first);
    if (this.#stopped) return Promise.reject(new Error(`the simulator has stopped; nothing to wait for: ${what}`));
    return new Promise<T>((resolve, reject) => {
      const finish = () => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        look: () => {
          const value = check();
          if (value === undefined) return false;
          finish();
          resolve(value);
          return true;
        },
        fail: (error) => {
          finish();
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        const sight = seen?.();
        waiter.fail(new WaitTimeout(`waited ${timeoutMs} ms for ${what}; seen: ${sight || "nothing"}`));
      }, timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  /** To be called after every change that a wait could be about. */
  changed(): void {
    for (const waiter of [...this.#waiters]) waiter.look();
  }

  /** Fails every open wait: the simulator is going away. */
  stop(): void {
    this.#stopped = true;
    for (const waiter of [...this.#waiters]) waiter.fail(new Error("the simulator has stopped"));
  }
}
