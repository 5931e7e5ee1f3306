/** A session in which messages cannot be decrypted is degraded before it is lost. */
import { MINUTE_MS } from "./verdict.ts";

/** Undecryptable messages within a minute from which a session counts as degraded (the public package's). */
const DEGRADED_FROM = 3;
export const STABILITY_WINDOW_MS = MINUTE_MS;

/** @param failures times of undecryptable messages, epoch milliseconds */
export function isDegraded(failures: readonly number[], now: number): boolean {
  return failures.filter((at) => at <= now && now - at < STABILITY_WINDOW_MS).length >= DEGRADED_FROM;
}
