/** The tables of a number as they lie on disk, for the time while no gateway runs. */
import { DatabaseSync } from "node:sqlite";
import { databasesBelow, readDatabase } from "../../support/read-database.ts";

/** A runtime that was killed lets go of its files when the kernel has reaped it. */
const RELEASE_PATIENCE_MS = 30_000;

/** When something happened, epoch milliseconds: what `ages` moves into the past. */
const TIMES = ["events.created_at", "messages.sent_at", "logs.at"];

/** Whether this is the database of the instance `id`; its tables are described in docs/storage.md. */
const isOf = (id: string) => (database: DatabaseSync) =>
  database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'instance'").get() !== undefined &&
  database.prepare("SELECT 1 FROM instance WHERE instr(profile, ?) > 0").get(`"instanceId":"${id}"`) !== undefined;

function open(stateFolder: string, id: string): DatabaseSync {
  const path = databasesBelow(stateFolder).find((file) => readDatabase(file, isOf(id)));
  if (path === undefined) throw new Error(`No stored instance ${id} below ${stateFolder}`);
  return new DatabaseSync(path, { timeout: RELEASE_PATIENCE_MS });
}

/** Everything of the number happened `ms` earlier, and retention looks at it at once. */
export function ages(stateFolder: string, id: string, ms: number): void {
  const database = open(stateFolder, id);
  for (const time of TIMES) {
    const [table, column] = time.split(".");
    database.prepare(`UPDATE ${table} SET ${column} = ${column} - ?`).run(ms);
  }
  database.exec("UPDATE wakeups SET due_at = 0 WHERE name = 'prune'");
  database.close();
}
