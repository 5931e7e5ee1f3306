/**
 * The fault harness: `npm run faults -- [--seeds N] [--seed S] [--messages M] [--kills K]`. Prints a row for each run and
 * exits with 1 when anything was lost or shown twice; a failing row names the seed that repeats it.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildGateway } from "../../scripts/support/gateway-process.ts";
import { losses } from "./losses.ts";
import { runScenario } from "./scenario.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "20" },
    seed: { type: "string" },
    messages: { type: "string", default: "500" },
    kills: { type: "string", default: "5" },
  },
});

const first = values.seed === undefined ? 1 : Number(values.seed);
const runs = values.seed === undefined ? Number(values.seeds) : 1;
const folder = await mkdtemp(join(tmpdir(), "wasup-faults-bundle-"));
let failed = 0;
try {
  const bundle = await buildGateway(folder);
  for (let seed = first; seed < first + runs; seed++) {
    const result = await runScenario({ seed, bundle, messages: Number(values.messages), kills: Number(values.kills) });
    const lost = losses(result);
    if (lost.length > 0) failed += 1;
    console.log(
      `seed ${seed}: ${result.seconds} s, ${result.kills} kills, ${result.otherFaults} other faults; ` +
        `in ${result.inboundStored}/${result.inboundSaid} stored, ${result.inboundDelivered} delivered ` +
        `(+${result.deliveredAgain} again); out ${result.outboundReceived}/${result.outboundAsked} received; ` +
        (lost.length === 0 ? "nothing lost" : `LOST: ${lost.join(", ")} (repeat with --seed ${seed})`),
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;
