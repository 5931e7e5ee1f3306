/**
 * Messages that came without their content and of which nobody was told yet. The message itself is a row of `messages`
 * with an empty payload, which the content fills when it comes, before or after the telling.
 */
import { contentValues } from "./insert-message.ts";
import type { NewMessage } from "./messages-table.ts";

type Key = Pick<NewMessage, "id" | "chatId" | "direction">;
type Row = { chat_id: string; message: string; is_stored: number; from_phone: string | null };

export function placeholdersTable(sql: SqlStorage) {
  return {
    add(message: NewMessage, dueAt: number): void {
      sql.exec(
        "INSERT INTO placeholders (message_id, chat_id, direction, message, due_at) VALUES (?, ?, ?, ?, ?)",
        message.id,
        message.chatId,
        message.direction,
        JSON.stringify({ ...message, payload: null }),
        dueAt,
      );
    },

    /**
     * Those whose time has come, oldest first, under the chat and phone that are known by now. One whose message
     * retention has removed meanwhile is among them: left behind, it would be due for ever.
     */
    due(now: number): NewMessage[] {
      return sql
        .exec<Row>(
          `SELECT p.chat_id, p.message, m.seq IS NOT NULL AS is_stored, m.from_phone FROM placeholders p LEFT JOIN messages m
             ON m.id = p.message_id AND m.chat_id = p.chat_id AND m.direction = p.direction
           WHERE p.due_at <= ? ORDER BY m.seq LIMIT 100`,
          now,
        )
        .toArray()
        .map((row) => ({
          ...(JSON.parse(row.message) as NewMessage),
          chatId: row.chat_id,
          ...(row.is_stored === 1 && { fromPhone: row.from_phone }),
          payload: new Uint8Array(0),
        }));
    },

    nextDueAt: (): number | null =>
      sql.exec<{ at: number | null }>("SELECT MIN(due_at) AS at FROM placeholders").one().at,

    /** @returns false when it was told of already */
    drop: ({ id, chatId, direction }: Key): boolean =>
      sql.exec("DELETE FROM placeholders WHERE message_id = ? AND chat_id = ? AND direction = ?", id, chatId, direction)
        .rowsWritten > 0,

    /** Who wrote a message that still waits for its content; null when there is none like it. */
    unfilled({ id, chatId, direction }: Key): Pick<NewMessage, "fromPhone" | "fromLid"> | null {
      const row = sql
        .exec<{ from_phone: string | null; from_lid: string | null }>(
          `SELECT from_phone, from_lid FROM messages
           WHERE id = ? AND chat_id = ? AND direction = ? AND length(payload) = 0
             AND json_extract(details, '$.unavailable') IS NOT NULL`,
          id,
          chatId,
          direction,
        )
        .toArray()[0];
      return row ? { fromPhone: row.from_phone, fromLid: row.from_lid } : null;
    },

    /** The content came; an edit of it may have come before. */
    fill(message: NewMessage): void {
      sql.exec(
        `UPDATE messages SET type = ?, text = iif(edited_at IS NULL, ?, text), quoted_id = ?, quoted_text = ?,
           unsupported = ?, details = ?, payload = ?
         WHERE id = ? AND chat_id = ? AND direction = ?`,
        ...contentValues(message),
        message.payload,
        message.id,
        message.chatId,
        message.direction,
      );
    },

    /** Removes a message that nobody was told of. */
    forget(id: string, chatId: string, participant: string | null): void {
      const row = sql
        .exec<{ seq: number; direction: string }>(
          `SELECT m.seq, m.direction FROM messages m JOIN placeholders p
             ON m.id = p.message_id AND m.chat_id = p.chat_id AND m.direction = p.direction
           WHERE m.id = ? AND m.chat_id = ? AND m.participant IS ?`,
          id,
          chatId,
          participant,
        )
        .toArray()[0];
      if (!row) return;
      sql.exec("DELETE FROM messages WHERE seq = ?", row.seq);
      sql.exec(
        "DELETE FROM placeholders WHERE message_id = ? AND chat_id = ? AND direction = ?",
        id,
        chatId,
        row.direction,
      );
    },

    rekeyChat(from: string, to: string): void {
      sql.exec("UPDATE OR REPLACE placeholders SET chat_id = ? WHERE chat_id = ?", to, from);
    },
  };
}

export type PlaceholdersTable = ReturnType<typeof placeholdersTable>;
