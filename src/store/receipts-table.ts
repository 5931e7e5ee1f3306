/** Who in a group has received, read or played a message of ours: a column of the message, which goes with it. */
import type { ReceiptUpdate } from "../whatsapp/session.ts";

type Status = ReceiptUpdate["status"];

/** How far a message has come with one person; `sent`: nothing was heard of them. */
export type Reach = "sent" | Status;

const RANK: Readonly<Record<Reach, number>> = { sent: 0, delivered: 1, read: 2, played: 3 };

const toAll = (members: readonly string[][]): Record<string, Reach> =>
  Object.fromEntries(members.flat().map((jid) => [jid, "sent"]));

export function receiptsTable(sql: SqlStorage) {
  return {
    /**
     * Notes a receipt of one person. The first one, which comes at once as a rule, also says to whom the message was sent.
     * @param members who else is in the group now, each under all known addresses
     * @returns the furthest of each to whom it was sent, by address
     */
    note(messageId: string, jid: string, status: Status, members: readonly string[][]): Record<string, Reach> {
      const row = sql
        .exec<{ seq: number; receipts: string | null }>(
          "SELECT seq, receipts FROM messages WHERE id = ? AND direction = 'outbound'",
          messageId,
        )
        .toArray()[0];
      const receipts: Record<string, Reach> = row?.receipts ? JSON.parse(row.receipts) : toAll(members);
      const before = receipts[jid];
      if (!row || (before !== undefined && RANK[before] >= RANK[status])) return receipts;
      receipts[jid] = status;
      sql.exec("UPDATE messages SET receipts = ? WHERE seq = ?", JSON.stringify(receipts), row.seq);
      return receipts;
    },
  };
}

export type ReceiptsTable = ReturnType<typeof receiptsTable>;
