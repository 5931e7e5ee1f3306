/** The platform's log, as an instance writes it: its name (org/instance) and a fixed sentence. */
import { type ErrorDescription, type LogLevel, log } from "../log.ts";

/** @param name the object's name, `org/instance` */
export function logEvent(level: LogLevel, message: string, name: string | undefined, error?: ErrorDescription): void {
  const [org, instance] = name?.split("/") ?? [];
  log(level, message, {
    ...(org === undefined ? {} : { org }),
    ...(instance === undefined ? {} : { instance }),
    ...(error === undefined ? {} : { error }),
  });
}
