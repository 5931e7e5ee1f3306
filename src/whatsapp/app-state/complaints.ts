/** Hears what Baileys only logs: a patch, a record or a hash that failed its check is a warning to it, and it goes on. */
import { hearing } from "../baileys-logger.ts";

export class Complaints {
  #any = false;

  readonly logger = hearing({ warn: () => this.#complain(), error: () => this.#complain() });

  /** Whether anything failed a check. */
  get any(): boolean {
    return this.#any;
  }

  #complain(): void {
    this.#any = true;
  }
}
