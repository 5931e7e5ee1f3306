/**
 * One object per organisation: which instances there are and how each stands, as the instances themselves tell it.
 * Lists are answered from here and never wake an instance; calls to one instance never pass here.
 */
import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env.ts";
import { type Migration, migrate } from "../store/migrate.ts";
import type { ConnectionState, DirectoryRpc, InstanceSummary } from "./rpc.ts";

const MIGRATIONS: readonly Migration[] = [
  {
    id: 1,
    sql: `
      CREATE TABLE instances (
        id TEXT PRIMARY KEY,
        created_at TEXT NOT NULL,
        status TEXT NOT NULL,
        phone TEXT,
        revision INTEGER NOT NULL,
        summary TEXT NOT NULL
      ) WITHOUT ROWID;
      CREATE INDEX instances_in_order ON instances (created_at, id);
      CREATE INDEX instances_by_phone ON instances (phone) WHERE phone IS NOT NULL;
    `,
  },
];

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

export class DirectoryObject extends DurableObject<Env> implements DirectoryRpc {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    migrate(ctx.storage, MIGRATIONS);
  }

  async push(summary: InstanceSummary): Promise<void> {
    this.#sql.exec(
      `INSERT INTO instances (id, created_at, status, phone, revision, summary) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET created_at = excluded.created_at, status = excluded.status, phone = excluded.phone,
         revision = excluded.revision, summary = excluded.summary
       WHERE excluded.revision > instances.revision`,
      summary.id,
      summary.createdAt,
      summary.status,
      summary.connectedPhone,
      summary.revision,
      JSON.stringify(summary),
    );
  }

  async remove(instanceId: string): Promise<void> {
    this.#sql.exec("DELETE FROM instances WHERE id = ?", instanceId);
  }

  async list(query: { limit: number; cursor?: string; status?: ConnectionState }) {
    const [createdAt, id] = query.cursor === undefined ? ["", ""] : decodeCursor(query.cursor);
    const rows = this.#sql
      .exec<Row>(
        `SELECT id, created_at, summary FROM instances
         WHERE (created_at, id) > (?, ?) AND (?3 IS NULL OR status = ?3) ORDER BY created_at, id LIMIT ?4`,
        createdAt,
        id,
        query.status ?? null,
        query.limit + 1,
      )
      .toArray();
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    return {
      instances: page.map(parse),
      next: rows.length > query.limit && last !== undefined ? encodeCursor(last) : null,
    };
  }

  async findByPhone(phone: string): Promise<InstanceSummary | null> {
    const query =
      "SELECT id, created_at, summary FROM instances WHERE phone = ? ORDER BY status = 'connected' DESC LIMIT 1";
    const row = this.#sql.exec<Row>(query, phone).toArray()[0];
    return row ? parse(row) : null;
  }

  async totals(): Promise<{ total: number; connected: number }> {
    return this.#sql
      .exec<{ total: number; connected: number }>(
        "SELECT COUNT(*) AS total, COUNT(*) FILTER (WHERE status = 'connected') AS connected FROM instances",
      )
      .one();
  }
}
