/** What the end-to-end tests leave for the test that looks for secrets in it: one file per gateway. */
import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Secret } from "./secrets.ts";

const FOLDER = fileURLToPath(new URL("../../.traces", import.meta.url));

export interface Traces {
  /** The test file. */
  from: string;
  secrets: readonly Secret[];
  /** What the gateway's processes printed. */
  output: string;
  /** Lines of the numbers' own logs. */
  logs: readonly string[];
  /** Payloads of events, which are the webhooks' bodies, and of alerts. */
  events: readonly string[];
  /** Bodies of the answers that refused something. */
  refusals: readonly string[];
}

export function clearTraces(): void {
  rmSync(FOLDER, { recursive: true, force: true });
}

export function writeTraces(traces: Traces): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${randomUUID()}.json`), JSON.stringify(traces));
}

/** @throws when the end-to-end tests did not run before */
export function readTraces(): Traces[] {
  return readdirSync(FOLDER).map((file) => JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as Traces);
}
