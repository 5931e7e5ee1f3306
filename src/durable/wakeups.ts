/**
 * Many named wake-ups on the one alarm an object has. A wake-up is a row; the alarm is always set to the earliest. It
 * survives eviction, crashes and deploys, and is the only thing that wakes an object by itself.
 */

/** When several handlers are due, they run in this order. */
export const WAKEUP_NAMES = [
  "heartbeat",
  "reconnect",
  "update",
  "deliveries",
  "risk",
  "directory",
  "profile",
  "media",
  "placeholders",
  "history",
  "prune",
  "report",
] as const;
export type WakeupName = (typeof WAKEUP_NAMES)[number];

export type WakeupHandlers = Record<WakeupName, (now: number) => Promise<void> | void>;

/** Wakes an object whose removal was interrupted; it takes the place of all others, and no handler runs any more. */
const REMOVAL = "removal";

type Row = { name: string; due_at: number };

const KNOWN: ReadonlySet<string> = new Set([...WAKEUP_NAMES, REMOVAL]);

export class Wakeups {
  readonly #storage: DurableObjectStorage;
  readonly #onError: (name: string, error: unknown) => void;

  /** @param onError told of a handler that threw; the wake-up is not repeated by itself. */
  constructor(storage: DurableObjectStorage, onError: (name: string, error: unknown) => void) {
    this.#storage = storage;
    this.#onError = onError;
  }

  /** Sets or moves a wake-up to `dueAt` (epoch milliseconds). */
  set(name: WakeupName, dueAt: number): void {
    this.#storage.sql.exec(
      "INSERT INTO wakeups (name, due_at) VALUES (?, ?) ON CONFLICT DO UPDATE SET due_at = excluded.due_at",
      name,
      Math.ceil(dueAt),
    );
    this.arm();
  }

  /** Like `set`, but never later than what is set already. */
  setNoLaterThan(name: WakeupName, dueAt: number): void {
    const due = this.dueAt(name);
    if (due === null || due > dueAt) this.set(name, dueAt);
  }

  /** From here on the object wakes up only to go on with its removal, at `dueAt` (epoch milliseconds). */
  setRemoval(dueAt: number): void {
    this.#storage.sql.exec("DELETE FROM wakeups");
    this.#storage.sql.exec("INSERT INTO wakeups (name, due_at) VALUES (?, ?)", REMOVAL, Math.ceil(dueAt));
    this.arm();
  }

  dueAt(name: WakeupName): number | null {
    const row = this.#storage.sql.exec<Row>("SELECT name, due_at FROM wakeups WHERE name = ?", name).toArray()[0];
    return row?.due_at ?? null;
  }

  clear(name: WakeupName): void {
    this.#forget(name);
    this.arm();
  }

  /** Sets the alarm to the earliest wake-up, or removes it. Safe to call at any time. */
  arm(): void {
    const { next } = this.#storage.sql.exec<{ next: number | null }>("SELECT MIN(due_at) AS next FROM wakeups").one();
    // Nobody waits for these: the write is part of the object's next commit, and the output gate covers it.
    if (next === null) void this.#storage.deleteAlarm();
    else void this.#storage.setAlarm(next);
  }

  /**
   * Runs what is due. A wake-up is removed before its handler runs, so a handler may set it again; a handler that
   * throws is reported and does not keep the others from running, because an alarm that keeps failing is dropped by
   * the platform after six retries. One that nobody here knows (of a newer version, before a rollback) is removed too:
   * it would set off the alarm for ever.
   */
  async run(handlers: WakeupHandlers, now: number): Promise<void> {
    try {
      const due = this.#storage.sql.exec<Row>("SELECT name, due_at FROM wakeups WHERE due_at <= ?", now).toArray();
      const names = new Set(due.map(({ name }) => name));
      for (const name of names) if (!KNOWN.has(name)) this.#forget(name);
      for (const name of WAKEUP_NAMES) {
        if (!names.has(name)) continue;
        this.#forget(name);
        try {
          await handlers[name](now);
        } catch (error) {
          this.#onError(name, error);
        }
      }
    } finally {
      this.arm();
    }
  }

  #forget(name: string): void {
    this.#storage.sql.exec("DELETE FROM wakeups WHERE name = ?", name);
  }
}
