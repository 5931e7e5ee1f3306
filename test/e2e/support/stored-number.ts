/** The tables of a number as they lie on disk, for the time while no gateway runs. */
import { DatabaseSync } from "node:sqlite";
import { databasesBelow, readDatabase } from "../../support/read-database.ts";

/** A runtime that was killed lets go of its files when the kernel has reaped it. */
const RELEASE_PATIENCE_MS = 30_000;

/** A LID that the simulator gives to nobody. */
const FIRST_STRANGER = 180_000_000_000_000;

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

interface StoredSession {
  _sessions: Record<string, { indexInfo: { used: number } }>;
}

/** The number knows so many people more; their Signal sessions were read with after all that are there. */
export function knows(stateFolder: string, id: string, people: number): void {
  const database = open(stateFolder, id);
  const [row] = database.prepare("SELECT value FROM signal_keys WHERE type = 'session'").all();
  const session = JSON.parse(String(row?.value)) as StoredSession;
  for (const { indexInfo } of Object.values(session._sessions)) indexInfo.used = Date.now();
  const insert = database.prepare("INSERT INTO signal_keys (type, id, value) VALUES ('session', ?, ?)");
  database.exec("BEGIN");
  for (let index = 0; index < people; index += 1) insert.run(`${FIRST_STRANGER + index}_1.0`, JSON.stringify(session));
  database.exec("COMMIT");
  database.close();
}
