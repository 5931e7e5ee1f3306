/** Hears what Baileys only logs: a patch, a record or a hash that failed its check is a warning to it, and it goes on. */
import type { SocketConfig } from "../baileys.ts";

type Logger = SocketConfig["logger"];

export class Complaints {
  #any = false;

  readonly logger: Logger = this.#listener();

  /** Whether anything failed a check. */
  get any(): boolean {
    return this.#any;
  }

  #listener(): Logger {
    const silent = (): void => {};
    const complain = (): void => {
      this.#any = true;
    };
    const logger: Logger = {
      level: "warn",
      child: () => logger,
      trace: silent,
      debug: silent,
      info: silent,
      warn: complain,
      error: complain,
    };
    return logger;
  }
}
