/**
 * The gateway as a process of its own: `wrangler dev` with a state folder, on a free loopback port. It can be stopped,
 * killed without warning, and started again on the same state.
 *
 * It runs a bundle that was built before: `wrangler dev` on the sources would restart the runtime, and with it every
 * session, whenever a file is saved.
 */
import type { ChildProcess } from "node:child_process";
import { devNull } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { endGroup, signalGroup, startGroup } from "./process-group.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WRANGLER = fileURLToPath(new URL("../../node_modules/wrangler/bin/wrangler.js", import.meta.url));
const READY = /Ready on (http:\/\/[\w.]+:\d+)/;
/** On a busy two-core machine a start takes a while. */
const START_PATIENCE_MS = 90_000;

const ENVIRONMENT = { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true", NO_COLOR: "1" };

export interface GatewayOptions {
  /** What `buildGateway` gave; left out, it is built beside the state folder. */
  bundle?: string;
  /** Folder of the local state (SQLite of the objects, R2). */
  stateDir: string;
  /** Settings of the Worker, e.g. `API_KEY`. */
  settings: Record<string, string>;
  /** Loopback port; 0 = a free one. */
  port?: number;
  /** Aborted while it starts: it is killed, and starting fails. */
  signal?: AbortSignal;
}

export interface GatewayProcess {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** What it printed so far. */
  output(): string;
  /** Asks it to stop and waits until it is gone. */
  stop(): Promise<void>;
  /** SIGKILL to the whole process group: the crash of a machine, as far as a process can have one. */
  kill(): Promise<void>;
}

/**
 * Bundles the Worker exactly as a deployment would; `signal` stops it.
 * @returns the bundle's file, for `startGateway`. @throws with the output when it cannot be built
 */
export async function buildGateway(outDir: string, signal?: AbortSignal): Promise<string> {
  const child = startWrangler(["deploy", "--dry-run", "--outdir", outDir]);
  let output = "";
  const read = (chunk: Buffer): void => {
    output += chunk.toString("utf8");
  };
  child.stdout?.on("data", read);
  child.stderr?.on("data", read);
  const stop = (): void => signalGroup(child.pid, "SIGKILL");
  signal?.addEventListener("abort", stop);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  signal?.removeEventListener("abort", stop);
  if (code !== 0) await endGroup(child, "SIGKILL");
  signal?.throwIfAborted();
  if (code !== 0) throw new Error(`The gateway could not be built.\n${output}`);
  return join(outDir, "worker.js");
}

/** @throws with the output when it does not come up */
export async function startGateway(options: GatewayOptions): Promise<GatewayProcess> {
  const { stateDir, settings, port = 0, signal } = options;
  signal?.throwIfAborted();
  const bundle = options.bundle ?? (await buildGateway(`${stateDir}-bundle`, signal));
  signal?.throwIfAborted();
  const vars = Object.entries(settings).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
  const config = fileURLToPath(new URL("../../wrangler.toml", import.meta.url));
  const args = [
    "dev",
    bundle,
    "--no-bundle",
    "--config",
    config,
    "--ip",
    "127.0.0.1",
    "--port",
    String(port),
    "--inspector-port",
    "0",
    "--persist-to",
    stateDir,
  ];
  // Settings of this machine's .dev.vars must not mix with these.
  args.push("--env-file", devNull, "--show-interactive-dev-session=false");
  const child = startWrangler([...args, ...vars]);
  let output = "";
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`The gateway ${why}.\n${output}`));
    const timer = setTimeout(() => fail(`was not ready within ${START_PATIENCE_MS / 1_000} s`), START_PATIENCE_MS);
    const read = (chunk: Buffer): void => {
      output += chunk.toString("utf8");
      const ready = READY.exec(output)?.[1];
      if (ready === undefined) return;
      clearTimeout(timer);
      resolve(ready);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", (code) => {
      clearTimeout(timer);
      fail(`ended with code ${code} before it was ready`);
    });
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      fail("was stopped before it was ready");
    });
  }).catch(async (error: unknown) => {
    await endGroup(child, "SIGKILL");
    throw error;
  });
  return {
    url,
    output: () => output,
    stop: () => endGroup(child, "SIGTERM"),
    kill: () => endGroup(child, "SIGKILL"),
  };
}

const startWrangler = (args: string[]): ChildProcess =>
  startGroup(process.execPath, [WRANGLER, ...args], { cwd: ROOT, env: ENVIRONMENT });
