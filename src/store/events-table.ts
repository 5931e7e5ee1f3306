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

/** One page of the log, oldest first. */
export interface EventPage {
  events: LoggedEvent[];
  /** The position to go on after; beyond the last event shown when the ones behind it were not asked for. */
  next: number;
  /** True when the log goes on behind `next`. */
  more: boolean;
}

/** A page ends at this many characters of payload, so that it always fits into one RPC answer and little memory. */
const PAGE_CHARACTERS = 1_000_000;
/** Rows looked at for one page: a filter that fits nothing must not read a whole log in one go. */
const PAGE_SCAN = 5_000;

type Row = { seq: number; type: string; chat_id: string | null; payload: string; created_at: number };

const toEvent = (row: Row): LoggedEvent => ({
  seq: row.seq,
  type: row.type,
  chatId: row.chat_id,
  payload: JSON.parse(row.payload),
  createdAt: row.created_at,
});

export function eventsTable(sql: SqlStorage) {
  const lastSeq = (): number =>
    sql.exec<{ last: number | null }>("SELECT MAX(seq) AS last FROM events").one().last ?? 0;
  let appended = (): void => {};

  return {
    /** Calls `listener` with each append, before its transaction ends. */
    onAppend(listener: () => void): void {
      appended = listener;
    },

    /** @returns the event's `seq` */
    append(type: string, chatId: string | null, payload: Record<string, unknown>, now: number): number {
      const { seq } = sql
        .exec<{ seq: number }>(
          "INSERT INTO events (type, chat_id, payload, created_at) VALUES (?, ?, ?, ?) RETURNING seq",
          type,
          chatId,
          JSON.stringify(payload),
          now,
        )
        .one();
      appended();
      return seq;
    },

    get(seq: number): LoggedEvent | null {
      const row = sql
        .exec<Row>("SELECT seq, type, chat_id, payload, created_at FROM events WHERE seq = ?", seq)
        .toArray()[0];
      return row ? toEvent(row) : null;
    },

    /** Brings an event's payload up to date with what it tells of: how the file of its message stands. */
    amend(seq: number, fields: Record<string, unknown>): void {
      const row = sql.exec<{ payload: string }>("SELECT payload FROM events WHERE seq = ?", seq).toArray()[0];
      if (!row) return;
      const payload = JSON.stringify({ ...JSON.parse(row.payload), ...fields });
      sql.exec("UPDATE events SET payload = ? WHERE seq = ?", payload, seq);
    },

    /** `seq` of the newest event; 0 when there is none. */
    lastSeq,

    /** `seq` of the last event there ever was, which may have been pruned; 0 when there was none. */
    end(): number {
      return sql.exec<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'events'").toArray()[0]?.seq ?? 0;
    },

    /** Lets a log without events begin behind this position. */
    beginAfter(seq: number): void {
      if (seq > 0) sql.exec("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', ?)", seq);
    },

    /** The events after `after`, of these types (null = all). A page may be empty although the log goes on. */
    page({ after, limit, types }: { after: number; limit: number; types: readonly string[] | null }): EventPage {
      const last = lastSeq();
      const end = Math.min(last, after + PAGE_SCAN);
      const filter = types === null ? "" : `AND type IN (${types.map(() => "?").join(", ")})`;
      const rows = sql.exec<Row>(
        `SELECT seq, type, chat_id, payload, created_at FROM events WHERE seq > ? AND seq <= ? ${filter}
         ORDER BY seq LIMIT ?`,
        after,
        end,
        ...(types ?? []),
        limit,
      );
      const events: LoggedEvent[] = [];
      let characters = 0;
      for (const row of rows) {
        events.push(toEvent(row));
        characters += row.payload.length;
        if (characters >= PAGE_CHARACTERS) break;
      }
      const isCut = events.length === limit || characters >= PAGE_CHARACTERS;
      const next = isCut ? (events.at(-1)?.seq ?? after) : Math.max(after, end);
      return { events, next, more: next < last };
    },

    /** The log from one time to another, as positions: after the first, up to and with the second. */
    between(from: number, to: number): { after: number; last: number } {
      const { after } = sql
        .exec<{ after: number | null }>("SELECT MAX(seq) AS after FROM events WHERE created_at < ?", from)
        .one();
      const { last } = sql
        .exec<{ last: number | null }>("SELECT MAX(seq) AS last FROM events WHERE created_at <= ?", to)
        .one();
      return { after: after ?? 0, last: last ?? 0 };
    },

    /** `seq` of the `count`-th event after `after`, or of the last one when there are fewer. */
    seqAfter(after: number, count: number): number {
      const row = sql
        .exec<{ seq: number }>("SELECT seq FROM events WHERE seq > ? ORDER BY seq LIMIT 1 OFFSET ?", after, count - 1)
        .toArray()[0];
      return row?.seq ?? lastSeq();
    },
  };
}

export type EventsTable = ReturnType<typeof eventsTable>;
