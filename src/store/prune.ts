/** Forgets what is older than its time: the log of events with their deliveries, messages, and the activity log. */
import type { DeliveriesTable } from "./deliveries-table.ts";

/** Tables in which rows are older the smaller their key is; clocks may differ a little between neighbours. */
const KEPT_FOR_A_TIME = [
  { table: "events", key: "seq", at: "created_at" },
  { table: "messages", key: "seq", at: "sent_at" },
  { table: "logs", key: "id", at: "at" },
] as const;

type Table = (typeof KEPT_FOR_A_TIME)[number]["table"];

/** How far each table was looked through; null = to where the rows are young. */
export type PruneCursor = Readonly<Record<Table, number | null>>;

/** Messages from the phone's history have keys below zero. */
export const PRUNE_START: PruneCursor = { events: 0, messages: Number.MIN_SAFE_INTEGER, logs: 0 };

export interface PruneSlice {
  cursor: PruneCursor;
  /** Deliveries that were removed before they were made. */
  undelivered: number;
  /** True when nothing old is left. */
  isDone: boolean;
}

export function pruning(sql: SqlStorage, deliveries: DeliveriesTable) {
  return {
    /**
     * Removes rows from before `cutoff` (epoch milliseconds), after looking at no more than `limit` rows of each table.
     * A table is done at the first stretch without an old row, so that a single row with a wrong time stops nothing.
     */
    slice(cursor: PruneCursor, cutoff: number, limit: number): PruneSlice {
      const next: Record<Table, number | null> = { ...cursor };
      let undelivered = 0;
      for (const { table, key, at } of KEPT_FOR_A_TIME) {
        const after = cursor[table];
        if (after === null) continue;
        const rows = sql
          .exec<{ key: number; at: number }>(
            `SELECT ${key} AS key, ${at} AS at FROM ${table} WHERE ${key} > ? ORDER BY ${key} LIMIT ?`,
            after,
            limit,
          )
          .toArray();
        const old = rows.filter((row) => row.at < cutoff).map((row) => row.key);
        if (old.length > 0) {
          sql.exec(`DELETE FROM ${table} WHERE ${key} IN (SELECT value FROM json_each(?))`, JSON.stringify(old));
          if (table === "events") undelivered = deliveries.remove(old);
        }
        next[table] = old.length === 0 || rows.length < limit ? null : (rows.at(-1)?.key ?? null);
      }
      return { cursor: next, undelivered, isDone: Object.values(next).every((position) => position === null) };
    },

    /** When the oldest row was written, epoch milliseconds; null when nothing is kept. */
    oldest(): number | null {
      const times = KEPT_FOR_A_TIME.flatMap(({ table, key, at }) =>
        sql
          .exec<{ at: number }>(`SELECT ${at} AS at FROM ${table} ORDER BY ${key} LIMIT 1`)
          .toArray()
          .map((row) => row.at),
      );
      return times.length === 0 ? null : Math.min(...times);
    },
  };
}

export type Pruning = ReturnType<typeof pruning>;
