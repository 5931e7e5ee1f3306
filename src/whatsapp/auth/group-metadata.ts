/**
 * Who is in each group, kept in SQLite: without it Baileys asks WhatsApp before every message to a group. WhatsApp tells
 * of changes by `w:gp2` notifications, upon which the entry is dropped.
 */
import type { GroupMetadata } from "../baileys.ts";

/** A day: long enough to save the queries, short enough to heal a notification that never came. */
const LIFETIME_MS = 24 * 60 * 60 * 1_000;

export function groupMetadata(sql: SqlStorage, now: () => number) {
  /** Counts the changes, because one may come while WhatsApp is asked: its answer may be from before. */
  let changes = 0;
  return {
    /** What is known of a group; asked for and remembered when nothing is. */
    async get(jid: string, ask: (jid: string) => Promise<GroupMetadata>): Promise<GroupMetadata> {
      const query = "SELECT metadata FROM group_metadata WHERE jid = ? AND fetched_at > ?";
      const row = sql.exec<{ metadata: string }>(query, jid, now() - LIFETIME_MS).toArray()[0];
      if (row) return JSON.parse(row.metadata) as GroupMetadata;
      const before = changes;
      const metadata = await ask(jid);
      if (changes !== before) return metadata;
      sql.exec(
        "INSERT INTO group_metadata (jid, metadata, fetched_at) VALUES (?, ?, ?) " +
          "ON CONFLICT DO UPDATE SET metadata = excluded.metadata, fetched_at = excluded.fetched_at",
        jid,
        JSON.stringify(metadata),
        now(),
      );
      return metadata;
    },

    drop(jid: string): void {
      changes += 1;
      sql.exec("DELETE FROM group_metadata WHERE jid = ?", jid);
    },
  };
}
