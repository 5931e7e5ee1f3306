/**
 * The fault harness: `npm run faults -- [--seeds N] [--seed S] [--messages M] [--kills K] [--keep] [--verbose]`. Makes N
 * runs (20) from seed S (1) on; a seed alone is one run. Prints a row for each and exits with 1 when anything was lost or
 * shown twice; a failing row names the seed that repeats it. `--keep` leaves the state folder, the runtime's log and
 * all stanzas of such a run, `--verbose` names each fault as it happens.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildGateway } from "../../scripts/support/gateway-process.ts";
import { runScenario, type ScenarioResult } from "./scenario.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    seed: { type: "string" },
    messages: { type: "string", default: "500" },
    kills: { type: "string", default: "5" },
    keep: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
  },
});

const first = Number(values.seed ?? 1);
const runs = Number(values.seeds ?? (values.seed === undefined ? 20 : 1));
const [messages, kills] = [Number(values.messages), Number(values.kills)];

function row({ seed, seconds, kills: points, faults, deliveredAgain, losses, kept }: ScenarioResult): string {
  const verdict = losses.length === 0 ? "nothing" : "SEE BELOW";
  const cells = [seed, `${seconds} s`, points.length, faults.length, messages, messages, deliveredAgain, verdict];
  const details = losses.map((loss) => `\n    ${loss}`).join("");
  const repeat =
    losses.length === 0 ? "" : `\n    repeat with --seed ${seed}${kept === null ? "" : `; kept in ${kept}`}`;
  return `| ${cells.join(" | ")} |${details}${repeat}`;
}

const folder = await mkdtemp(join(tmpdir(), "wasup-faults-bundle-"));
let failed = 0;
try {
  const bundle = await buildGateway(folder);
  console.log(
    "| seed | time | SIGKILLs | other faults | in | out | delivered again | lost, shown twice, out of order |",
  );
  console.log("|---|---|---|---|---|---|---|---|");
  for (let seed = first; seed < first + runs; seed++) {
    const startedAt = Date.now();
    const onFault = (what: string): void => {
      if (values.verbose) console.log(`  ${((Date.now() - startedAt) / 1_000).toFixed(1)} s: ${what}`);
    };
    const result = await runScenario({ seed, bundle, messages, kills, keep: values.keep, onFault });
    if (result.losses.length > 0) failed += 1;
    console.log(row(result));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;
