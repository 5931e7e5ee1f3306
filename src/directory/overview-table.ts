/** How the instances of an organisation fare, beside their summaries: what they report, and when they were heard of. */
import type { InstanceMetrics, InstanceReport } from "../durable/rpc-operations.ts";

type Row = { id: string; status: InstanceMetrics["status"]; heard_at: number; report: string | null };

export function overviewTable(sql: SqlStorage) {
  return {
    report(instanceId: string, report: InstanceReport, now: number): void {
      sql.exec(
        "UPDATE instances SET report = ?, heard_at = MAX(heard_at, ?) WHERE id = ?",
        JSON.stringify(report),
        now,
        instanceId,
      );
    },

    /** In the order of their ids. */
    metrics({ ids }: { ids?: readonly string[] }): InstanceMetrics[] {
      return sql
        .exec<Row>(
          `SELECT id, status, heard_at, report FROM instances
           WHERE ?1 IS NULL OR id IN (SELECT value FROM json_each(?1)) ORDER BY id`,
          ids === undefined ? null : JSON.stringify(ids),
        )
        .toArray()
        .map(({ id, status, heard_at: heardAt, report }) => ({
          id,
          status,
          heardAt,
          report: report === null ? null : (JSON.parse(report) as InstanceReport),
        }));
    },

    /** Instances that should be connected, were not heard of since `before`, and not given out since then either. */
    takeSilent({ before, now, limit }: { before: number; now: number; limit: number }): string[] {
      return sql
        .exec<{ id: string }>(
          `UPDATE instances SET poked_at = ?1 WHERE id IN (
             SELECT id FROM instances WHERE status <> 'disconnected' AND MAX(heard_at, poked_at) < ?2
             ORDER BY MAX(heard_at, poked_at) LIMIT ?3) RETURNING id`,
          now,
          before,
          limit,
        )
        .toArray()
        .map(({ id }) => id);
    },
  };
}
