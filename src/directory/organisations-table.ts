/** The organisations of the deployment that have, or once had, an instance. */
import { type Migration, migrate } from "../store/migrate.ts";

const MIGRATIONS: readonly Migration[] = [
  {
    id: 1,
    sql: "CREATE TABLE organisations (id TEXT PRIMARY KEY, taken_at INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;",
  },
];

export function organisationsTable(storage: DurableObjectStorage) {
  const { sql } = storage;
  migrate(storage, MIGRATIONS);
  return {
    add(id: string): void {
      sql.exec("INSERT INTO organisations (id) VALUES (?) ON CONFLICT DO NOTHING", id);
    },

    /** Some of them, those first that were not taken for longest, so that each has its turn. */
    take({ now, limit }: { now: number; limit: number }): string[] {
      return sql
        .exec<{ id: string }>(
          `UPDATE organisations SET taken_at = ?1
           WHERE id IN (SELECT id FROM organisations ORDER BY taken_at, id LIMIT ?2) RETURNING id`,
          now,
          limit,
        )
        .toArray()
        .map(({ id }) => id);
    },
  };
}
