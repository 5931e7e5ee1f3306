import { IDEMPOTENCY_SQL } from "../idempotency/idempotency-table.ts";
import { COUNTERS_SQL } from "./counters-table.ts";
import type { Migration } from "./migrate.ts";

/** The tables of one number. What each column means is told in docs/storage.md and in the module of the table. */
export const INSTANCE_MIGRATIONS: readonly Migration[] = [
  {
    id: 1,
    sql: `
      CREATE TABLE instance (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        profile TEXT NOT NULL,
        connection TEXT NOT NULL,
        revision INTEGER NOT NULL,
        pushed_revision INTEGER NOT NULL DEFAULT 0
      );
      CREATE TABLE credentials (id INTEGER PRIMARY KEY CHECK (id = 1), value TEXT NOT NULL);
      CREATE TABLE signal_keys (
        type TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (type, id)
      ) WITHOUT ROWID;
      CREATE TABLE device_lists (
        user TEXT PRIMARY KEY, devices TEXT NOT NULL, fetched_at INTEGER NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE group_metadata (
        jid TEXT PRIMARY KEY, metadata TEXT NOT NULL, fetched_at INTEGER NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE contacts (
        lid TEXT UNIQUE, phone TEXT UNIQUE, push_name TEXT, on_whatsapp_at INTEGER
      );
      CREATE TABLE messages (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL,
        chat_id TEXT NOT NULL,
        direction TEXT NOT NULL,
        address TEXT NOT NULL,
        from_phone TEXT, to_phone TEXT, from_lid TEXT, push_name TEXT, participant TEXT,
        type TEXT NOT NULL, text TEXT NOT NULL,
        quoted_id TEXT, quoted_text TEXT, unsupported INTEGER NOT NULL DEFAULT 0,
        details TEXT NOT NULL,
        edited_at INTEGER, deleted_at INTEGER,
        status TEXT NOT NULL, code INTEGER, reason TEXT, receipts TEXT,
        source TEXT,
        sent_at INTEGER NOT NULL,
        payload BLOB NOT NULL,
        UNIQUE (id, chat_id, direction)
      );
      CREATE INDEX messages_by_chat ON messages (chat_id, seq);
      CREATE INDEX messages_hidden ON messages (from_lid) WHERE from_phone IS NULL;
      CREATE INDEX messages_outbox ON messages (seq) WHERE status = 'pending';
      CREATE TABLE placeholders (
        message_id TEXT NOT NULL, chat_id TEXT NOT NULL, direction TEXT NOT NULL,
        message TEXT NOT NULL, due_at INTEGER NOT NULL,
        PRIMARY KEY (message_id, chat_id, direction)
      ) WITHOUT ROWID;
      CREATE TABLE history (
        id TEXT NOT NULL UNIQUE, with_messages INTEGER NOT NULL, inline BLOB, file TEXT, key TEXT,
        attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL
      );
      CREATE TABLE media (
        id TEXT PRIMARY KEY,
        message_id TEXT NOT NULL, direction TEXT NOT NULL,
        key TEXT NOT NULL, link TEXT,
        status TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL,
        event_seq INTEGER,
        file TEXT NOT NULL
      ) WITHOUT ROWID;
      CREATE INDEX media_by_message ON media (message_id);
      CREATE INDEX media_pending ON media (due_at) WHERE status = 'pending';
      CREATE TABLE events (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        type TEXT NOT NULL, chat_id TEXT, payload TEXT NOT NULL, created_at INTEGER NOT NULL
      );
      CREATE TABLE deliveries (
        seq INTEGER PRIMARY KEY,
        chat_id TEXT NOT NULL,
        status TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        first_attempt_at INTEGER,
        due_at INTEGER NOT NULL,
        is_head INTEGER NOT NULL,
        response_status INTEGER,
        last_error TEXT,
        reply_id TEXT
      );
      CREATE INDEX deliveries_waiting ON deliveries (chat_id, seq) WHERE status = 'waiting';
      CREATE INDEX deliveries_heads ON deliveries (due_at, seq) WHERE is_head = 1;
      CREATE INDEX deliveries_parked ON deliveries (seq) WHERE status = 'parked';
      CREATE TABLE webhook (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        events TEXT NOT NULL, headers TEXT NOT NULL,
        secret TEXT NOT NULL, previous_secret TEXT, previous_secret_until INTEGER
      );
      CREATE TABLE sends (
        message_id TEXT PRIMARY KEY,
        chat_id TEXT NOT NULL, lane TEXT NOT NULL,
        at INTEGER NOT NULL, typing_ms INTEGER NOT NULL, digest TEXT, is_new INTEGER NOT NULL,
        transmitted INTEGER NOT NULL DEFAULT 0, retries INTEGER NOT NULL DEFAULT 0
      ) WITHOUT ROWID;
      CREATE INDEX sends_by_time ON sends (at, chat_id);
      CREATE INDEX sends_transmitted ON sends (transmitted, at);
      CREATE TABLE safety (id INTEGER PRIMARY KEY CHECK (id = 1), config TEXT NOT NULL, state TEXT NOT NULL);
      CREATE TABLE risk_events (kind TEXT NOT NULL, at INTEGER NOT NULL);
      CREATE TABLE alerts (
        id INTEGER PRIMARY KEY, url TEXT NOT NULL, body TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL
      );
      CREATE TABLE preferences (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE arrivals (chat_id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE group_joins (group_id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE handoffs (chat_id TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE opt_outs (chat_id TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE unread (
        message_id TEXT PRIMARY KEY, chat_id TEXT NOT NULL, address TEXT NOT NULL, participant TEXT,
        due_at INTEGER
      ) WITHOUT ROWID;
      CREATE TABLE logs (
        id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, level TEXT NOT NULL, message TEXT NOT NULL
      );
      CREATE TABLE wakeups (name TEXT PRIMARY KEY, due_at INTEGER NOT NULL) WITHOUT ROWID;
      ${IDEMPOTENCY_SQL}
      ${COUNTERS_SQL}
    `,
  },
  {
    id: 2,
    sql: `
      CREATE TABLE app_states (name TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE saved_contacts (
        phone TEXT PRIMARY KEY, name TEXT NOT NULL, record TEXT
      ) WITHOUT ROWID;
    `,
  },
  {
    id: 3,
    sql: `
      ALTER TABLE media ADD COLUMN message_seq INTEGER;
      UPDATE media SET message_seq =
        (SELECT MIN(m.seq) FROM messages m WHERE m.id = media.message_id AND m.direction = media.direction);
      DROP INDEX media_by_message;
      CREATE INDEX media_by_message ON media (message_seq);
    `,
  },
  { id: 4, sql: "CREATE TABLE phone_aliases (asked TEXT PRIMARY KEY, phone TEXT NOT NULL) WITHOUT ROWID" },
];
