/** `node scripts/demo.ts` as a process, and what can be seen of it from outside: output, exit code, other processes. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

export class DemoProcess {
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  /** An environment variable that everything the demo starts inherits, whoever becomes its parent. */
  readonly #mark = `DEMO_UNDER_TEST=${randomUUID()}`;
  #output = "";
  #wake: (() => void)[] = [];

  constructor(args: string[] = []) {
    const [name = "", value] = this.#mark.split("=");
    this.#child = spawn(process.execPath, ["scripts/demo.ts", ...args], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1", [name]: value },
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

  /** Closes the pipe it prints to, as `head` does when it has enough. */
  stopsReading(): void {
    this.#child.stdout?.destroy();
  }

  /** Programs of the running processes that belong to this demo, itself included. */
  processes(): string[] {
    return readdirSync("/proc").flatMap((pid) => {
      if (!/^\d+$/.test(pid)) return [];
      try {
        const isOurs = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(this.#mark);
        const [program = ""] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        return isOurs ? [basename(program)] : [];
      } catch {
        // Gone meanwhile, or somebody else's.
        return [];
      }
    });
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
