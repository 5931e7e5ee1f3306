/**
 * The bucket as the local runtime keeps it: a folder of files in the state folder. It can be taken away, so that the real
 * binding fails to write and to read, and be given back.
 */
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { databasesBelow, readDatabase } from "../../support/read-database.ts";

/** Keys, and parts of files that were neither finished nor given up. */
const KEYS = `SELECT key FROM _mf_objects UNION ALL
  SELECT u.key || ' (part)' FROM _mf_multipart_parts p JOIN _mf_multipart_uploads u ON u.upload_id = p.upload_id
  WHERE p.object_key IS NULL ORDER BY 1`;

export class LocalBucket {
  readonly #folder: () => string;
  readonly #index: () => string;

  /** @param stateDir as `startGateway` was given it */
  constructor(stateDir: () => string) {
    this.#folder = () => join(stateDir(), "v3", "r2", "wasup-media");
    this.#index = () => join(stateDir(), "v3", "r2", "miniflare-R2BucketObject");
  }

  /** What is in it, in order; `<key> (part)` for a part of a file that is not whole. */
  keys(): string[] {
    return databasesBelow(this.#index()).flatMap((path) => readDatabase(path, keysIn) ?? []);
  }

  /** A file stands where the folder of files was: nothing can be stored, nothing read. */
  async goesDown(): Promise<void> {
    await mkdir(this.#folder(), { recursive: true });
    if (existsSync(this.#files)) await rename(this.#files, this.#away);
    await writeFile(this.#files, "");
  }

  async comesBack(): Promise<void> {
    await rm(this.#files);
    if (existsSync(this.#away)) await rename(this.#away, this.#files);
  }

  get #files(): string {
    return join(this.#folder(), "blobs");
  }

  get #away(): string {
    return join(this.#folder(), "blobs-away");
  }
}

function keysIn(database: DatabaseSync): string[] {
  const isBucket = database.prepare("SELECT 1 FROM sqlite_master WHERE name = '_mf_objects'").get() !== undefined;
  if (!isBucket) return [];
  return database
    .prepare(KEYS)
    .all()
    .map(({ key }) => String(key));
}
