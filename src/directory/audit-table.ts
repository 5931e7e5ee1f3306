/** Every management action of an organisation, newest 10,000. */
import type { AuditEntry, NewAuditEntry } from "../durable/rpc.ts";
import { pageOf } from "../store/page.ts";

/** Years of ordinary use; a caller that floods it loses only what is older than its flood. */
const KEPT = 10_000;

type Row = {
  id: number;
  at: number;
  key_id: string;
  action: string;
  target: string | null;
  status: number;
  request_id: string;
};

export function auditTable(sql: SqlStorage) {
  return {
    add({ keyId, action, target, status, requestId }: NewAuditEntry, now: number): void {
      const { id } = sql
        .exec<{ id: number }>(
          "INSERT INTO audit (at, key_id, action, target, status, request_id) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
          now,
          keyId,
          action,
          target,
          status,
          requestId,
        )
        .one();
      sql.exec("DELETE FROM audit WHERE id <= ?", id - KEPT);
    },

    /** Newest first; `cursor` is the `next` of the page before. */
    list({ limit, cursor }: { limit: number; cursor?: string }): { entries: AuditEntry[]; next: string | null } {
      const before = cursor !== undefined && /^\d{1,15}$/.test(cursor) ? Number(cursor) : Number.MAX_SAFE_INTEGER;
      const rows = sql
        .exec<Row>("SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?", before, limit + 1)
        .toArray();
      const { page, next } = pageOf(rows, limit, ({ id }) => String(id));
      return {
        entries: page.map((row) => ({
          id: String(row.id),
          at: new Date(row.at).toISOString(),
          keyId: row.key_id,
          action: row.action,
          target: row.target,
          status: row.status,
          requestId: row.request_id,
        })),
        next,
      };
    },
  };
}
