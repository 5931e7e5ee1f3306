/** Stored messages as they are shown, a page at a time. */
import type { MessageQuery, StoredMessage } from "../durable/rpc.ts";
import { iso } from "./iso.ts";
import type { MessageStatus } from "./messages-table.ts";
import { pageOf } from "./page.ts";

type Row = {
  seq: number;
  id: string;
  direction: "inbound" | "outbound";
  chat_id: string;
  from_phone: string | null;
  to_phone: string | null;
  from_lid: string | null;
  push_name: string | null;
  type: string;
  text: string;
  quoted_id: string | null;
  quoted_text: string | null;
  participant: string | null;
  unsupported: number;
  details: string;
  edited_at: number | null;
  deleted_at: number | null;
  sent_at: number;
  status: MessageStatus;
  code: number | null;
  reason: string | null;
  source: "api" | "reply" | "phone" | null;
};

const toStored = (row: Row): StoredMessage => ({
  id: row.id,
  direction: row.direction,
  chatId: row.chat_id,
  from: row.from_phone,
  to: row.to_phone,
  fromLid: row.from_lid,
  pushName: row.push_name,
  type: row.type,
  text: row.text,
  quoted: row.quoted_id === null ? null : { messageId: row.quoted_id, text: row.quoted_text ?? "" },
  participant: row.participant,
  unsupported: row.unsupported === 1,
  details: JSON.parse(row.details),
  media: null,
  editedAt: iso(row.edited_at),
  deletedAt: iso(row.deleted_at),
  timestamp: new Date(row.sent_at).toISOString(),
  status: row.status,
  failure: row.status === "failed" ? { code: row.code, reason: row.reason } : null,
  source: row.source,
});

/** Newest first; `next` is the cursor of the following page. */
export function listMessages(sql: SqlStorage, query: MessageQuery): { messages: StoredMessage[]; next: string | null } {
  const where = ["seq < ?"];
  const values: SqlStorageValue[] = [query.cursor ? Number(query.cursor) : Number.MAX_SAFE_INTEGER];
  if (query.direction) {
    where.push("direction = ?");
    values.push(query.direction);
  }
  if (query.since) {
    where.push("sent_at > ?");
    values.push(Date.parse(query.since));
  }
  if (query.phone) {
    where.push("(chat_id = ? OR from_phone = ? OR to_phone = ?)");
    values.push(`${query.phone}@s.whatsapp.net`, query.phone, query.phone);
  }
  if (query.q) {
    // instr, because the runtime's LIKE patterns end at 50 bytes. Case folding is SQLite's: ASCII letters.
    where.push("instr(lower(text), lower(?)) > 0");
    values.push(query.q);
  }
  const rows = sql
    .exec<Row>(
      `SELECT seq, id, direction, chat_id, from_phone, to_phone, from_lid, push_name, type, text, quoted_id, quoted_text,
         participant, unsupported, details, edited_at, deleted_at, sent_at, status, code, reason, source
       FROM messages WHERE ${where.join(" AND ")} ORDER BY seq DESC LIMIT ?`,
      ...values,
      query.limit + 1,
    )
    .toArray();
  const { page, next } = pageOf(rows, query.limit, ({ seq }) => String(seq));
  return { messages: page.map(toStored), next };
}
