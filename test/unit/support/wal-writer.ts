/**
 * Writes to a database as the runtime does to that of an object which it evicts again and again: opens it in WAL mode,
 * commits, closes it, by which the `-wal` is moved into the file and removed; now and then the whole file goes. Like the
 * runtime it has no patience with locks. Started with `fork` and the file's path; goes on until it gets a message.
 */
import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

const [path = ""] = process.argv.slice(2);
const COMMITS = 5;
const ROUNDS_PER_FILE = 20;

let isOver = false;
process.once("message", () => {
  isOver = true;
  process.disconnect();
});

for (let [round, count] = [1, 0]; !isOver; round += 1) {
  const database = new DatabaseSync(path, { timeout: 0 });
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS one (n); CREATE TABLE IF NOT EXISTS other (n)");
  for (let commit = 0; commit < COMMITS; commit += 1) {
    count += 1;
    database.exec(`BEGIN; INSERT INTO one VALUES (${count}); INSERT INTO other VALUES (${count}); COMMIT`);
  }
  await new Promise((resolve) => setImmediate(resolve));
  database.close();
  if (round % ROUNDS_PER_FILE === 0) rmSync(path);
}
