/**
 * Names of the Workers runtime that the modules under test mention. Its full ambient types cannot be loaded beside
 * Node's (both declare `URL`, `fetch` …), so the ones needed are taken from the package's importable form.
 */
import type * as workers from "@cloudflare/workers-types/experimental";

declare global {
  type SqlStorage = workers.SqlStorage;
  type SqlStorageCursor<T extends Record<string, SqlStorageValue>> = workers.SqlStorageCursor<T>;
  type SqlStorageValue = workers.SqlStorageValue;
  type DurableObjectStorage = workers.DurableObjectStorage;
}
