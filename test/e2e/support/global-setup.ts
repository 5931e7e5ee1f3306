/** Before the end-to-end tests: what is left of earlier runs is not theirs, and the gateway they run is built, once. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { buildGateway } from "../../../scripts/support/gateway-process.ts";
import { clearTraces } from "../../traces/traces.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The file that `buildGateway` gave. */
    gatewayBundle: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  clearTraces();
  const folder = await mkdtemp(join(tmpdir(), "wasup-e2e-bundle-"));
  project.provide("gatewayBundle", await buildGateway(folder));
  return () => rm(folder, { recursive: true, force: true });
}
