/**
 * Every message of a number, both ways. An outbound message is a row before its first byte leaves and is also the
 * outbox: `pending` rows are sent, in order, whenever there is a connection.
 */
import type { MessageQuery, StoredMessage } from "../durable/rpc.ts";
import type { ChatBalance } from "../number-safety/reply-ratio.ts";
import type { MessageDetails } from "../whatsapp/session.ts";
import { insertMessage } from "./insert-message.ts";
import { listMessages } from "./list-messages.ts";

export type MessageStatus = StoredMessage["status"];

export interface NewMessage {
  id: string;
  /** Canonical chat id. */
  chatId: string;
  direction: "inbound" | "outbound";
  /** JID WhatsApp used or is to use for this chat. */
  address: string;
  /** Digits. */
  fromPhone: string | null;
  toPhone: string | null;
  fromLid: string | null;
  pushName: string | null;
  /** JID; groups only. */
  participant: string | null;
  type: string;
  text: string;
  quoted: { messageId: string; text: string } | null;
  unsupported: boolean;
  /** What the kind has beyond text. */
  details?: MessageDetails;
  status: MessageStatus;
  source: "api" | "reply" | "phone" | null;
  /** Epoch milliseconds. */
  sentAt: number;
  /** Encoded `proto.Message`. */
  payload: Uint8Array;
}

/** A row of the outbox. */
export interface QueuedMessage {
  seq: number;
  id: string;
  chatId: string;
  /** JID to send to. */
  address: string;
  /** Its slot, epoch milliseconds. */
  at: number;
  /** Milliseconds of "typing…" before it. */
  typingMs: number;
  /** It left before, and WhatsApp's answer was lost. */
  transmitted: boolean;
  /** A webhook's reply: it is not sent any more once a person has taken the chat over. */
  isReply: boolean;
}

/** What a status change needs to be told. */
export interface SentRow {
  id: string;
  chat_id: string;
  status: MessageStatus;
  from_phone: string | null;
  to_phone: string | null;
  type: string;
  text: string;
  /** JSON of `MessageDetails`. */
  details: string;
  sent_at: number;
  source: "api" | "reply" | "phone" | null;
}

/**
 * A status only moves forward: receipts overtake each other. `failed` is final when WhatsApp said it, and so is `received`.
 * What we gave up ourselves (without a code) may have left all the same, its acknowledgement lost: a word of WhatsApp's or
 * of its recipient's counts more.
 */
const RANK: Readonly<Record<MessageStatus, number>> = {
  pending: 0,
  sent: 1,
  delivered: 2,
  read: 3,
  played: 4,
  failed: 9,
  received: 9,
};

