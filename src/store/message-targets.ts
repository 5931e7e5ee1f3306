/** Stored messages that others refer to: what a quote, a reaction, an edit or a deletion is about. */
import type { MessageDetails } from "../whatsapp/session.ts";

export interface StoredTarget {
  id: string;
  chatId: string;
  /** JID its chat was addressed by. */
  address: string;
  direction: "inbound" | "outbound";
  /** JID of who wrote it; groups only. */
  participant: string | null;
  type: string;
  text: string;
  status: string;
  /** Epoch milliseconds. */
  sentAt: number;
  editedAt: number | null;
  deletedAt: number | null;
  /** Encoded `proto.Message`. */
  payload: Uint8Array;
}

type Row = {
  id: string;
  chat_id: string;
  address: string;
  direction: "inbound" | "outbound";
  participant: string | null;
  type: string;
  text: string;
  status: string;
  sent_at: number;
  edited_at: number | null;
  deleted_at: number | null;
  payload: ArrayBuffer;
};

/** A message that changes another one, as it is stored. */
export interface Change {
  chatId: string;
  direction: "inbound" | "outbound";
  participant: string | null;
  text: string;
  details: MessageDetails;
}

/** What belongs to no conversation by itself. */
const ABOUT_OTHERS = "('reaction', 'edit', 'delete', 'poll_vote')";

export function messageTargets(sql: SqlStorage) {
  return {
    /**
     * The message of this id, in this chat and of this side if they are named. Ids are chosen by their senders: whoever
     * uses one again does not take the place of the first.
     */
    find(id: string, chatId: string | null, direction: "inbound" | "outbound" | null = null): StoredTarget | null {
      const row = sql
        .exec<Row>(
          `SELECT id, chat_id, address, direction, participant, type, text, status, sent_at, edited_at, deleted_at,
             payload
           FROM messages WHERE id = ?1 AND (?2 IS NULL OR chat_id = ?2) AND (?3 IS NULL OR direction = ?3)
           ORDER BY seq LIMIT 1`,
          id,
          chatId,
          direction,
        )
        .toArray()[0];
      if (!row) return null;
      return {
        id: row.id,
        chatId: row.chat_id,
        address: row.address,
        direction: row.direction,
        participant: row.participant,
        type: row.type,
        text: row.text,
        status: row.status,
        sentAt: row.sent_at,
        editedAt: row.edited_at,
        deletedAt: row.deleted_at,
        payload: new Uint8Array(row.payload),
      };
    },

    /**
     * An edit or a deletion changes its message, if that was written by the same side in the same chat: ids are chosen
     * by their senders, so nobody can change what others wrote.
     */
    apply({ chatId, direction, participant, text, details }: Change, now: number): void {
      const target = details.edited ?? details.deleted;
      if (!target) return;
      const where = "id = ? AND chat_id = ? AND direction = ? AND (participant IS ? OR direction = 'outbound')";
      const whose = [target.messageId, chatId, direction, participant] as const;
      if (details.edited) {
        sql.exec(`UPDATE messages SET text = ?, edited_at = ? WHERE ${where}`, text, now, ...whose);
      } else {
        sql.exec(`UPDATE messages SET deleted_at = ? WHERE ${where}`, now, ...whose);
      }
    },

    /** When this chat last had a message of either side, epoch milliseconds. */
    lastSpoke(chatId: string): number | null {
      return sql
        .exec<{ at: number | null }>(
          `SELECT MAX(sent_at) AS at FROM messages WHERE chat_id = ? AND type NOT IN ${ABOUT_OTHERS}`,
          chatId,
        )
        .one().at;
    },
  };
}

export type MessageTargets = ReturnType<typeof messageTargets>;
