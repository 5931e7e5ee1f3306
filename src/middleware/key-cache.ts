/**
 * Keys that were found good, remembered by this isolate so that not every call asks the Directory. A revoked key works
 * on in other isolates until its entry ends.
 */
import type { KeyGrant } from "../durable/rpc.ts";

/** The promise of the API: a revoked key stops working within this time, milliseconds. */
const KEPT_MS = 30_000;
/** Keys in use at the same time in one isolate; the oldest entry goes first. */
const MAX_ENTRIES = 1_000;

export class KeyCache {
  readonly #entries = new Map<string, { grant: KeyGrant; until: number }>();

  /** @param hash SHA-256 of the whole key, so that the cache holds no secrets */
  get(hash: string, now: number): KeyGrant | null {
    const entry = this.#entries.get(hash);
    if (entry === undefined) return null;
    if (entry.until > now) return entry.grant;
    this.#entries.delete(hash);
    return null;
  }

  put(hash: string, grant: KeyGrant, now: number): void {
    const [oldest] = this.#entries.keys();
    if (this.#entries.size >= MAX_ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
    this.#entries.set(hash, { grant, until: Math.min(now + KEPT_MS, grant.expiresAt ?? Number.POSITIVE_INFINITY) });
  }
}
