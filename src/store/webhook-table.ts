/** How this number calls its webhook, beside the URL: which events, with which headers, signed with which secrets. */

export interface WebhookSettings {
  /** Event types; `*` = all. */
  events: string[];
  /** Fixed headers of each request. */
  headers: Record<string, string>;
  /** `whsec_…`, the one that is shown. */
  secret: string;
  /** Signs too until its time is over, so that a receiver can change over without refusing anything. */
  previousSecret: string | null;
  /** Epoch milliseconds. */
  previousSecretUntil: number | null;
}

type Row = {
  events: string;
  headers: string;
  secret: string;
  previous_secret: string | null;
  previous_secret_until: number | null;
};

export function webhookTable(sql: SqlStorage) {
  return {
    /** Null before `save` was called for the first time, which is when the instance is created. */
    load(): WebhookSettings | null {
      const row = sql
        .exec<Row>("SELECT events, headers, secret, previous_secret, previous_secret_until FROM webhook WHERE id = 1")
        .toArray()[0];
      if (!row) return null;
      return {
        events: JSON.parse(row.events),
        headers: JSON.parse(row.headers),
        secret: row.secret,
        previousSecret: row.previous_secret,
        previousSecretUntil: row.previous_secret_until,
      };
    },

    save({ events, headers, secret, previousSecret, previousSecretUntil }: WebhookSettings): void {
      sql.exec(
        `INSERT INTO webhook (id, events, headers, secret, previous_secret, previous_secret_until)
         VALUES (1, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET events = excluded.events, headers = excluded.headers, secret = excluded.secret,
           previous_secret = excluded.previous_secret, previous_secret_until = excluded.previous_secret_until`,
        JSON.stringify(events),
        JSON.stringify(headers),
        secret,
        previousSecret,
        previousSecretUntil,
      );
    },

    /** The selected event types, `*` among them for all; null when nothing was saved yet. */
    events(): string[] | null {
      const row = sql.exec<{ events: string }>("SELECT events FROM webhook WHERE id = 1").toArray()[0];
      return row ? JSON.parse(row.events) : null;
    },
  };
}

export type WebhookTable = ReturnType<typeof webhookTable>;
