/**
 * What connected, idle numbers cost: memory of the runtime with 0, 1, 10, 50 and 100 of them, its processor time while
 * nothing happens, and both again after a kill and the return of all; beside it the same for unmodified Baileys clients
 * in one Node process. `node bench/idle-memory.ts [counts, default 0,1,10,50,100]`; Linux only (/proc).
 *
 * Measured are two processes that hold nothing else: workerd with the built Worker, and Node with the clients. The
 * simulated WhatsApp and the bucket run in this one. No collection of garbage is forced: it is the memory a machine must have.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Runtime, startRuntime } from "../scripts/support/bare-runtime.ts";
import { startBucket } from "../scripts/support/bucket-server.ts";
import { buildGateway } from "../scripts/support/gateway-process.ts";
import { type SimulatorServer, startSimulator } from "../simulator/index.ts";
import { Api } from "../test/e2e/support/api.ts";
import { GatewayNumber } from "../test/e2e/support/number.ts";
import type { ClientNews } from "./support/baileys-clients.ts";
import { type Memory, memoryOf, processorSecondsOf } from "./support/process-figures.ts";

/** Timers of linking and of the first synchronisation have run, and what they left is collected or is not. */
const SETTLE_MS = 5_000;
const IDLE_MS = 20_000;
const PATIENCE_MS = 120_000;
const CLIENTS = fileURLToPath(new URL("support/baileys-clients.ts", import.meta.url));

const counts = (process.argv[2] ?? "0,1,10,50,100").split(",").map(Number);
if (counts.some((count, index) => !(count >= 0 && count > (counts[index - 1] ?? -1)))) {
  throw new Error("counts must be ascending whole numbers, e.g. 0,1,10,50,100");
}

/** What is measured: a process to which numbers can be added, and that can be killed and started again. */
interface Subject {
  name: string;
  pid: () => number;
  /** Links number `index` and resolves when it is connected. */
  add: (index: number) => Promise<void>;
  /** SIGKILL and a new start; resolves when all `count` numbers are connected again. */
  restart: (count: number) => Promise<void>;
  stop: () => Promise<void>;
}

interface Row extends Memory {
  label: string;
  count: number;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const indexes = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const phoneOf = (whatsApp: SimulatorServer, index: number) =>
  whatsApp.phone({ phone: String(5_511_900_000_000 + index), businessName: "Bench" });

async function runtimeSubject(whatsApp: SimulatorServer, bundle: string, folder: string): Promise<Subject> {
  const bucket = await startBucket();
  const settings = {
    WHATSAPP_URL: whatsApp.whatsappUrl,
    WHATSAPP_ROOT_KEY: whatsApp.rootKey,
    WHATSAPP_MEDIA_ORIGIN: whatsApp.mediaOrigin,
  };
  const start = (): Promise<Runtime> => startRuntime({ bundle, folder, settings, bucket: bucket.address });
  let runtime = await start();
  const api = new Api(() => runtime.url);
  const ids: string[] = [];
  return {
    name: "runtime (workerd), one object per number",
    pid: () => runtime.pid,
    add: async (index) => {
      const id = `idle-${index}`;
      const number = await GatewayNumber.create(api, id);
      await number.isLinkedBy(phoneOf(whatsApp, index));
      ids.push(id);
    },
    restart: async (count) => {
      await runtime.kill();
      await Promise.all(indexes(count).map((index) => phoneOf(whatsApp, index).offline()));
      runtime = await start();
      await Promise.all(ids.map((id) => api.ok("GET", `/api/instances/${id}/connection`)));
      await Promise.all(indexes(count).map((index) => phoneOf(whatsApp, index).online({ timeoutMs: PATIENCE_MS })));
    },
    stop: async () => {
      await runtime.stop();
      bucket.stop();
    },
  };
}

async function baileysSubject(whatsApp: SimulatorServer, folder: string): Promise<Subject> {
  // One listener per client, as many as there are numbers.
  const start = (): ChildProcess => fork(CLIENTS, [whatsApp.whatsappUrl, whatsApp.rootKey]).setMaxListeners(0);
  let node = start();
  const folderOf = (index: number): string => join(folder, String(index));
  /** Starts the client; links it when it shows a code. */
  const connect = (index: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = node;
      const phone = phoneOf(whatsApp, index);
      child.once("exit", () => reject(new Error("The process of the Baileys clients ended.")));
      child.on("message", async (news: ClientNews) => {
        if (news.folder !== folderOf(index)) return;
        if ("isIdle" in news) resolve();
        else await phone.scans(news.qr).catch(reject);
      });
      child.send({ folder: folderOf(index) });
    });
  const kill = async (): Promise<void> => {
    const ended = new Promise((resolve) => node.once("exit", resolve));
    node.kill("SIGKILL");
    await ended;
  };
  return {
    name: "plain Baileys, one Node process",
    pid: () => node.pid ?? 0,
    add: connect,
    restart: async (count) => {
      await kill();
      await Promise.all(indexes(count).map((index) => phoneOf(whatsApp, index).offline()));
      node = start();
      // In small groups: a client that waits for its turn in one Node process gives up.
      for (let from = 0; from < count; from += 10) {
        await Promise.all(indexes(Math.min(10, count - from)).map((index) => connect(from + index)));
      }
    },
    stop: kill,
  };
}

