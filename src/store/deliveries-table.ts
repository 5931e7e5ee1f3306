/**
 * Which events are still to be told to the webhook. A row is a wake-up signal: URL and event are read when it is
 * attempted. `waiting` → `delivered`, or `parked` after the last attempt; a retry or replay makes either waiting again.
 *
 * The first waiting delivery of a chat is its head, and only heads are attempted. They are marked, so that finding the
 * next one costs the same whether ten deliveries wait or a hundred thousand.
 */
import type { DeliveryQuery, DeliveryView } from "../durable/rpc.ts";
import { listDeliveries } from "./list-deliveries.ts";

/** Chats do not wait for each other; events without a chat wait only for each other. */
const NO_CHAT = "";

export interface Delivery {
  /** The event's `seq`. */
  seq: number;
  chatId: string;
  /** Since the delivery began to wait: a retry or replay starts anew. */
  attempts: number;
  /** Epoch milliseconds; null before the first attempt. */
  firstAttemptAt: number | null;
  /** Message id of the reply that was stored for this event, ever. */
  replyId: string | null;
}

export interface DeliveryOutcome {
  responseStatus: number | null;
  /** One short sentence; null on success. */
  error: string | null;
}

export type DeliveryRow = {
  seq: number;
  /** Empty: an event without a chat. */
  chat_id: string;
  attempts: number;
  first_attempt_at: number | null;
  reply_id: string | null;
};

/** What a delivery is when it begins to wait again. */
const ANEW = "status = 'waiting', attempts = 0, first_attempt_at = NULL";

/** The chats of deliveries that are under way; they are few. */
const busyChats = (underWay: readonly number[]): string =>
  `SELECT chat_id FROM deliveries WHERE seq IN (${underWay.map(() => "?").join(", ")})`;

