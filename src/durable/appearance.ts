/**
 * Whether a number shows itself online: at once, a while after it connected, or on and off over the day, as its behaviour
 * and its modules want it. Timers are enough: a number that is online is kept in memory, and a new session begins anew.
 */
import { nextSpell } from "../number-safety/presence.ts";
import { availableAfterMs } from "../number-safety/stealth-connect.ts";

export interface AppearanceDeps {
  /** The behaviour wants the number to be seen. */
  marksOnline: () => boolean;
  /** The module `stealthConnect` is on. */
  isStealthy: () => boolean;
  /** The factor of the time of day; null while the module `presence` is off. */
  factor: () => number | null;
  /** Tells WhatsApp. Never throws. */
  announce: (available: boolean) => Promise<void>;
  now: () => number;
  random: () => number;
}

export class Appearance {
  readonly #deps: AppearanceDeps;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Out of sight for a while, though the behaviour wants the number to be seen. */
  #isAway = false;

  constructor(deps: AppearanceDeps) {
    this.#deps = deps;
  }

  /** Whether a session shows itself online as soon as it is connected. */
  get atOnce(): boolean {
    const { marksOnline, isStealthy, factor } = this.#deps;
    return marksOnline() && !isStealthy() && factor() === null;
  }

  /** A session is open. */
  connected(): void {
    clearTimeout(this.#timer);
    const { marksOnline, isStealthy, random } = this.#deps;
    if (!marksOnline() || this.atOnce) return;
    this.#isAway = true;
    this.#timer = setTimeout(() => void this.#next(), isStealthy() ? availableAfterMs(random()) : 0);
  }

  /** Behaviour or modules were changed. */
  changed(): void {
    clearTimeout(this.#timer);
    if (this.#deps.marksOnline()) void this.#next();
    else void this.#show(false);
  }

  /** Somebody writes here: who types is online. */
  async attend(): Promise<void> {
    const { marksOnline, factor } = this.#deps;
    if (this.#isAway && marksOnline() && factor() !== null) await this.#spell(true);
  }

  /** The phone is put away. @param until epoch milliseconds */
  away(until: number): void {
    const { marksOnline, now } = this.#deps;
    if (!marksOnline()) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#next(), Math.max(0, until - now()));
    void this.#show(false);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async #next(): Promise<void> {
    if (this.#deps.factor() === null) await this.#show(true);
    else await this.#spell();
  }

  async #spell(wanted?: boolean): Promise<void> {
    const { factor, random } = this.#deps;
    clearTimeout(this.#timer);
    const { available, ms } = nextSpell(factor() ?? 1, random);
    this.#timer = setTimeout(() => void this.#next(), ms);
    await this.#show(wanted ?? available);
  }

  async #show(available: boolean): Promise<void> {
    this.#isAway = !available;
    await this.#deps.announce(available);
  }
}
