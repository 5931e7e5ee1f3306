import { expect, inject, test } from "vitest";
import { runScenario } from "../faults/scenario.ts";

/** Two of the runs of the fault harness, side by side; `npm run faults` makes twenty, and names what it did. */
test.concurrent.each([1, 2])(
  "500 messages each way survive five SIGKILLs and all kinds of faults, seed %i: nothing lost, nothing twice",
  async (seed) => {
    const { losses } = await runScenario({ seed, messages: 500, kills: 5, bundle: inject("gatewayBundle") });
    expect(losses).toEqual([]);
  },
  // Longer than the harness waits: its verdict tells more than a time-out.
  450_000,
);
