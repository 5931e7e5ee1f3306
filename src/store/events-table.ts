/**
 * The ordered log of all that happens to a number. An event is appended in the transaction that stores the state it
 * reports; webhooks, live streams and replay only ever read from here.
 */

export interface LoggedEvent {
  /** 1, 2, 3 …, never reused. */
  seq: number;
  type: string;
  /** Canonical chat id; null for events that belong to no chat. */
  chatId: string | null;
  /** JSON object. */
  payload: Record<string, unknown>;
  /** Epoch milliseconds. */
  createdAt: number;
}

type Row = { seq: number; type: string; chat_id: string | null; payload: string; created_at: number };

export function eventsTable(sql: SqlStorage) {
  return {
    /** @returns the event's `seq` */
    append(type: string, chatId: string | null, payload: Record<string, unknown>, now: number): number {
      return sql
        .exec<{ seq: number }>(
          "INSERT INTO events (type, chat_id, payload, created_at) VALUES (?, ?, ?, ?) RETURNING seq",
          type,
          chatId,
          JSON.stringify(payload),
          now,
        )
        .one().seq;
    },

    get(seq: number): LoggedEvent | null {
      const row = sql
        .exec<Row>("SELECT seq, type, chat_id, payload, created_at FROM events WHERE seq = ?", seq)
        .toArray()[0];
      if (!row) return null;
      return {
        seq: row.seq,
        type: row.type,
        chatId: row.chat_id,
        payload: JSON.parse(row.payload),
        createdAt: row.created_at,
      };
    },

    rekeyChat(from: string, to: string): void {
      sql.exec("UPDATE events SET chat_id = ? WHERE chat_id = ?", to, from);
    },
  };
}

export type EventsTable = ReturnType<typeof eventsTable>;
