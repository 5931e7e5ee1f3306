/** The keys of an organisation: SHA-256 only, never a secret. */
import { Buffer } from "node:buffer";
import { timingSafeEqual } from "node:crypto";
import type { KeyGrant, KeyView, NewKey, Scope } from "../durable/rpc.ts";
import { iso } from "../store/iso.ts";

/** A key's last use is written at most this often, milliseconds: it is read by people, and each write is paid for. */
const LAST_USED_EVERY_MS = 60_000;

type Row = {
  id: string;
  hash: string;
  name: string;
  scopes: string;
  instances: string | null;
  created_at: number;
  created_by: string;
  expires_at: number | null;
  last_used_at: number | null;
};

const scopesOf = ({ scopes }: Row): Scope[] => scopes.split(" ") as Scope[];
const instancesOf = ({ instances }: Row): string[] | null =>
  instances === null ? null : (JSON.parse(instances) as string[]);

const view = (row: Row): KeyView => ({
  id: row.id,
  name: row.name,
  scopes: scopesOf(row),
  instances: instancesOf(row),
  createdAt: new Date(row.created_at).toISOString(),
  createdBy: row.created_by,
  expiresAt: iso(row.expires_at),
  lastUsedAt: iso(row.last_used_at),
});

/** Two SHA-256 in hexadecimal; the time it takes tells nothing about either. */
const sameHash = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a, "utf8"), Buffer.from(b, "utf8"));

export function keysTable(sql: SqlStorage) {
  const find = (id: string): Row | undefined => sql.exec<Row>("SELECT * FROM keys WHERE id = ?", id).toArray()[0];

  return {
    add(key: NewKey, now: number): KeyView {
      sql.exec(
        `INSERT INTO keys (id, hash, name, scopes, instances, created_at, created_by, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        key.id,
        key.hash,
        key.name,
        key.scopes.join(" "),
        key.instances === null ? null : JSON.stringify(key.instances),
        now,
        key.createdBy,
        key.expiresAt,
      );
      return view({ ...(find(key.id) as Row) });
    },

    count(): number {
      return sql.exec<{ count: number }>("SELECT COUNT(*) AS count FROM keys").one().count;
    },

    /** Oldest first; expired ones too, until they are deleted. */
    list(): KeyView[] {
      return sql.exec<Row>("SELECT * FROM keys ORDER BY created_at, id").toArray().map(view);
    },

    /** @returns false when there is no such key */
    remove(id: string): boolean {
      return sql.exec("DELETE FROM keys WHERE id = ?", id).rowsWritten > 0;
    },

    /** What a key may do, when id and hash belong together and it has not expired; notes that it was used. */
    check(id: string, hash: string, now: number): KeyGrant | null {
      const row = find(id);
      if (!row || !sameHash(row.hash, hash)) return null;
      if (row.expires_at !== null && row.expires_at <= now) return null;
      if ((row.last_used_at ?? 0) <= now - LAST_USED_EVERY_MS) {
        sql.exec("UPDATE keys SET last_used_at = ? WHERE id = ?", now, id);
      }
      return { scopes: scopesOf(row), instances: instancesOf(row), expiresAt: row.expires_at };
    },
  };
}
