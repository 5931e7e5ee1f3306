/** `node scripts/demo.ts` as a process, and what can be seen of it from outside: output, exit code, descendants. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

export class DemoProcess {
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  #output = "";
  #wake: (() => void)[] = [];

  constructor(args: string[] = []) {
    this.#child = spawn(process.execPath, ["scripts/demo.ts", ...args], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    const read = (chunk: Buffer): void => {
      this.#output += chunk.toString("utf8");
      this.#changed();
    };
    this.#child.stdout?.on("data", read);
    this.#child.stderr?.on("data", read);
    this.#exit = new Promise((resolve) => {
      this.#child.once("close", (code) => {
        resolve(code);
        this.#changed();
      });
    });
  }

  get output(): string {
    return this.#output;
  }

  /** Every loopback address it printed, as `host:port`. */
  get addresses(): string[] {
    return [...new Set([...this.#output.matchAll(/\/\/(127\.0\.0\.1:\d+)/g)].flatMap(([, address]) => address ?? []))];
  }

  /** The command lines it printed to be pasted. */
  get commands(): string[] {
    return this.#output.split("\n").flatMap((line) => /^\s*(curl .*)$/.exec(line)?.[1] ?? []);
  }

  /** Waits for a text in the output; fails when the demo ends without it. */
  async prints(text: string): Promise<void> {
    while (!this.#output.includes(text)) {
      if (this.#child.exitCode !== null) throw new Error(`The demo ended without "${text}":\n${this.#output}`);
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** @returns the exit code */
  ends(): Promise<number | null> {
    return this.#exit;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ids of the processes it started, and of those they started. */
  descendants(): number[] {
    const children = new Map<number, number[]>();
    for (const { pid, parent } of processes()) children.set(parent, [...(children.get(parent) ?? []), pid]);
    const below = (pid: number): number[] => (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
    return below(this.#child.pid ?? -1);
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/** Those of `pids` that still run; a process that has ended but was not fetched by its parent does not. */
export function stillRunning(pids: number[]): number[] {
  const running = new Set(processes().flatMap(({ pid, state }) => (state === "Z" ? [] : pid)));
  return pids.filter((pid) => running.has(pid));
}

/** From /proc/<pid>/stat; the command in brackets may hold spaces and brackets of its own (proc(5)). */
function processes(): { pid: number; parent: number; state: string }[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const [state = "", parent = ""] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return { pid: Number(name), parent: Number(parent), state };
    } catch {
      return [];
    }
  });
}
