import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { databasesBelow, readDatabase } from "../../support/read-database.ts";

const WRITER = fileURLToPath(new URL("wal-writer.ts", import.meta.url));
/** How often it is read, and at how many different moments at least. */
const READINGS = 1_000;
const STATES = 20;

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wasup-test-"));
  path = join(folder, "object.sqlite");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The numbers in a table of the writer's; none while it has not made the table yet. */
function numbersIn(database: DatabaseSync, table: string): number[] {
  const isThere = database.prepare("SELECT 1 FROM sqlite_master WHERE name = ?").get(table) !== undefined;
  return isThere
    ? database
        .prepare(`SELECT n FROM ${table} ORDER BY n`)
        .all()
        .map(({ n }) => Number(n))
    : [];
}

describe("a database whose owner commits, closes, opens and removes it all the time", () => {
  test("is read as it was at one moment, every time, and its owner does not notice", { timeout: 60_000 }, async () => {
    const writer = fork(WRITER, [path]);
    const ended = once(writer, "exit");
    const states = new Set<number>();
    const files = new Set<string>();
    const wrong: string[] = [];
    let last = 0;
    const isEnough = (): boolean => states.size >= STATES && files.has("object.sqlite-wal");
    for (let readings = 0; readings < READINGS || !isEnough(); ) {
      if (writer.exitCode !== null) break;
      for (const file of readdirSync(folder)) files.add(file);
      const tables = readDatabase(path, (database) => [numbersIn(database, "one"), numbersIn(database, "other")]);
      if (tables) readings += 1;
      const [one, other] = (tables ?? []).map((numbers) => numbers.join());
      const highest = tables?.[0]?.at(-1) ?? last;
      // Each reading has all that the one before it had; what was in a removed file went with it.
      if (one !== other || highest < last) wrong.push(`${one} beside ${other} after ${last}`);
      last = highest;
      states.add(highest);
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (writer.connected) writer.send("enough");
    expect(await ended).toEqual([0, null]);
    expect(wrong).toEqual([]);
    expect(isEnough()).toBe(true);
  });
});

describe("what is read", () => {
  const count = () => readDatabase(path, (database) => database.prepare("SELECT count(*) AS n FROM t").get()?.n);

  test("has what was committed and is only in the `-wal`, and nothing of what was not", () => {
    const owner = new DatabaseSync(path);
    owner.exec(
      "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (n); INSERT INTO t VALUES (1)",
    );
    expect(count()).toBe(1);
    owner.exec("BEGIN; INSERT INTO t VALUES (2)");
    expect(count()).toBe(1);
    owner.exec("COMMIT");
    expect(count()).toBe(2);
    owner.close();
    expect(count()).toBe(2);
  });

  test("is nothing when the file is gone", () => {
    expect(readDatabase(path, () => 1)).toBeNull();
    expect(databasesBelow(folder)).toEqual([]);
  });

  test("leaves the folder as it was", () => {
    const owner = new DatabaseSync(path);
    owner.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (n)");
    const before = readdirSync(folder);
    expect(count()).toBe(0);
    expect(readdirSync(folder)).toEqual(before);
    expect(databasesBelow(folder)).toEqual([path]);
    owner.close();
  });
});
