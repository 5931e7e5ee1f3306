/** How a message becomes a row: as the newest one, or at a place in the past. */
import type { NewMessage } from "./messages-table.ts";

/**
 * @param seq its place in the order of the number's messages; null = after all others
 * @returns false when this message is stored already
 */
export function insertMessage(sql: SqlStorage, message: NewMessage, seq: number | null): boolean {
  const rows = sql.exec(
    `INSERT INTO messages (seq, id, chat_id, direction, address, from_phone, to_phone, from_lid, push_name,
       participant, type, text, quoted_id, quoted_text, unsupported, details, status, source, sent_at, payload)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING seq`,
    seq,
    message.id,
    message.chatId,
    message.direction,
    message.address,
    message.fromPhone,
    message.toPhone,
    message.fromLid,
    message.pushName,
    message.participant,
    ...contentValues(message),
    message.status,
    message.source,
    message.sentAt,
    message.payload,
  );
  // Not by the rows written: a conflict writes one too, into the counter behind AUTOINCREMENT.
  return rows.toArray().length > 0;
}

/** Values of the columns that hold what a message says: type, text, quoted_id, quoted_text, unsupported, details. */
export const contentValues = (message: NewMessage) =>
  [
    message.type,
    message.text,
    message.quoted?.messageId ?? null,
    message.quoted?.text ?? null,
    message.unsupported ? 1 : 0,
    JSON.stringify(message.details ?? {}),
  ] as const;
