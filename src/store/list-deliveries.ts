/** Deliveries as they are shown, a page at a time. */
import type { DeliveryQuery, DeliveryView } from "../durable/rpc.ts";
import type { DeliveryRow } from "./deliveries-table.ts";
import { iso } from "./iso.ts";
import { pageOf } from "./page.ts";

type Row = DeliveryRow & {
  status: DeliveryView["status"];
  due_at: number;
  response_status: number | null;
  last_error: string | null;
  type: string | null;
  created_at: number | null;
};

const toView = (row: Row): DeliveryView => ({
  id: `evt_${row.seq}`,
  seq: row.seq,
  event: row.type,
  chatId: row.chat_id || null,
  status: row.status,
  attempts: row.attempts,
  createdAt: iso(row.created_at),
  firstAttemptAt: iso(row.first_attempt_at),
  nextAttemptAt: row.status === "waiting" ? iso(row.due_at) : null,
  responseStatus: row.response_status,
  error: row.last_error,
  replyMessageId: row.reply_id,
});

/** Newest first; `next` is the cursor of the following page. */
export function listDeliveries(
  sql: SqlStorage,
  { status, limit, cursor }: DeliveryQuery,
): { deliveries: DeliveryView[]; next: string | null } {
  const rows = sql
    .exec<Row>(
      `SELECT d.seq, d.chat_id, d.status, d.attempts, d.first_attempt_at, d.due_at, d.response_status,
         d.last_error, d.reply_id, e.type, e.created_at
       FROM deliveries d LEFT JOIN events e ON e.seq = d.seq
       WHERE d.seq < ? ${status === undefined ? "" : `AND d.status = '${status}'`} ORDER BY d.seq DESC LIMIT ?`,
      cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor),
      limit + 1,
    )
    .toArray();
  const { page, next } = pageOf(rows, limit, ({ seq }) => String(seq));
  return { deliveries: page.map(toView), next };
}
