/** The real runtime on one state folder: killed and started again as often as a run wants, with all that it printed. */
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GatewayProcess, startGateway } from "../../scripts/support/gateway-process.ts";

/** Where the local R2 keeps its files, below the state folder; the name is that of the bucket in wrangler.toml. */
const BUCKET_FILES = ["v3", "r2", "wasup-media", "blobs"];

/** Renames a folder; what was put into its old place meanwhile comes into it. */
async function putBack(aside: string, files: string): Promise<void> {
  for (;;) {
    try {
      await rename(aside, files);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY") throw error;
    }
    // The runtime was quicker and made the folder anew.
    for (const name of await readdir(files)) await rename(join(files, name), join(aside, name));
  }
}

export class Runtime {
  readonly folder: string;
  readonly #bundle: string;
  readonly #settings: Record<string, string>;
  #process: GatewayProcess | null = null;
  #printedBefore = "";

  private constructor(folder: string, bundle: string, settings: Record<string, string>) {
    this.folder = folder;
    this.#bundle = bundle;
    this.#settings = settings;
  }

  static async start(bundle: string, settings: Record<string, string>): Promise<Runtime> {
    const runtime = new Runtime(await mkdtemp(join(tmpdir(), "wasup-faults-")), bundle, settings);
    await runtime.startAgain();
    return runtime;
  }

  /** Of the process that runs now; while none does, an address where nobody is. */
  get url(): string {
    return this.#process?.url ?? "http://127.0.0.1:9";
  }

  /** All that it printed, in all its lives. */
  get printed(): string {
    return this.#printedBefore + (this.#process?.output() ?? "");
  }

  async startAgain(): Promise<void> {
    const stateDir = join(this.folder, "state");
    this.#process = await startGateway({ bundle: this.#bundle, stateDir, settings: this.#settings });
  }

  /** SIGKILL, at this instant. */
  async kill(): Promise<void> {
    const dying = this.#process;
    this.#process = null;
    await dying?.kill();
    this.#printedBefore += dying?.output() ?? "";
  }

  /** The bucket can neither be read nor written, until the function that comes back is called. */
  async losesBucket(): Promise<() => Promise<void>> {
    const files = join(this.folder, "state", ...BUCKET_FILES);
    const aside = `${files}.aside`;
    await mkdir(files, { recursive: true });
    await rename(files, aside);
    await writeFile(files, "");
    return async () => {
      await rm(files, { force: true });
      await putBack(aside, files);
    };
  }

  /** @param isKept leaves the folder, with the log in it */
  async stop(isKept: boolean): Promise<void> {
    await this.#process?.stop();
    if (isKept) await writeFile(join(this.folder, "runtime.log"), this.printed);
    else await rm(this.folder, { recursive: true, force: true });
  }
}
