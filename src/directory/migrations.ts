import { IDEMPOTENCY_SQL } from "../idempotency/idempotency-table.ts";
import type { Migration } from "../store/migrate.ts";

/** The tables of one organisation; see docs/storage.md. */
export const DIRECTORY_MIGRATIONS: readonly Migration[] = [
  {
    id: 1,
    sql: `
      CREATE TABLE instances (
        id TEXT PRIMARY KEY,
        created_at TEXT NOT NULL,
        status TEXT NOT NULL,
        phone TEXT,
        revision INTEGER NOT NULL,
        summary TEXT NOT NULL,
        report TEXT,
        heard_at INTEGER NOT NULL,
        poked_at INTEGER NOT NULL DEFAULT 0
      ) WITHOUT ROWID;
      CREATE TABLE registration (id INTEGER PRIMARY KEY CHECK (id = 1), registered_at INTEGER NOT NULL);
      CREATE INDEX instances_in_order ON instances (created_at, id);
      CREATE INDEX instances_by_phone ON instances (phone) WHERE phone IS NOT NULL;
      CREATE TABLE onboarded (phone TEXT PRIMARY KEY, instance_id TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE keys (
        id TEXT PRIMARY KEY,
        hash TEXT NOT NULL,
        name TEXT NOT NULL,
        scopes TEXT NOT NULL,
        instances TEXT,
        created_at INTEGER NOT NULL,
        created_by TEXT NOT NULL,
        expires_at INTEGER,
        last_used_at INTEGER
      ) WITHOUT ROWID;
      CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        key_id TEXT NOT NULL,
        action TEXT NOT NULL,
        target TEXT,
        status INTEGER NOT NULL,
        request_id TEXT NOT NULL
      );
      ${IDEMPOTENCY_SQL}
    `,
  },
  {
    id: 2,
    sql: "CREATE TABLE log_ends (instance_id TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;",
  },
];
