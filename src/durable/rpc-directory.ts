/** What the Worker may ask of the object of an organisation: its list of instances, its keys, its audit log. Part of rpc.ts. */
import type { Result } from "../errors.ts";
import type { IdempotencyVerdict, IdempotentEnd } from "../idempotency/idempotent-calls.ts";
import type { ConnectionState, InstanceSummary } from "./rpc.ts";
import type { OverviewRpc } from "./rpc-operations.ts";

/** What a key may do; see schemas/scopes.ts. */
export type Scope = "read" | "send" | "manage" | "admin";

/** A key to be stored; its secret stays with the caller. */
export interface NewKey {
  id: string;
  /** SHA-256 of the whole key, hexadecimal. */
  hash: string;
  name: string;
  scopes: Scope[];
  /** Ids of the only instances it may use; null for all. */
  instances: string[] | null;
  /** Epoch milliseconds; null for never. */
  expiresAt: number | null;
  createdBy: string;
}

/** A key as it is listed. Times are ISO 8601. */
export interface KeyView {
  id: string;
  name: string;
  scopes: Scope[];
  instances: string[] | null;
  createdAt: string;
  createdBy: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
}

/** What a key may do. */
export interface KeyGrant {
  scopes: Scope[];
  instances: string[] | null;
  /** Epoch milliseconds; null for never. */
  expiresAt: number | null;
}

/** A management action: who, what, on what, with which HTTP status. */
export interface NewAuditEntry {
  keyId: string;
  action: string;
  target: string | null;
  status: number;
  requestId: string;
}

export interface AuditEntry extends NewAuditEntry {
  id: string;
  /** ISO 8601. */
  at: string;
}

/** The object of one organisation. */
export interface DirectoryRpc extends OverviewRpc {
  /** Stores an instance's summary unless a newer one is there. */
  push(summary: InstanceSummary): Promise<void>;
  /** @param logEnd position of the last event the instance ever had; 0, or left out, for none */
  remove(instanceId: string, logEnd?: number): Promise<void>;
  /** Where the log of an instance of this id that was removed ended; 0 when there was none. */
  logEnd(instanceId: string): Promise<number>;
  /** Newest last; `next` is the cursor of the following page. */
  list(query: {
    limit: number;
    cursor?: string;
    status?: ConnectionState;
    /** Only these instances. */
    ids?: readonly string[];
  }): Promise<{ instances: InstanceSummary[]; next: string | null }>;
  /**
   * The instance that is linked to this phone (digits) or was made for it; else `newId` is noted as being made for it.
   * Asked by two callers at once, both get the same id.
   */
  claimPhone(phone: string, newId: string): Promise<string>;
  /** The instance linked to this phone (digits), if any. */
  findByPhone(phone: string): Promise<InstanceSummary | null>;
  totals(): Promise<{ total: number; connected: number }>;
  /** `wrong_state` when there are too many. */
  createKey(key: NewKey): Promise<Result<KeyView>>;
  listKeys(): Promise<KeyView[]>;
  revokeKey(id: string): Promise<Result<{ id: string }>>;
  /** Null for an unknown, wrong or expired key; notes the use. */
  checkKey(id: string, hash: string): Promise<KeyGrant | null>;
  recordAction(entry: NewAuditEntry): Promise<void>;
  /** A file of no instance is about to be uploaded; it is removed when its time is over. */
  expectUpload(): Promise<void>;
  beginIdempotent(id: string, fingerprint: string): Promise<IdempotencyVerdict>;
  endIdempotent(id: string, end: IdempotentEnd): Promise<void>;
  /** Newest first; `next` is the cursor of the following page. */
  listActions(query: { limit: number; cursor?: string }): Promise<{ entries: AuditEntry[]; next: string | null }>;
}
