/** What a gateway keeps, counted from outside: the rows of every table of every object. */
import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { databasesBelow, readDatabase } from "../support/read-database.ts";

export interface Stored {
  /** Rows by table, of all objects together. */
  rows: Readonly<Record<string, number>>;
  /** Hash of all that each instance has stored, by `org/instance`. */
  instances: Readonly<Record<string, string>>;
  /** Organisations that have storage. */
  directories: number;
}

type Content = readonly (readonly [table: string, rows: readonly object[]])[];

const TABLES =
  "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'";

const contentOf = (database: DatabaseSync): Content =>
  database
    .prepare(TABLES)
    .all()
    .map(({ name }) => [String(name), database.prepare(`SELECT * FROM "${name}"`).all()]);

/** @param stateFolder where the gateway's objects are, each as they are when it is looked at */
export function readStored(stateFolder: string): Stored {
  const rows: Record<string, number> = {};
  const instances: Record<string, string> = {};
  let directories = 0;
  for (const path of databasesBelow(stateFolder)) {
    const content = readDatabase(path, contentOf) ?? [];
    const has = (table: string): boolean => content.some(([name]) => name === table);
    // What the runtime keeps for itself has none.
    if (!has("migrations")) continue;
    for (const [table, { length }] of content) rows[table] = (rows[table] ?? 0) + length;
    if (has("audit")) directories += 1;
    else if (has("instance"))
      instances[nameIn(content)] = createHash("sha256").update(JSON.stringify(content)).digest("hex");
  }
  return { rows, instances, directories };
}

/** `org/instance` of an instance's tables. */
function nameIn(content: Content): string {
  const [row] = (content.find(([table]) => table === "instance")?.[1] ?? []) as { profile: string }[];
  const { orgId, instanceId } = JSON.parse(row?.profile ?? "{}") as { orgId?: string; instanceId?: string };
  return `${orgId}/${instanceId}`;
}
