/**
 * Which events are still to be told to the webhook. A row is a wake-up signal: URL and event are read when it is
 * attempted. `waiting` → `delivered`, or `parked` after the last attempt; nothing is deleted here.
 */

/** Chats do not wait for each other; events without a chat wait only for each other. */
const NO_CHAT = "";

export interface Delivery {
  /** The event's `seq`. */
  seq: number;
  chatId: string;
  attempts: number;
  /** Epoch milliseconds; null before the first attempt. */
  firstAttemptAt: number | null;
}

export interface DeliveryOutcome {
  responseStatus: number | null;
  /** One short sentence; null on success. */
  error: string | null;
}

type Row = { seq: number; chat_id: string; attempts: number; first_attempt_at: number | null };

/** The oldest waiting delivery of each chat: the ones after it wait for it. */
const HEADS =
  "FROM deliveries d WHERE status = 'waiting' AND NOT EXISTS (SELECT 1 FROM deliveries e " +
  "WHERE e.status = 'waiting' AND e.chat_id = d.chat_id AND e.seq < d.seq)";

export function deliveriesTable(sql: SqlStorage) {
  return {
    enqueue(seq: number, chatId: string | null, now: number): void {
      sql.exec(
        "INSERT INTO deliveries (seq, chat_id, status, due_at) VALUES (?, ?, 'waiting', ?)",
        seq,
        chatId ?? NO_CHAT,
        now,
      );
    },

    /** Deliveries that may be attempted now, oldest first: at most one of each chat. */
    due(now: number, limit: number): Delivery[] {
      return sql
        .exec<Row>(
          `SELECT seq, chat_id, attempts, first_attempt_at ${HEADS} AND in_flight = 0 AND due_at <= ? ORDER BY seq LIMIT ?`,
          now,
          limit,
        )
        .toArray()
        .map((row) => ({
          seq: row.seq,
          chatId: row.chat_id,
          attempts: row.attempts,
          firstAttemptAt: row.first_attempt_at,
        }));
    },

    /** When the next attempt is due; null when nothing waits. */
    nextDueAt(): number | null {
      return sql.exec<{ next: number | null }>(`SELECT MIN(due_at) AS next ${HEADS} AND in_flight = 0`).one().next;
    },

    /** Counts an attempt before it is made. Until its outcome is stored it holds its chat back. */
    attempting(seq: number, now: number): void {
      sql.exec(
        `UPDATE deliveries SET attempts = attempts + 1, first_attempt_at = COALESCE(first_attempt_at, ?), in_flight = 1
         WHERE seq = ?`,
        now,
        seq,
      );
    },

    /** The object is awake anew: attempts that were under way died with it and are due again. */
    forgetAttempts(): void {
      sql.exec("UPDATE deliveries SET in_flight = 0 WHERE in_flight = 1");
    },

    delivered(seq: number, outcome: DeliveryOutcome, replyId: string | null): void {
      sql.exec(
        "UPDATE deliveries SET status = 'delivered', in_flight = 0, response_status = ?, last_error = NULL, reply_id = COALESCE(reply_id, ?) WHERE seq = ?",
        outcome.responseStatus,
        replyId,
        seq,
      );
    },

    retryAt(seq: number, dueAt: number, outcome: DeliveryOutcome): void {
      sql.exec(
        "UPDATE deliveries SET due_at = ?, in_flight = 0, response_status = ?, last_error = ? WHERE seq = ?",
        dueAt,
        outcome.responseStatus,
        outcome.error,
        seq,
      );
    },

    park(seq: number, outcome: DeliveryOutcome): void {
      sql.exec(
        "UPDATE deliveries SET status = 'parked', in_flight = 0, response_status = ?, last_error = ? WHERE seq = ?",
        outcome.responseStatus,
        outcome.error,
        seq,
      );
    },

    rekeyChat(from: string, to: string): void {
      sql.exec("UPDATE deliveries SET chat_id = ? WHERE chat_id = ?", to, from);
    },
  };
}

export type DeliveriesTable = ReturnType<typeof deliveriesTable>;
