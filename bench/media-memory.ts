/**
 * How much memory a large file costs: one document of 64 MiB out and one in, through the real gateway and the simulated
 * WhatsApp, while the memory of the runtime is watched. `node bench/media-memory.ts [MiB]`; Linux only (/proc).
 *
 * Measured twice: the runtime alone, with its bucket in another process as on Cloudflare, and `wrangler dev`, whose one
 * process holds the simulation of the bucket too, beside a proxy in a second one. Fails when a file does not arrive byte for byte, or when
 * the runtime alone grows by more than LIMIT_MIB.
 */
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildGateway, startGateway } from "../scripts/support/gateway-process.ts";
import { type SimulatorServer, startSimulator } from "../simulator/index.ts";
import { Api } from "../test/e2e/support/api.ts";
import { documentOf, documents, sha256 } from "./support/documents.ts";
import { memoryOf } from "./support/process-figures.ts";
import { peakDuring, startSubject } from "./support/subject.ts";

const MIB = 1_048_576;
const LIMIT_MIB = 24;
const size = Number(process.argv[2] ?? 64) * MIB;

/** A gateway that is up, and how to read what its runtime holds. */
interface Measured {
  whatsApp: SimulatorServer;
  api: Api;
  /** Resident memory of the runtime, MiB. */
  resident: () => number;
  stop: () => Promise<void>;
}

async function runtimeAlone(bundle: string): Promise<Measured> {
  const subject = await startSubject(bundle);
  return { ...subject, resident: () => subject.memory().resident };
}

async function wranglerDev(bundle: string, folder: string): Promise<Measured> {
  const whatsApp = await startSimulator();
  const settings = {
    WHATSAPP_URL: whatsApp.whatsappUrl,
    WHATSAPP_ROOT_KEY: whatsApp.rootKey,
    WHATSAPP_MEDIA_ORIGIN: whatsApp.mediaOrigin,
  };
  const gateway = await startGateway({ bundle, stateDir: join(folder, "state"), settings });
  const runtimes = runtimesOf(join(folder, "state"));
  const stop = async (): Promise<void> => {
    await gateway.stop();
    await whatsApp.stop();
  };
  const resident = (): number => runtimes.reduce((sum, pid) => sum + memoryOf(pid).resident, 0);
  return { whatsApp, api: new Api(() => gateway.url), resident, stop };
}

/** The workerd processes (the Worker's and its proxy's) of the process group that was started with this state folder. */
function runtimesOf(folder: string): number[] {
  const read = (pid: string, file: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, "utf8");
    } catch {
      // A process that has just ended.
      return "";
    }
  };
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const groupOf = (pid: string): string | undefined => /^\d+ \(.*\) \S \d+ (\d+)/.exec(read(pid, "stat"))?.[1];
  const group = groupOf(pids.find((pid) => read(pid, "cmdline").includes(folder)) ?? "");
  return pids.filter((pid) => /workerd\0serve/.test(read(pid, "cmdline")) && groupOf(pid) === group).map(Number);
}

const document = documentOf(size);

/** @returns by how much the runtime grew over idle, MiB, and whether all files arrived as they were sent */
async function measure(name: string, subject: Measured) {
  const { resident } = subject;
  try {
    const files = await documents(subject, document);
    const idle = resident();
    const out = await peakDuring(resident, files.out);
    const incoming = await peakDuring(resident, files.incoming);
    const again = await peakDuring(resident, files.outUnmeasured);
    files.stop();
    const isSame = [out, incoming, again].every(({ value }) => value === sha256(document));
    const [first, second, third] = [out, incoming, again].map(({ peak }) => (peak - idle).toFixed(1));
    process.stdout.write(
      `${name}: idle ${idle.toFixed(0)} MiB; out +${first}, in +${second}, out from a source of unknown length +${third} MiB over idle; byte-identical: ${isSame}\n`,
    );
    return { grown: Math.max(out.peak, incoming.peak, again.peak) - idle, isSame };
  } finally {
    await subject.stop();
  }
}

const folder = await mkdtemp(join(tmpdir(), "wasup-bench-"));
try {
  const bundle = await buildGateway(join(folder, "bundle"));
  process.stdout.write(`One document of ${size / MIB} MiB\n`);
  const alone = await measure("runtime alone", await runtimeAlone(bundle));
  const dev = await measure("wrangler dev ", await wranglerDev(bundle, join(folder, "dev")));
  if (!alone.isSame || !dev.isSame || alone.grown > LIMIT_MIB) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
