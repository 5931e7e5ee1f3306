import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { buildGateway } from "../../scripts/support/gateway-process.ts";
import { losses } from "../faults/losses.ts";
import { runScenario } from "../faults/scenario.ts";

/** One short run of the fault harness; `npm run faults` makes longer ones and more. */
test("crashes and broken connections lose nothing, show nothing twice and keep the order", async () => {
  const folder = await mkdtemp(join(tmpdir(), "wasup-faults-"));
  try {
    const bundle = await buildGateway(folder);
    const result = await runScenario({ seed: 1, messages: 60, kills: 2, bundle });
    expect({ losses: losses(result), violations: result.violations }).toEqual({ losses: [], violations: 0 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 300_000);
