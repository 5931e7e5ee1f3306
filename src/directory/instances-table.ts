/** Summaries of an organisation's instances, as the instances themselves push them. */
import type { ConnectionState, InstanceSummary } from "../durable/rpc.ts";
import { pageOf } from "../store/page.ts";

export interface ListQuery {
  limit: number;
  cursor?: string;
  status?: ConnectionState;
  /** Only these instances. */
  ids?: readonly string[];
}

type Row = { id: string; created_at: string; summary: string };

const parse = ({ summary }: Row): InstanceSummary => JSON.parse(summary) as InstanceSummary;

/** Position in a list: creation time and id of the last instance shown. */
const encodeCursor = ({ created_at, id }: Row): string => btoa(JSON.stringify([created_at, id]));

function decodeCursor(cursor: string): [string, string] {
  try {
    const [createdAt, id] = JSON.parse(atob(cursor)) as unknown[];
    if (typeof createdAt === "string" && typeof id === "string") return [createdAt, id];
  } catch {
    // A cursor nobody was given starts from the beginning.
  }
  return ["", ""];
}

export function instancesTable(sql: SqlStorage) {
  return {
    /** Stores a summary unless a newer one is there. */
    push(summary: InstanceSummary, now: number): void {
      sql.exec(
        `INSERT INTO instances (id, created_at, status, phone, revision, summary, heard_at) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET created_at = excluded.created_at, status = excluded.status, phone = excluded.phone,
           revision = excluded.revision, summary = excluded.summary, heard_at = excluded.heard_at
         WHERE excluded.revision > instances.revision`,
        summary.id,
        summary.createdAt,
        summary.status,
        summary.connectedPhone,
        summary.revision,
        JSON.stringify(summary),
        now,
      );
    },

    /** @param logEnd position of the last event the instance ever had; 0 = none */
    remove(instanceId: string, logEnd: number): void {
      sql.exec("DELETE FROM instances WHERE id = ?", instanceId);
      sql.exec("DELETE FROM onboarded WHERE instance_id = ?", instanceId);
      if (logEnd === 0) return;
      sql.exec(
        "INSERT INTO log_ends (instance_id, seq) VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = MAX(seq, excluded.seq)",
        instanceId,
        logEnd,
      );
    },

    /** Where the log of an instance that was removed ended; 0 when there was none. */
    logEnd(instanceId: string): number {
      const found = sql
        .exec<{ seq: number }>("SELECT seq FROM log_ends WHERE instance_id = ?", instanceId)
        .toArray()[0];
      return found?.seq ?? 0;
    },

    /** Oldest first. */
    list({ limit, cursor, status, ids }: ListQuery): { instances: InstanceSummary[]; next: string | null } {
      const [createdAt, id] = cursor === undefined ? ["", ""] : decodeCursor(cursor);
      const rows = sql
        .exec<Row>(
          `SELECT id, created_at, summary FROM instances
           WHERE (created_at, id) > (?1, ?2) AND (?3 IS NULL OR status = ?3)
             AND (?4 IS NULL OR id IN (SELECT value FROM json_each(?4)))
           ORDER BY created_at, id LIMIT ?5`,
          createdAt,
          id,
          status ?? null,
          ids === undefined ? null : JSON.stringify(ids),
          limit + 1,
        )
        .toArray();
      const { page, next } = pageOf(rows, limit, encodeCursor);
      return { instances: page.map(parse), next };
    },

    /** The instance linked to this phone (digits); one that is connected before others. */
    findByPhone(phone: string): InstanceSummary | null {
      const query =
        "SELECT id, created_at, summary FROM instances WHERE phone = ? ORDER BY status = 'connected' DESC LIMIT 1";
      const row = sql.exec<Row>(query, phone).toArray()[0];
      return row ? parse(row) : null;
    },

    /** The instance linked to this phone, else the one made for it, else `newId`, which is noted. */
    claimPhone(phone: string, newId: string): string {
      const found = sql
        .exec<{ id: string }>(
          `SELECT id FROM instances WHERE phone = ?1
           UNION ALL
           SELECT instance_id FROM onboarded LEFT JOIN instances ON instances.id = instance_id
           WHERE onboarded.phone = ?1 AND (instances.phone IS NULL OR instances.phone = ?1) LIMIT 1`,
          phone,
        )
        .toArray()[0];
      if (found !== undefined) return found.id;
      sql.exec("INSERT OR REPLACE INTO onboarded (phone, instance_id) VALUES (?, ?)", phone, newId);
      return newId;
    },

    totals(): { total: number; connected: number } {
      return sql
        .exec<{ total: number; connected: number }>(
          "SELECT COUNT(*) AS total, COUNT(*) FILTER (WHERE status = 'connected') AS connected FROM instances",
        )
        .one();
    },
  };
}
