/**
 * Credentials and Signal keys of one number in its object's SQLite: one row for the credentials, one row per key.
 *
 * All writes of one Baileys transaction arrive in one `set` and are committed together. A decrypted message travels in
 * the same `set` (see signal-repository.ts) and is handed to `onInbound` inside the same commit: the ratchet cannot
 * advance past a message that was not stored.
 */
import type { AuthenticationCreds, SignalDataSet, SignalDataTypeMap, SignalKeyStore } from "../baileys.ts";
import { BufferJSON, initAuthCreds, proto } from "../baileys.ts";
import { BoundedMap } from "./bounded-map.ts";
import { compactSenderKey } from "./compact-sender-key.ts";

/** Pseudo key type under which a decrypted stanza rides in a key transaction. */
export const INBOUND = "x-inbound";

/** Enough for the sessions of the chats of a busy hour; a session is 1–3 KB. */
const CACHE_ENTRIES = 1_000;

type KeyType = keyof SignalDataTypeMap;

export interface AuthStore {
  readonly creds: AuthenticationCreds;
  readonly keys: SignalKeyStore;
  /** Writes the credentials as they are now. */
  saveCreds(): void;
}

interface AuthStoreOptions {
  storage: DurableObjectStorage;
  /** False once another session took over: writes are then refused (epoch fence). */
  isCurrent: () => boolean;
  /** Stores one decrypted stanza; runs inside the transaction that stores its ratchet; must not throw. */
  onInbound: (inbound: unknown) => void;
}

const serialise = (value: unknown): string => JSON.stringify(value, BufferJSON.replacer);
const parse = (text: string): unknown => JSON.parse(text, BufferJSON.reviver);

/** True when credentials of a linked device are stored: only then is the account's signature present. */
export function hasLinkedCredentials(sql: SqlStorage): boolean {
  const row = sql.exec<{ value: string }>("SELECT value FROM credentials WHERE id = 1").toArray()[0];
  return row !== undefined && (parse(row.value) as AuthenticationCreds).account !== undefined;
}

/** Forgets credentials, Signal keys and the records that belong to them. */
export function wipeAuth(storage: DurableObjectStorage): void {
  storage.transactionSync(() => {
    storage.sql.exec("DELETE FROM credentials");
    storage.sql.exec("DELETE FROM signal_keys");
    storage.sql.exec("DELETE FROM device_lists");
    storage.sql.exec("DELETE FROM app_states");
    storage.sql.exec("DELETE FROM saved_contacts");
  });
}

/**
 * Loads what is stored, or starts afresh. Credentials without an account belong to a link that was never finished;
 * logging in with them would name a device that does not exist (401), so they are discarded with their keys.
 */
export function openAuthStore({ storage, isCurrent, onInbound }: AuthStoreOptions): AuthStore {
  const { sql } = storage;
  if (!hasLinkedCredentials(sql)) wipeAuth(storage);
  const row = sql.exec<{ value: string }>("SELECT value FROM credentials WHERE id = 1").toArray()[0];
  const creds = row ? (parse(row.value) as AuthenticationCreds) : initAuthCreds();
  const cache = new BoundedMap<string, unknown>(CACHE_ENTRIES);

  const read = (type: KeyType, id: string): unknown => {
    const name = `${type}/${id}`;
    const cached = cache.get(name);
    if (cached !== undefined) return cached;
    const found = sql.exec<{ value: string }>("SELECT value FROM signal_keys WHERE type = ? AND id = ?", type, id);
    const stored = found.toArray()[0];
    if (!stored) return undefined;
    let value = parse(stored.value);
    if (type === "app-state-sync-key") {
      value = proto.Message.AppStateSyncKeyData.fromObject(value as Record<string, unknown>);
    }
    cache.set(name, value);
    return value;
  };

  const write = (type: string, id: string, value: unknown): void => {
    const name = `${type}/${id}`;
    if (value === null || value === undefined) {
      sql.exec("DELETE FROM signal_keys WHERE type = ? AND id = ?", type, id);
      cache.delete(name);
      return;
    }
    const kept = type === "sender-key" ? compactSenderKey(value as Uint8Array) : value;
    sql.exec(
      "INSERT INTO signal_keys (type, id, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
      type,
      id,
      serialise(kept),
    );
    cache.set(name, kept);
  };

  const writeAll = (data: Record<string, Record<string, unknown> | undefined>): void => {
    for (const [type, entries] of Object.entries(data)) {
      if (type === INBOUND || !entries) continue;
      for (const [id, value] of Object.entries(entries)) write(type, id, value);
    }
    for (const inbound of Object.values(data[INBOUND] ?? {})) onInbound(inbound);
  };

  const keys: SignalKeyStore = {
    async get<T extends KeyType>(type: T, ids: string[]) {
      const found: { [id: string]: SignalDataTypeMap[T] } = {};
      for (const id of ids) {
        const value = read(type, id);
        if (value !== undefined) found[id] = value as SignalDataTypeMap[T];
      }
      return found;
    },
    async set(data: SignalDataSet) {
      if (!isCurrent()) throw new Error("This session was replaced; its keys may not be written any more");
      try {
        storage.transactionSync(() => writeAll(data as Record<string, Record<string, unknown>>));
      } catch (error) {
        // What the cache was given may have been rolled back.
        cache.clear();
        throw error;
      }
    },
    async clear() {
      wipeAuth(storage);
      cache.clear();
    },
  };

  return {
    creds,
    keys,
    saveCreds() {
      if (!isCurrent()) return;
      sql.exec(
        "INSERT INTO credentials (id, value) VALUES (1, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        serialise(creds),
      );
    },
  };
}
