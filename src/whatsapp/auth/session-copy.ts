/** The linked session of a number as a whole: taken out of its storage, and put into another's. */
import type { GivenSession, SessionCopy } from "../../durable/rpc-session.ts";
import { wipeAuth } from "./auth-store.ts";
import { compactSenderKey } from "./compact-sender-key.ts";

/** Characters around a key's id and value in an export: quotes, the type in its file's name, the commas. */
const KEY_FRAME_CHARACTERS = 40;
/** Around a device list: the names and the time in it. */
const LIST_FRAME_CHARACTERS = 60;

/**
 * Baileys' keys in the order in which they are missed: what cannot be made anew, then Signal sessions, those read with last first,
 * then device lists, which are asked for again. `total` counts the characters up to and with each.
 */
const RANKED_KEYS = `
  SELECT type, id, SUM(size) OVER (ORDER BY place, used DESC, type, id) AS total FROM (
    SELECT type, id, LENGTH(id) + LENGTH(value) + ${KEY_FRAME_CHARACTERS} AS size,
      CASE type WHEN 'session' THEN 1 WHEN 'device-list' THEN 2 ELSE 0 END AS place,
      CASE type WHEN 'session' THEN (
        SELECT MAX(json_extract(entry.value, '$.indexInfo.used')) FROM json_each(signal_keys.value, '$._sessions') AS entry
      ) END AS used
    FROM signal_keys WHERE type NOT LIKE 'x-%')`;

/**
 * All of a linked device that fits into so many characters; call it only while no session is open, whose keys change all
 * the time. The device lists of our own cache, a day's, are given if all of them fit beside the keys.
 */
export function readAuth({ sql }: DurableObjectStorage, mostCharacters: number): GivenSession {
  const { value: credentials } = sql.exec<{ value: string }>("SELECT value FROM credentials WHERE id = 1").one();
  const { sessions, lists } = sql
    .exec<{ sessions: number; lists: number }>(
      `SELECT (SELECT COUNT(*) FROM signal_keys WHERE type = 'session') AS sessions,
         (SELECT TOTAL(LENGTH(user) + LENGTH(devices) + ${LIST_FRAME_CHARACTERS}) FROM device_lists) AS lists`,
    )
    .one();
  const room = mostCharacters - credentials.length;
  const keys = sql
    .exec<SessionCopy["keys"][number]>(
      `SELECT type, id, value FROM signal_keys
       WHERE (type, id) IN (SELECT type, id FROM (${RANKED_KEYS}) WHERE total <= ?) ORDER BY type, id`,
      room,
    )
    .toArray();
  const taken = keys.reduce((sum, { id, value }) => sum + id.length + value.length + KEY_FRAME_CHARACTERS, 0);
  const deviceLists =
    taken + lists > room
      ? []
      : sql.exec<SessionCopy["deviceLists"][number]>("SELECT user, devices, fetched_at AS fetchedAt FROM device_lists");
  return {
    credentials,
    keys,
    deviceLists: [...deviceLists],
    omitted: sessions - keys.filter(({ type }) => type === "session").length,
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
