import { createHash } from "node:crypto";

/** How many values the first 32 bits of a hash have, by definition. */
const HASHES = 2 ** 32;

/**
 * How long a number waits after its object was restarted before it logs in again, milliseconds from 0 to below `windowMs`.
 * A deploy restarts every object of the deployment at once; a hash of the name decides, so that the logins are spread
 * evenly, and the same number always takes the same place.
 */
export function restartJitterMs(name: string, windowMs: number): number {
  const hash = createHash("sha256").update(name, "utf8").digest().readUInt32BE(0);
  return Math.floor((hash / HASHES) * windowMs);
}