/** Share of one processor over the idle time, percent. */
async function idleProcessor(pid: number): Promise<number> {
  const before = processorSecondsOf(pid);
  await wait(IDLE_MS);
  return ((processorSecondsOf(pid) - before) / (IDLE_MS / 1_000)) * 100;
}

async function measure(start: (whatsApp: SimulatorServer) => Promise<Subject>): Promise<void> {
  const whatsApp = await startSimulator();
  const subject = await start(whatsApp);
  const rows: Row[] = [];
  const look = async (label: string, count: number): Promise<void> => {
    await wait(SETTLE_MS);
    rows.push({ label, count, ...memoryOf(subject.pid()) });
  };
  try {
    let linked = 0;
    for (const count of counts) {
      for (; linked < count; linked += 1) await subject.add(linked);
      await look(String(count), count);
    }
    const idle = await idleProcessor(subject.pid());
    await subject.restart(linked);
    await look(`${linked}, after a kill`, linked);
    const idleAgain = await idleProcessor(subject.pid());
    print(subject.name, rows);
    console.log(`processor while idle: ${idle.toFixed(1)} % of one; after a kill ${idleAgain.toFixed(1)} %`);
    if (whatsApp.violations.length > 0) throw new Error(`Breaches of the protocol: ${whatsApp.violations.length}`);
  } finally {
    await subject.stop();
    await whatsApp.stop();
  }
}

/**
 * MiB. "per number" is what the row holds over the first one, shared among its numbers; "each more" is the slope between
 * the row and the one before it, without what the first number costs all (code that is loaded when it is needed).
 */
function print(name: string, rows: readonly Row[]): void {
  const [first] = rows;
  const cells = rows.map((row, index) => {
    const over = (other: Row | undefined): string =>
      other === undefined || other.count >= row.count
        ? ""
        : ((row.resident - other.resident) / (row.count - other.count)).toFixed(2);
    return [row.label, row.resident.toFixed(1), row.anonymous.toFixed(1), over(first), over(rows[index - 1])];
  });
  console.log(`\n${name}`);
  for (const row of [["connected", "resident", "anonymous", "per number", "each more"], ...cells]) {
    console.log(row.map((cell, column) => (column === 0 ? cell.padEnd(18) : cell.padStart(12))).join(""));
  }
}

const folder = await mkdtemp(join(tmpdir(), "wasup-bench-"));
try {
  console.log(`${new Date().toISOString()}, ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, MiB`);
  const bundle = await buildGateway(join(folder, "bundle"));
  await mkdir(join(folder, "runtime"));
  await measure((whatsApp) => runtimeSubject(whatsApp, bundle, join(folder, "runtime")));
  await measure((whatsApp) => baileysSubject(whatsApp, join(folder, "baileys")));
} finally {
  await rm(folder, { recursive: true, force: true });
}
