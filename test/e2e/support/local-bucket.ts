/**
 * The bucket as the local runtime keeps it: a folder of files in the state folder. It can be taken away, so that the real
 * binding fails to write and to read, and be given back.
 */
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

export class LocalBucket {
  readonly #folder: () => string;

  /** @param stateDir as `startGateway` was given it */
  constructor(stateDir: () => string) {
    this.#folder = () => join(stateDir(), "v3", "r2", "wasup-media");
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
