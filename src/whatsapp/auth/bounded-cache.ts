/** A cache as Baileys takes them; its own measures every byte of every value and keeps a timer. */
import type { CacheStore } from "../baileys.ts";
import { BoundedMap } from "./bounded-map.ts";

/** @param limit how many entries are kept, at least 1 */
export function boundedCache(limit: number): CacheStore {
  const entries = new BoundedMap<string, unknown>(limit);
  return {
    get: <T>(key: string) => entries.get(key) as T,
    set: (key, value) => entries.set(key, value),
    del: (key) => entries.delete(key),
    flushAll: () => entries.clear(),
  };
}
