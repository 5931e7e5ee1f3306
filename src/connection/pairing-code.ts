/** The pairing code of a link attempt, and those who wait for it. */

/** How long a caller waits for a code, milliseconds (ours): below what HTTP clients wait. */
const PATIENCE_MS = 10_000;

export class PairingCode {
  #code: string | null = null;
  #waiting: ((code: string | null) => void)[] = [];

  /** `XXXX-XXXX`, or null when there is none at the moment. */
  get current(): string | null {
    return this.#code;
  }

  /** @param code 8 characters. @returns the code as it is shown */
  show(code: string): string {
    this.#code = `${code.slice(0, 4)}-${code.slice(4)}`;
    for (const resolve of this.#waiting.splice(0)) resolve(this.#code);
    return this.#code;
  }

  /** The code is void; those who wait go on waiting, for a lost connection is opened again. */
  clear(): void {
    this.#code = null;
  }

  /** The attempt was ended or replaced by another one, maybe for another phone: those who wait get nothing. */
  abandon(): void {
    this.#code = null;
    for (const resolve of this.#waiting.splice(0)) resolve(null);
  }

  /** @returns the code as soon as there is one, or null when patience ends or the attempt does */
  wait(): Promise<string | null> {
    if (this.#code !== null) return Promise.resolve(this.#code);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((waiter) => waiter !== settle);
        resolve(null);
      }, PATIENCE_MS);
      const settle = (code: string | null): void => {
        clearTimeout(timer);
        resolve(code);
      };
      this.#waiting.push(settle);
    });
  }
}
