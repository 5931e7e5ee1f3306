/**
 * The fault harness: `npm run faults -- [--seeds N] [--seed S] [--messages M] [--kills K]`. Prints a row for each run and
 * exits with 1 when anything was lost or shown twice; a failing row names the seed that repeats it.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildGateway } from "../../scripts/support/gateway-process.ts";
import { runScenario, type ScenarioResult } from "./scenario.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "20" },
    seed: { type: "string" },
    messages: { type: "string", default: "500" },
    kills: { type: "string", default: "5" },
  },
});

/** What must not happen in a run. */
export function losses(result: ScenarioResult): string[] {
  const found: string[] = [];
  const expectZero = (count: number, what: string): void => void (count > 0 && found.push(`${count} ${what}`));
  expectZero(result.inboundSaid - result.inboundStored, "inbound not stored once");
  expectZero(result.inboundSaid - result.inboundDelivered, "inbound not delivered");
  expectZero(result.outboundAsked - result.outboundReceived, "outbound lost");
  expectZero(result.outboundShownTwice, "outbound shown twice");
  expectZero(result.outOfOrder, "out of order");
  expectZero(result.neededNewLink ? 1 : 0, "session that needs a new link");
  return found;
}

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
