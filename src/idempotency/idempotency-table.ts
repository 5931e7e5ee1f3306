/** Calls that carried an `Idempotency-Key`, and what was answered. The key itself is not stored, only its hash. */

/** How long an answer is kept for repetitions. */
export const KEPT_FOR_MS = 24 * 60 * 60 * 1_000;
/** Expired rows removed at a time, so that a quiet object that wakes up is not busy with them. */
const SLICE = 200;

/** For the migrations of both kinds of object. */
export const IDEMPOTENCY_SQL = `
  CREATE TABLE idempotent_calls (
    id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, answer TEXT, created_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX idempotent_calls_by_age ON idempotent_calls (created_at);
`;

export interface IdempotentCall {
  /** Hash of method, path and body of the first call. */
  fingerprint: string;
  /** What was answered, sealed; null while the call runs. */
  answer: string | null;
}

type Row = { fingerprint: string; answer: string | null };

export function idempotencyTable(sql: SqlStorage) {
  return {
    find(id: string, now: number): IdempotentCall | null {
      const query = "SELECT fingerprint, answer FROM idempotent_calls WHERE id = ? AND created_at > ?";
      return sql.exec<Row>(query, id, now - KEPT_FOR_MS).toArray()[0] ?? null;
    },

    /** Notes that this call runs; a row of the same id that expired is replaced. */
    start(id: string, fingerprint: string, now: number): void {
      sql.exec(
        "INSERT OR REPLACE INTO idempotent_calls (id, fingerprint, answer, created_at) VALUES (?, ?, NULL, ?)",
        id,
        fingerprint,
        now,
      );
      sql.exec(
        "DELETE FROM idempotent_calls WHERE id IN (SELECT id FROM idempotent_calls WHERE created_at <= ? LIMIT ?)",
        now - KEPT_FOR_MS,
        SLICE,
      );
    },

    answer(id: string, answer: string): void {
      sql.exec("UPDATE idempotent_calls SET answer = ? WHERE id = ?", answer, id);
    },

    forget(id: string): void {
      sql.exec("DELETE FROM idempotent_calls WHERE id = ?", id);
    },
  };
}

export type IdempotencyTable = ReturnType<typeof idempotencyTable>;
