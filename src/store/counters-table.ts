/**
 * What a number has done since it was created. Triggers count, in the transaction of what is counted: no way in or out
 * can forget to, and a message that is removed after its time stays counted.
 *
 * | Name | Counts |
 * |---|---|
 * | `received` | messages from people, as they were stored; not those of the phone's history, whose place is below 0 |
 * | `sent`, `failed` | our messages that WhatsApp took, or that ended in an error |
 * | `connected` | logins: the first one, and every reconnect |
 * | `refused:<rule>` | messages that a rule of number safety held back |
 */

/** Adds one to the counter of this SQL expression. */
const count = (name: string): string =>
  `INSERT INTO counters (name, value) VALUES (${name}, 1) ON CONFLICT DO UPDATE SET value = value + 1;`;

export const COUNTERS_SQL = `
  CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TRIGGER count_received AFTER INSERT ON messages WHEN NEW.direction = 'inbound' AND NEW.seq > 0 BEGIN
    ${count("'received'")}
  END;
  CREATE TRIGGER count_sent AFTER UPDATE OF status ON messages
  WHEN OLD.status = 'pending' AND NEW.status IN ('sent', 'delivered', 'read', 'played') BEGIN
    ${count("'sent'")}
  END;
  CREATE TRIGGER count_failed AFTER UPDATE OF status ON messages WHEN OLD.status <> 'failed' AND NEW.status = 'failed' BEGIN
    ${count("'failed'")}
  END;
  CREATE TRIGGER count_connected AFTER INSERT ON events
  WHEN NEW.type = 'connection' AND json_extract(NEW.payload, '$.status') = 'connected' BEGIN
    ${count("'connected'")}
  END;
  CREATE TRIGGER count_refused AFTER INSERT ON events
  WHEN NEW.type = 'safety' AND json_extract(NEW.payload, '$.change') = 'refused' BEGIN
    ${count("'refused:' || json_extract(NEW.payload, '$.code')")}
  END;
`;

export function countersTable(sql: SqlStorage) {
  return {
    all(): Record<string, number> {
      const rows = sql
        .exec<{ name: string; value: number }>("SELECT name, value FROM counters ORDER BY name")
        .toArray();
      return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
    },
  };
}

export type CountersTable = ReturnType<typeof countersTable>;
