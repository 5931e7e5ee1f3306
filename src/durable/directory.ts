/**
 * One object per organisation: which instances there are and how each stands, as the instances themselves tell it; the
 * organisation's keys; and what was done with them. Lists are answered from here and never wake an instance; calls to
 * one instance never pass here, except that their key is checked when the Worker has not seen it for 30 s.
 */
import { DurableObject } from "cloudflare:workers";
import { auditTable } from "../directory/audit-table.ts";
import { instancesTable, type ListQuery } from "../directory/instances-table.ts";
import { keysTable } from "../directory/keys-table.ts";
import { DIRECTORY_MIGRATIONS } from "../directory/migrations.ts";
import { overviewTable } from "../directory/overview-table.ts";
import type { Env } from "../env.ts";
import { ok, type Result, refuse } from "../errors.ts";
import { idempotencyTable } from "../idempotency/idempotency-table.ts";
import { type IdempotencyVerdict, IdempotentCalls, type IdempotentEnd } from "../idempotency/idempotent-calls.ts";
import { migrate } from "../store/migrate.ts";
import type { DirectoryRpc, InstanceSummary, KeyGrant, KeyView, NewAuditEntry, NewKey } from "./rpc.ts";
import type { InstanceMetrics, InstanceReport } from "./rpc-operations.ts";
import { registryStub } from "./stubs.ts";
import { UploadRetention } from "./upload-retention.ts";

/** Keys of one organisation: far more than it has programs, few enough to be listed in one answer. */
const MAX_KEYS = 1_000;

/** HTTP statuses from here on are refusals. */
const LOWEST_REFUSAL = 400;

export class DirectoryObject extends DurableObject<Env> implements DirectoryRpc {
  readonly #instances;
  readonly #overview;
  readonly #keys;
  readonly #audit;
  readonly #calls: IdempotentCalls;
  readonly #uploads: UploadRetention;
  #hasTables: boolean;
  #isRegistered = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { sql } = ctx.storage;
    this.#instances = instancesTable(sql);
    this.#overview = overviewTable(sql);
    this.#keys = keysTable(sql);
    this.#audit = auditTable(sql);
    this.#calls = new IdempotentCalls(idempotencyTable(sql), Date.now);
    this.#uploads = new UploadRetention(ctx.storage, env, ctx.id.name ?? "");
    this.#hasTables = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'migrations'").toArray().length > 0;
    if (this.#hasTables) migrate(ctx.storage, DIRECTORY_MIGRATIONS);
  }

  async push(summary: InstanceSummary): Promise<void> {
    this.#createTables();
    this.#instances.push(summary, Date.now());
    await this.#register();
  }

  async report(instanceId: string, report: InstanceReport): Promise<void> {
    if (this.#hasTables) this.#overview.report(instanceId, report, Date.now());
  }

  async metrics(query: { ids?: readonly string[] }): Promise<InstanceMetrics[]> {
    return this.#hasTables ? this.#overview.metrics(query) : [];
  }

  async takeSilent(query: { before: number; now: number; limit: number }): Promise<string[]> {
    return this.#hasTables ? this.#overview.takeSilent(query) : [];
  }

  async remove(instanceId: string, logEnd = 0): Promise<void> {
    if (this.#hasTables) this.#instances.remove(instanceId, logEnd);
  }

  async logEnd(instanceId: string): Promise<number> {
    return this.#hasTables ? this.#instances.logEnd(instanceId) : 0;
  }

  async list(query: ListQuery) {
    return this.#hasTables ? this.#instances.list(query) : { instances: [], next: null };
  }

  async claimPhone(phone: string, newId: string): Promise<string> {
    this.#createTables();
    return this.#instances.claimPhone(phone, newId);
  }

  async findByPhone(phone: string): Promise<InstanceSummary | null> {
    return this.#hasTables ? this.#instances.findByPhone(phone) : null;
  }

  async totals(): Promise<{ total: number; connected: number }> {
    return this.#hasTables ? this.#instances.totals() : { total: 0, connected: 0 };
  }

  async createKey(key: NewKey): Promise<Result<KeyView>> {
    this.#createTables();
    if (this.#keys.count() >= MAX_KEYS) {
      return refuse("wrong_state", `There are ${MAX_KEYS} keys already`, { hint: "Delete keys that are not used" });
    }
    return ok(this.#keys.add(key, Date.now()));
  }

  async listKeys(): Promise<KeyView[]> {
    return this.#hasTables ? this.#keys.list() : [];
  }

  async revokeKey(id: string): Promise<Result<{ id: string }>> {
    const isKnown = this.#hasTables && this.#keys.remove(id);
    return isKnown ? ok({ id }) : refuse("not_found", "Key not found");
  }

  async checkKey(id: string, hash: string): Promise<KeyGrant | null> {
    return this.#hasTables ? this.#keys.check(id, hash, Date.now()) : null;
  }

  async beginIdempotent(id: string, fingerprint: string): Promise<IdempotencyVerdict> {
    this.#createTables();
    return this.#calls.begin(id, fingerprint);
  }

  /** A call that was refused leaves nothing of an organisation that has nothing else. */
  async endIdempotent(id: string, end: IdempotentEnd): Promise<void> {
    this.#createTables();
    const isAwaited = this.#calls.end(id, end);
    if (end.kind !== "undone" || isAwaited) return;
    const hasAlarm = (await this.ctx.storage.getAlarm()) !== null;
    if (hasAlarm || !this.#isEmpty()) return;
    this.#hasTables = false;
    await this.ctx.storage.deleteAll();
  }

  /** What was refused is worth a line in the log of an organisation that exists, and no storage for one that does not. */
  async recordAction(entry: NewAuditEntry): Promise<void> {
    if (!this.#hasTables && entry.status >= LOWEST_REFUSAL) return;
    this.#createTables();
    this.#audit.add(entry, Date.now());
  }

  async listActions(query: { limit: number; cursor?: string }) {
    return this.#hasTables ? this.#audit.list(query) : { entries: [], next: null };
  }

  async expectUpload(): Promise<void> {
    await this.#uploads.expect(Date.now());
  }

  override async alarm(): Promise<void> {
    await this.#uploads.prune(Date.now());
  }

  /** An organisation with an instance is to be swept; should this fail, the instance pushes again. */
  async #register(): Promise<void> {
    const { sql } = this.ctx.storage;
    if (this.#isRegistered || sql.exec("SELECT 1 FROM registration").toArray().length > 0) return;
    await registryStub(this.env).add(this.ctx.id.name ?? "");
    sql.exec("INSERT OR IGNORE INTO registration (id, registered_at) VALUES (1, ?)", Date.now());
    this.#isRegistered = true;
  }

  #isEmpty(): boolean {
    const tables = ["instances", "registration", "onboarded", "log_ends", "keys", "audit", "idempotent_calls"];
    return tables.every((table) => this.ctx.storage.sql.exec(`SELECT 1 FROM ${table} LIMIT 1`).toArray().length === 0);
  }

  /** Only a call that stores something creates tables: guesses of keys must not create storage that is paid for. */
  #createTables(): void {
    if (this.#hasTables) return;
    migrate(this.ctx.storage, DIRECTORY_MIGRATIONS);
    this.#hasTables = true;
  }
}
