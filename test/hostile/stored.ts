/** What a gateway keeps, counted from outside: the rows of every table of every object, and the files. */
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export interface Stored {
  /** Rows by table, of all objects together; `files` are those in the bucket. */
  rows: Readonly<Record<string, number>>;
  /** Hash of all that each instance has stored, by `org/instance`. */
  instances: Readonly<Record<string, string>>;
  /** Organisations that have storage. */
  directories: number;
}

/** Databases below `folder`: each is copied first, because the runtime is writing to it. */
function databases(folder: string, copies: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".sqlite"))
    .map((file) => {
      const copy = join(copies, file.replaceAll("/", "~"));
      for (const suffix of ["", "-wal"]) {
        if (existsSync(join(folder, file + suffix))) cpSync(join(folder, file + suffix), copy + suffix);
      }
      return copy;
    });
}

function tablesOf(database: DatabaseSync): string[] {
  const query =
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'";
  return database
    .prepare(query)
    .all()
    .map(({ name }) => String(name));
}

/** @param stateDir what `wrangler dev --persist-to` was given */
export function readStored(stateDir: string): Stored {
  const copies = mkdtempSync(join(tmpdir(), "wasup-stored-"));
  const rows: Record<string, number> = { files: 0 };
  const instances: Record<string, string> = {};
  let directories = 0;
  try {
    for (const path of databases(join(stateDir, "v3"), copies)) {
      const database = new DatabaseSync(path);
      const all = (table: string) => database.prepare(`SELECT * FROM "${table}"`).all();
      const tables = tablesOf(database);
      if (tables.includes("_mf_objects")) rows.files = (rows.files ?? 0) + all("_mf_objects").length;
      else if (tables.includes("migrations")) {
        const content = tables.map((table) => [table, all(table)] as const);
        for (const [table, { length }] of content) rows[table] = (rows[table] ?? 0) + length;
        if (tables.includes("audit")) directories += 1;
        else if (tables.includes("instance"))
          instances[nameOf(database)] = createHash("sha256").update(JSON.stringify(content)).digest("hex");
      }
      database.close();
    }
  } finally {
    rmSync(copies, { recursive: true, force: true });
  }
  return { rows, instances, directories };
}

/** `org/instance` of an instance's database. */
function nameOf(database: DatabaseSync): string {
  const row = database.prepare("SELECT profile FROM instance").get() as { profile: string } | undefined;
  const { orgId, instanceId } = JSON.parse(row?.profile ?? "{}") as { orgId?: string; instanceId?: string };
  return `${orgId}/${instanceId}`;
}
