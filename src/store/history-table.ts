/**
 * Parts of the phone's history that are still to be read, and the messages read from them. Those take the places before
 * all others, in the order of their times: `seq` is below zero, and grows with the second a message was sent in.
 */
import type { HistoryNotice } from "../whatsapp/history-part.ts";
import { insertMessage } from "./insert-message.ts";
import type { NewMessage } from "./messages-table.ts";

export interface HistoryRow {
  id: string;
  /** False: only who is who and tokens are taken from it. */
  withMessages: boolean;
  inline: Uint8Array | null;
  file: HistoryNotice["file"];
  /** Key in the bucket, once it is there. */
  key: string | null;
  /** How often its reading was begun. */
  attempts: number;
}

type Row = {
  id: string;
  with_messages: number;
  inline: ArrayBuffer | null;
  file: string | null;
  key: string | null;
  attempts: number;
};

/** Messages of one second that can be told apart; of more the rest is not stored. */
const PER_SECOND = 2 ** 20;
const FIRST_SEQ = Number.MIN_SAFE_INTEGER;

export function historyTable(sql: SqlStorage) {
  /** The place of a message sent in this second: before those of the second that are there, for they come newest first. */
  const placeAt = (sentAt: number): number => {
    const first = FIRST_SEQ + Math.floor(Math.max(0, sentAt) / 1_000) * PER_SECOND;
    const end = first + PER_SECOND;
    const { min } = sql
      .exec<{ min: number | null }>("SELECT MIN(seq) AS min FROM messages WHERE seq >= ? AND seq < ?", first, end)
      .one();
    return (min ?? end) - 1;
  };

  return {
    add({ id, inline, file }: HistoryNotice, withMessages: boolean, now: number): void {
      sql.exec(
        "INSERT INTO history (id, with_messages, inline, file, due_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        id,
        withMessages ? 1 : 0,
        inline,
        file === null ? null : JSON.stringify(file),
        now,
      );
    },

    /** Those of these keys of the bucket that parts are kept under. */
    known(keys: readonly string[]): string[] {
      const query = "SELECT key FROM history WHERE key IN (SELECT value FROM json_each(?))";
      return sql
        .exec<{ key: string }>(query, JSON.stringify(keys))
        .toArray()
        .map(({ key }) => key);
    },

    /** The oldest part that is due. */
    next(now: number): HistoryRow | null {
      const row = sql
        .exec<Row>(
          "SELECT id, with_messages, inline, file, key, attempts FROM history WHERE due_at <= ? ORDER BY rowid LIMIT 1",
          now,
        )
        .toArray()[0];
      if (!row) return null;
      return {
        id: row.id,
        withMessages: row.with_messages === 1,
        inline: row.inline === null ? null : new Uint8Array(row.inline),
        file: row.file === null ? null : JSON.parse(row.file),
        key: row.key,
        attempts: row.attempts,
      };
    },

    nextDueAt: (): number | null => sql.exec<{ at: number | null }>("SELECT MIN(due_at) AS at FROM history").one().at,

    keyOf: (id: string): string | null =>
      sql.exec<{ key: string | null }>("SELECT key FROM history WHERE id = ?", id).toArray()[0]?.key ?? null,

    fetched(id: string, key: string): void {
      sql.exec("UPDATE history SET key = ? WHERE id = ?", key, id);
    },

    /** Its reading begins; should it take the object down with it, it is due again at `dueAt`. */
    begun(id: string, dueAt: number): void {
      sql.exec("UPDATE history SET due_at = ?, attempts = attempts + 1 WHERE id = ?", dueAt, id);
    },

    retryAt(id: string, dueAt: number): void {
      sql.exec("UPDATE history SET due_at = ? WHERE id = ?", dueAt, id);
    },

    remove(id: string): void {
      sql.exec("DELETE FROM history WHERE id = ?", id);
    },

    /** @returns false when this message is stored already */
    insertMessage(message: NewMessage): boolean {
      return insertMessage(sql, message, placeAt(message.sentAt));
    },
  };
}

export type HistoryTable = ReturnType<typeof historyTable>;
