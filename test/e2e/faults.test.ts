import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildGateway } from "../../scripts/support/gateway-process.ts";
import { runScenario } from "../faults/scenario.ts";

let folder = "";
let bundle = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wasup-faults-bundle-"));
  bundle = await buildGateway(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Two of the runs of the fault harness; `npm run faults` makes twenty, and names what it did. */
test.each([1, 2])(
  "500 messages each way survive five SIGKILLs and all kinds of faults, seed %i: nothing lost, nothing twice",
  async (seed) => {
    const { losses } = await runScenario({ seed, messages: 500, kills: 5, bundle });
    expect(losses).toEqual([]);
  },
  // Longer than the harness waits: its verdict tells more than a time-out.
  450_000,
);