export function messagesTable(sql: SqlStorage) {
  return {
    /** @returns false when this message is stored already: WhatsApp repeats itself after a lost receipt. */
    insert(message: NewMessage): boolean {
      return insertMessage(sql, message, null);
    },

    /** What waits to be sent or acknowledged, oldest first, each with its slot. */
    queued(limit: number): QueuedMessage[] {
      return sql
        .exec<{
          seq: number;
          id: string;
          chat_id: string;
          address: string;
          at: number;
          typing: number;
          left: number;
          source: string | null;
        }>(
          `SELECT m.seq, m.id, m.chat_id, m.address, COALESCE(s.at, 0) AS at, COALESCE(s.typing_ms, 0) AS typing,
             COALESCE(s.transmitted, 0) AS left, m.source
           FROM messages m LEFT JOIN sends s ON s.message_id = m.id WHERE m.status = 'pending' ORDER BY m.seq LIMIT ?`,
          limit,
        )
        .toArray()
        .map(({ seq, id, chat_id, address, at, typing, left, source }) => ({
          seq,
          id,
          chatId: chat_id,
          address,
          at,
          typingMs: typing,
          transmitted: left === 1,
          isReply: source === "reply",
        }));
    },

    /** Whether anything was exchanged with this chat that did not fail. */
    hasAny: (chatId: string): boolean =>
      sql.exec("SELECT 1 FROM messages WHERE chat_id = ? AND status <> 'failed' LIMIT 1", chatId).toArray().length > 0,

    /** How a chat stands since a time, epoch milliseconds: sent, received, and sent since it wrote last. */
    balance(chatId: string, since: number): ChatBalance {
      const row = sql
        .exec<{ sent: number; received: number; unanswered: number; last: number | null }>(
          `SELECT COALESCE(SUM(direction = 'outbound'), 0) AS sent, COALESCE(SUM(direction = 'inbound'), 0) AS received,
             MAX(CASE WHEN direction = 'outbound' THEN sent_at END) AS last,
             COALESCE(SUM(direction = 'outbound' AND seq > COALESCE((SELECT MAX(seq) FROM messages
               WHERE chat_id = ?1 AND direction = 'inbound'), 0)), 0) AS unanswered
           FROM messages WHERE chat_id = ?1 AND sent_at >= ?2 AND status <> 'failed'`,
          chatId,
          since,
        )
        .one();
      return { sent: row.sent, received: row.received, unanswered: row.unanswered, lastSentAt: row.last };
    },

    /** Ids of the outbox that were stored before this time, epoch milliseconds. */
    pendingSince(before: number): string[] {
      return sql
        .exec<{ id: string }>("SELECT id FROM messages WHERE status = 'pending' AND sent_at < ?", before)
        .toArray()
        .map(({ id }) => id);
    },

    /**
     * Moves an outbound message's status forward.
     * @returns the row as it is now, or null when the message is unknown or was that far already.
     */
    advance(id: string, status: MessageStatus, failure?: { code: number | null; reason: string }): SentRow | null {
      const found = sql
        .exec<{ seq: number; status: MessageStatus; code: number | null }>(
          "SELECT seq, status, code FROM messages WHERE id = ? AND direction = 'outbound'",
          id,
        )
        .toArray()[0];
      if (!found) return null;
      const wasGivenUp = found.status === "failed" && found.code === null && status !== "failed";
      if (!wasGivenUp && RANK[status] <= RANK[found.status]) return null;
      return sql
        .exec<SentRow & Record<string, SqlStorageValue>>(
          `UPDATE messages SET status = ?, code = ?, reason = ? WHERE seq = ?
           RETURNING id, chat_id, status, from_phone, to_phone, type, text, details, sent_at, source`,
          status,
          failure?.code ?? null,
          failure?.reason ?? null,
          found.seq,
        )
        .one();
    },

    /** How a message of ours stands; null when it is not stored. */
    statusOf: (id: string): MessageStatus | null =>
      sql
        .exec<{ status: MessageStatus }>("SELECT status FROM messages WHERE id = ? AND direction = 'outbound'", id)
        .toArray()[0]?.status ?? null,

    /** What became of a message of ours so far; null when it is not stored. */
    outcome(id: string): { status: "pending" | "sent" | "failed"; code: number | null; reason: string | null } | null {
      const row = sql
        .exec<{ status: MessageStatus; code: number | null; reason: string | null }>(
          "SELECT status, code, reason FROM messages WHERE id = ? AND direction = 'outbound'",
          id,
        )
        .toArray()[0];
      if (!row) return null;
      const { status, code, reason } = row;
      return { status: status === "pending" || status === "failed" ? status : "sent", code, reason };
    },

    /** Encoded `proto.Message` of a message of ours. */
    payloadOfOurs(id: string): Uint8Array | null {
      const row = sql
        .exec<{ payload: ArrayBuffer }>(
          "SELECT payload FROM messages WHERE id = ? AND direction = 'outbound' ORDER BY seq DESC",
          id,
        )
        .toArray()[0];
      return row ? new Uint8Array(row.payload) : null;
    },

    /** Newest first; `next` is the cursor of the following page. */
    list: (query: MessageQuery) => listMessages(sql, query),

    /** A LID's phone became known: its messages join the phone's chat, and what it wrote in groups gets its phone. */
    rekeyChat({ from, to, phone, lid }: { from: string; to: string; phone: string; lid: string }): void {
      sql.exec("UPDATE OR IGNORE messages SET chat_id = ? WHERE chat_id = ?", to, from);
      // What is left came under both addresses and is in the phone's chat already.
      sql.exec("DELETE FROM messages WHERE chat_id = ?", from);
      sql.exec(
        `UPDATE messages SET from_phone = ?
         WHERE (from_lid = ? OR chat_id = ?) AND direction = 'inbound' AND from_phone IS NULL`,
        phone,
        lid,
        to,
      );
      sql.exec(
        "UPDATE messages SET to_phone = ? WHERE chat_id = ? AND direction = 'outbound' AND to_phone IS NULL",
        phone,
        to,
      );
    },
  };
}

export type MessagesTable = ReturnType<typeof messagesTable>;
