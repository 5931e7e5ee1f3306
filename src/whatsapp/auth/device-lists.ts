/**
 * Which devices each contact has, kept in SQLite. Baileys' own cache lives five minutes in memory; after that, and
 * after each restart, every contact costs a usync query and a fresh session, which burns one of the contact's prekeys.
 * WhatsApp tells of changes by `devices` notifications, upon which Baileys updates or drops the entry.
 */

/** A day: long enough to save the queries, short enough to heal a notification that never came. */
const LIFETIME_MS = 24 * 60 * 60 * 1_000;

/** The store Baileys takes as `userDevicesCache`; keys are the user part of a JID. */
export function deviceLists(sql: SqlStorage, now: () => number) {
  const get = <T>(user: string): T | undefined => {
    const query = "SELECT devices FROM device_lists WHERE user = ? AND fetched_at > ?";
    const row = sql.exec<{ devices: string }>(query, user, now() - LIFETIME_MS).toArray()[0];
    return row ? (JSON.parse(row.devices) as T) : undefined;
  };
  const set = (user: string, devices: unknown): void => {
    sql.exec(
      "INSERT INTO device_lists (user, devices, fetched_at) VALUES (?, ?, ?) " +
        "ON CONFLICT DO UPDATE SET devices = excluded.devices, fetched_at = excluded.fetched_at",
      user,
      JSON.stringify(devices),
      now(),
    );
  };
  return {
    get,
    set,
    /** Whether somebody's list would have to be asked for; reads no list. */
    lacks(users: readonly string[]): boolean {
      const query =
        "SELECT 1 FROM json_each(?) AS wanted WHERE NOT EXISTS " +
        "(SELECT 1 FROM device_lists WHERE user = wanted.value AND fetched_at > ?) LIMIT 1";
      return sql.exec(query, JSON.stringify(users), now() - LIFETIME_MS).toArray().length > 0;
    },
    del: (user: string): void => void sql.exec("DELETE FROM device_lists WHERE user = ?", user),
    flushAll: (): void => void sql.exec("DELETE FROM device_lists"),
  };
}
