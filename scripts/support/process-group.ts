/** A process with all that it starts, so that all of it can be stopped. */
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { existsSync } from "node:fs";

const STOP_PATIENCE_MS = 10_000;

interface GroupOptions {
  cwd: string;
  env?: NodeJS.ProcessEnv;
  /** Pipes beyond those of the three standard streams: `child.stdio[3]` and on. */
  pipes?: number;
}

/**
 * A program in a process group of its own, with pipes for what it prints. The group ends with this process too, however
 * that ends, SIGKILL apart.
 */
export function startGroup(program: string, args: string[], options: GroupOptions): ChildProcess {
  const { pipes = 0, ...more } = options;
  const stdio: StdioOptions = ["ignore", "pipe", "pipe", ...Array.from({ length: pipes }, () => "pipe" as const)];
  const child = spawn(program, args, { ...more, detached: true, stdio });
  const killAtExit = (): void => signalGroup(child.pid, "SIGKILL");
  process.once("exit", killAtExit);
  child.once("close", () => process.off("exit", killAtExit));
  return child;
}

/** Signals the group and waits until no process of it is left; what ignores SIGTERM is killed. */
export async function endGroup(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const gone = child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : once(child);
  signalGroup(pid, signal);
  await Promise.race([gone, after(STOP_PATIENCE_MS)]);
  signalGroup(pid, "SIGKILL");
  await gone;
  await groupGone(pid);
}

const once = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.once("exit", () => resolve()));

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());

export function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}

/** A killed process holds its port and files until the kernel has reaped it. */
async function groupGone(pid: number): Promise<void> {
  for (let tries = 0; tries < 200 && existsInGroup(pid); tries++) await after(25);
}

function existsInGroup(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return existsSync(`/proc/${pid}`);
  } catch {
    return false;
  }
}
