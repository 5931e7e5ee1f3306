/**
 * The logger Baileys gets. Its lines carry whole stanzas, message texts and error objects, so only the fixed text of a
 * line at `error` level is passed on, and never its object.
 */
import type { SocketConfig } from "./baileys.ts";

type ILogger = SocketConfig["logger"];

/** Anything that looks like an address or a number someone could be found by. */
const PERSONAL = /\S+@\S+|\d{5,}/g;
const MAX_LENGTH = 120;

/** A logger that hears what is given here, and nothing else. */
export function hearing(heard: Partial<Pick<ILogger, "warn" | "error">>): ILogger {
  const silent = (): void => {};
  const logger: ILogger = {
    level: heard.warn ? "warn" : "error",
    child: () => logger,
    trace: silent,
    debug: silent,
    info: silent,
    warn: silent,
    error: silent,
    ...heard,
  };
  return logger;
}

/** @param warn receives one short sentence without personal data */
export function baileysLogger(warn: (text: string) => void): ILogger {
  return hearing({
    error: (_object: unknown, text?: string) => {
      if (text) warn(`baileys: ${text.replace(PERSONAL, "…").slice(0, MAX_LENGTH)}`);
    },
  });
}
