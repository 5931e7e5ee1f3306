/** The activity log of a number: short sentences for its owner. Never message text, keys or secrets. */
import type { LogEntry } from "../durable/rpc.ts";

export type LogLevel = LogEntry["level"];

/** The contract shows at most 200 at a time; older lines than these are dropped. */
const KEPT_LINES = 1_000;

type Row = { id: number; at: number; level: LogLevel; message: string };

export function logsTable(sql: SqlStorage) {
  return {
    add(level: LogLevel, message: string, now: number): void {
      const { id } = sql
        .exec<{ id: number }>(
          "INSERT INTO logs (at, level, message) VALUES (?, ?, ?) RETURNING id",
          now,
          level,
          message,
        )
        .one();
      sql.exec("DELETE FROM logs WHERE id <= ?", id - KEPT_LINES);
    },
    /** Newest first. */
    newest(limit: number): LogEntry[] {
      return sql
        .exec<Row>("SELECT id, at, level, message FROM logs ORDER BY id DESC LIMIT ?", limit)
        .toArray()
        .map(({ id, at, level, message }) => ({
          id: String(id),
          timestamp: new Date(at).toISOString(),
          message,
          level,
        }));
    },
  };
}

export type LogsTable = ReturnType<typeof logsTable>;
