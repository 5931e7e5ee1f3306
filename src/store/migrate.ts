/** Append-only migrations, checked when an object wakes up. SQLite of Durable Objects has no `PRAGMA user_version`. */

export interface Migration {
  /** Consecutive from 1; never reused, never changed once released. */
  id: number;
  /** One or more statements. */
  sql: string;
}

/** Runs what is missing, each migration in a transaction of its own. Costs one small read when nothing is missing. */
export function migrate(storage: DurableObjectStorage, migrations: readonly Migration[]): void {
  const { sql } = storage;
  sql.exec("CREATE TABLE IF NOT EXISTS migrations (id INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL)");
  const last = sql.exec<{ last: number | null }>("SELECT MAX(id) AS last FROM migrations").one().last ?? 0;
  for (const { id, sql: statements } of migrations) {
    if (id <= last) continue;
    storage.transactionSync(() => {
      sql.exec(statements);
      sql.exec("INSERT INTO migrations (id, applied_at) VALUES (?, ?)", id, Date.now());
    });
  }
}
