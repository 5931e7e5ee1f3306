/** The linked session of a number as a whole: taken out of its storage, and put into another's. */
import type { SessionCopy } from "../../durable/rpc-session.ts";
import { wipeAuth } from "./auth-store.ts";
import { compactSenderKey } from "./compact-sender-key.ts";

/** Everything of a device that is linked; call it only while no session is open, whose keys change all the time. */
export function readAuth({ sql }: DurableObjectStorage): SessionCopy {
  const { value: credentials } = sql.exec<{ value: string }>("SELECT value FROM credentials WHERE id = 1").one();
  const keys = sql.exec<SessionCopy["keys"][number]>("SELECT type, id, value FROM signal_keys ORDER BY type, id");
  const lists = sql.exec<{ user: string; devices: string; fetched_at: number }>("SELECT * FROM device_lists");
  return {
    credentials,
    keys: keys.toArray(),
    deviceLists: lists.toArray().map(({ user, devices, fetched_at: fetchedAt }) => ({ user, devices, fetchedAt })),
  };
}

/** A sender key as others keep it → as our store keeps it. */
function storedValue({ type, value }: SessionCopy["keys"][number]): string {
  if (type !== "sender-key") return value;
  const { data } = JSON.parse(value) as { data: string };
  const kept = Buffer.from(compactSenderKey(Buffer.from(data, "base64")));
  return JSON.stringify({ type: "Buffer", data: kept.toString("base64") });
}

/** Puts a session in the place of what is there, in one transaction. */
export function replaceAuth(storage: DurableObjectStorage, { credentials, keys, deviceLists }: SessionCopy): void {
  const { sql } = storage;
  storage.transactionSync(() => {
    wipeAuth(storage);
    sql.exec("INSERT INTO credentials (id, value) VALUES (1, ?)", credentials);
    for (const key of keys) {
      // Two spellings of one file name may mean the same key: the later one counts.
      sql.exec(
        "INSERT INTO signal_keys (type, id, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        key.type,
        key.id,
        storedValue(key),
      );
    }
    for (const { user, devices, fetchedAt } of deviceLists) {
      sql.exec("INSERT INTO device_lists (user, devices, fetched_at) VALUES (?, ?, ?)", user, devices, fetchedAt);
    }
  });
}
