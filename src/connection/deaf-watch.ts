/**
 * Notices a session that has gone deaf: its pings are answered, so the transport sees nothing wrong, but nothing else
 * gets through. An idle number looks the same, so WhatsApp is asked something beyond a ping before anything is done.
 * What still cannot be seen is a server that answers questions and keeps messages to itself.
 */

/** A session this old (ms) that heard nothing for so long (ms) is asked about: the public package's figures. */
const LEAST_AGE_MS = 120_000;
const QUIET_MS = 300_000;
/** A message usually is acknowledged within a second; one that is not for so long is a reason to ask (ours). */
const OVERDUE_MS = 15_000;

export interface DeafWatchDeps {
  /** Asks WhatsApp something beyond a ping. @returns false when no answer came */
  probe: () => Promise<boolean>;
  /** No answer came: this session is of no more use. */
  onDeaf: () => void;
  now: () => number;
}

export class DeafWatch {
  readonly #deps: DeafWatchDeps;
  readonly #openedAt: number;
  #heardAt: number;
  /** Messages without an acknowledgement, in the order in which they left, with the time. */
  readonly #unacknowledged = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking = false;
  #isOver = false;

  /** One per session, from its opening. */
  constructor(deps: DeafWatchDeps) {
    this.#deps = deps;
    this.#openedAt = deps.now();
    this.#heardAt = this.#openedAt;
  }

  /** Anything came from WhatsApp. */
  heard(): void {
    this.#heardAt = this.#deps.now();
  }

  /** A message leaves. */
  sent(messageId: string): void {
    this.#unacknowledged.set(messageId, this.#deps.now());
    this.#arm();
  }

  /** WhatsApp, or the recipient, said something about messages of ours. */
  acknowledged(messageIds: readonly string[]): void {
    for (const id of messageIds) this.#unacknowledged.delete(id);
  }

  /** To be called now and then. */
  async look(): Promise<void> {
    const now = this.#deps.now();
    const oldest = this.#unacknowledged.values().next().value;
    const isOverdue = oldest !== undefined && now - Math.max(oldest, this.#heardAt) >= OVERDUE_MS;
    const isQuiet = now - this.#openedAt >= LEAST_AGE_MS && now - this.#heardAt >= QUIET_MS;
    if ((!isOverdue && !isQuiet) || this.#asking || this.#isOver) return;
    this.#asking = true;
    const answered = await this.#deps.probe();
    this.#asking = false;
    if (this.#isOver) return;
    if (!answered) {
      this.#deps.onDeaf();
      return;
    }
    // What is still not acknowledged was lost on WhatsApp's side; asking again would not bring it.
    this.#unacknowledged.clear();
    this.heard();
  }

  /** The session is over. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#isOver) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.look().then(() => {
        if (this.#unacknowledged.size > 0) this.#arm();
      });
    }, OVERDUE_MS);
  }
}
