/** Who in a group has received, read or played a message of ours: a column of the message, which goes with it. */
import type { ReceiptUpdate } from "../whatsapp/session.ts";

type Status = ReceiptUpdate["status"];

const RANK: Readonly<Record<Status, number>> = { delivered: 0, read: 1, played: 2 };

export function receiptsTable(sql: SqlStorage) {
  return {
    /** Notes a receipt of one person. @returns the furthest of each, by address */
    note(messageId: string, jid: string, status: Status): Record<string, Status> {
      const row = sql
        .exec<{ seq: number; receipts: string | null }>(
          "SELECT seq, receipts FROM messages WHERE id = ? AND direction = 'outbound'",
          messageId,
        )
        .toArray()[0];
      const receipts: Record<string, Status> = row?.receipts ? JSON.parse(row.receipts) : {};
      const before = receipts[jid];
      if (!row || (before !== undefined && RANK[before] >= RANK[status])) return receipts;
      receipts[jid] = status;
      sql.exec("UPDATE messages SET receipts = ? WHERE seq = ?", JSON.stringify(receipts), row.seq);
      return receipts;
    },
  };
}

export type ReceiptsTable = ReturnType<typeof receiptsTable>;
