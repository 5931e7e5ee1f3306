/**
 * Reads an object's SQLite while the runtime writes to it, evicts the object or starts it anew. The file is not opened
 * where it lies: workerd has no patience with locks, and a reader that takes them, be it for reading only, makes it fail
 * with SQLITE_BUSY whenever it opens the file at the same moment. Read are the bytes, as a kill at that moment would
 * leave them, and SQLite makes the last commit of them, as it would after the kill.
 */
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** What SQLite makes a state of; its index of the `-wal` (`-shm`) it makes anew. */
const SUFFIXES = ["", "-wal", "-journal"];
/** A commit takes a millisecond; between two of them there is always a moment. */
const PATIENCE_MS = 10_000;

/** The file's bytes; null for no file. */
function bytesOf(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

type Files = readonly (Buffer | null)[];

const filesOf = (path: string): Files => SUFFIXES.map((suffix) => bytesOf(path + suffix));

const areSame = (one: Files, other: Files): boolean =>
  one.every((bytes, i) => {
    const others = other[i] ?? null;
    return bytes === null || others === null ? bytes === others : bytes.equals(others);
  });

/** All files as they were at one moment: that between two readings which found the same. */
function filesAtOnce(path: string): Files {
  const deadline = Date.now() + PATIENCE_MS;
  for (let earlier = filesOf(path); Date.now() < deadline; ) {
    const files = filesOf(path);
    if (areSame(earlier, files)) return files;
    earlier = files;
  }
  throw new Error(`${path} did not stay the same for two readings within ${PATIENCE_MS} ms`);
}

/**
 * What `read` gives of the database as it is at one moment, with all that was committed by then.
 * @returns null when there is no such file, or no longer
 */
export function readDatabase<T>(path: string, read: (database: DatabaseSync) => T): T | null {
  const files = filesAtOnce(path);
  if (files[0] === null) return null;
  const folder = mkdtempSync(join(tmpdir(), "wasup-database-"));
  try {
    const copy = join(folder, "copy.sqlite");
    for (const [i, bytes] of files.entries()) if (bytes !== null) writeFileSync(copy + SUFFIXES[i], bytes);
    const database = new DatabaseSync(copy);
    try {
      return read(database);
    } finally {
      database.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Paths of the databases below this folder that are there at this moment. */
export const databasesBelow = (folder: string): string[] =>
  globSync("**/*.sqlite", { cwd: folder }).map((file) => join(folder, file));