export function deliveriesTable(sql: SqlStorage) {
  /** The first waiting delivery of each of these chats is its head from here on. */
  const promote = (...chatIds: string[]): void => {
    sql.exec(
      `UPDATE deliveries SET is_head = 1 WHERE is_head = 0 AND seq IN
         (SELECT (SELECT seq FROM deliveries WHERE status = 'waiting' AND chat_id = chat.value ORDER BY seq LIMIT 1)
          FROM json_each(?) AS chat)`,
      JSON.stringify(chatIds),
    );
  };
  const elect = (chatId: string): void => {
    sql.exec("UPDATE deliveries SET is_head = 0 WHERE is_head = 1 AND chat_id = ?", chatId);
    promote(chatId);
  };
  const electAll = (): void => {
    sql.exec("UPDATE deliveries SET is_head = 0 WHERE is_head = 1");
    sql.exec(
      `UPDATE deliveries SET is_head = 1 WHERE seq IN
         (SELECT MIN(seq) FROM deliveries WHERE status = 'waiting' GROUP BY chat_id)`,
    );
  };
  const end = (seq: number, status: "delivered" | "parked", outcome: DeliveryOutcome, replyId: string | null): void => {
    const ended = sql
      .exec<{ chat_id: string }>(
        `UPDATE deliveries SET status = ?, is_head = 0, response_status = ?, last_error = ?,
           reply_id = COALESCE(reply_id, ?) WHERE seq = ? RETURNING chat_id`,
        status,
        outcome.responseStatus,
        outcome.error,
        replyId,
        seq,
      )
      .toArray()[0];
    if (ended) promote(ended.chat_id);
  };

  return {
    enqueue(seq: number, chatId: string | null, now: number): void {
      const chat = chatId ?? NO_CHAT;
      sql.exec(
        `INSERT INTO deliveries (seq, chat_id, status, due_at, is_head)
         VALUES (?1, ?2, 'waiting', ?3, NOT EXISTS (SELECT 1 FROM deliveries WHERE status = 'waiting' AND chat_id = ?2))`,
        seq,
        chat,
        now,
      );
    },

    /**
     * Deliveries that may be attempted now, those that waited longest first: at most one of each chat, none of a chat
     * with one under way.
     */
    due(now: number, limit: number, underWay: readonly number[] = []): Delivery[] {
      return sql
        .exec<DeliveryRow>(
          `SELECT seq, chat_id, attempts, first_attempt_at, reply_id FROM deliveries
           WHERE is_head = 1 AND due_at <= ? AND chat_id NOT IN (${busyChats(underWay)})
           ORDER BY due_at, seq LIMIT ?`,
          now,
          ...underWay,
          limit,
        )
        .toArray()
        .map((row) => ({
          seq: row.seq,
          chatId: row.chat_id,
          attempts: row.attempts,
          firstAttemptAt: row.first_attempt_at,
          replyId: row.reply_id,
        }));
    },

    /** When the next attempt is due; null when nothing waits but what is under way. */
    nextDueAt(underWay: readonly number[] = []): number | null {
      const next = sql
        .exec<{ due_at: number }>(
          `SELECT due_at FROM deliveries WHERE is_head = 1 AND chat_id NOT IN (${busyChats(underWay)})
           ORDER BY due_at LIMIT 1`,
          ...underWay,
        )
        .toArray()[0];
      return next?.due_at ?? null;
    },

    /** Counts an attempt before it is made. */
    attempting(seq: number, now: number): void {
      sql.exec(
        "UPDATE deliveries SET attempts = attempts + 1, first_attempt_at = COALESCE(first_attempt_at, ?) WHERE seq = ?",
        now,
        seq,
      );
    },

    delivered(seq: number, outcome: DeliveryOutcome, replyId: string | null): void {
      end(seq, "delivered", { ...outcome, error: null }, replyId);
    },

    park(seq: number, outcome: DeliveryOutcome): void {
      end(seq, "parked", outcome, null);
    },

    retryAt(seq: number, dueAt: number, outcome: DeliveryOutcome): void {
      sql.exec(
        "UPDATE deliveries SET due_at = ?, response_status = ?, last_error = ? WHERE seq = ?",
        dueAt,
        outcome.responseStatus,
        outcome.error,
        seq,
      );
    },

    /** Makes one delivery due now, with the whole schedule before it. @returns false when there is none */
    again(seq: number, now: number): boolean {
      const row = sql
        .exec<{ chat_id: string }>(
          `UPDATE deliveries SET ${ANEW}, due_at = ? WHERE seq = ? RETURNING chat_id`,
          now,
          seq,
        )
        .toArray()[0];
      if (row) elect(row.chat_id);
      return row !== undefined;
    },

    /** Queues the events of these types and of this part of the log, those told before again. @returns how many */
    replay(range: { after: number; last: number; types: readonly string[] | null }, now: number): number {
      const types = range.types === null ? "" : `AND e.type IN (${range.types.map(() => "?").join(", ")})`;
      // The log keeps the chat an event was told under; its phone may have become known since.
      const queued = sql.exec(
        `INSERT INTO deliveries (seq, chat_id, status, due_at, is_head)
           SELECT e.seq, COALESCE(c.phone || '@s.whatsapp.net', e.chat_id, '${NO_CHAT}'), 'waiting', ?, 0
           FROM events e LEFT JOIN contacts c
             ON c.lid = substr(e.chat_id, 1, length(e.chat_id) - 4) AND e.chat_id = c.lid || '@lid'
           WHERE e.seq > ? AND e.seq <= ? ${types} ORDER BY e.seq
         ON CONFLICT (seq) DO UPDATE SET ${ANEW}, chat_id = excluded.chat_id, due_at = excluded.due_at
         RETURNING seq`,
        now,
        range.after,
        range.last,
        ...(range.types ?? []),
      );
      const count = queued.toArray().length;
      electAll();
      return count;
    },

    /** Newest first; `next` is the cursor of the following page. */
    list: (query: DeliveryQuery) => listDeliveries(sql, query),

    get(seq: number): DeliveryView | null {
      const { deliveries } = listDeliveries(sql, { limit: 1, cursor: String(seq + 1) });
      const [found] = deliveries;
      return found?.seq === seq ? found : null;
    },

    /** How many are still to be made, and how many were given up. */
    counts(): { waiting: number; parked: number } {
      return sql
        .exec<{ waiting: number; parked: number }>(
          `SELECT (SELECT COUNT(*) FROM deliveries WHERE status = 'waiting') AS waiting,
             (SELECT COUNT(*) FROM deliveries WHERE status = 'parked') AS parked`,
        )
        .one();
    },

    /** Removes the deliveries of events that are no longer kept. @returns how many of them were never made */
    remove(seqs: readonly number[]): number {
      if (seqs.length === 0) return 0;
      const removed = sql
        .exec<{ status: string; chat_id: string }>(
          "DELETE FROM deliveries WHERE seq IN (SELECT value FROM json_each(?)) RETURNING status, chat_id",
          JSON.stringify(seqs),
        )
        .toArray();
      const undone = removed.filter(({ status }) => status === "waiting");
      promote(...new Set(undone.map(({ chat_id }) => chat_id)));
      return undone.length;
    },

    /** Keeps a delivery back until this time, epoch milliseconds, or until `release`. */
    hold(seq: number, dueAt: number): void {
      sql.exec("UPDATE deliveries SET due_at = ? WHERE seq = ?", dueAt, seq);
    },

    /** What a delivery was kept back for is there. */
    release(seq: number, now: number): void {
      sql.exec("UPDATE deliveries SET due_at = MIN(due_at, ?) WHERE seq = ? AND attempts = 0", now, seq);
    },

    /** What waits in one chat waits in another from here on. */
    rekeyChat(from: string, to: string): void {
      const moved = sql.exec("UPDATE deliveries SET chat_id = ? WHERE status = 'waiting' AND chat_id = ?", to, from);
      if (moved.rowsWritten > 0) elect(to);
    },
  };
}

export type DeliveriesTable = ReturnType<typeof deliveriesTable>;
