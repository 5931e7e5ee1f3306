/**
 * How much memory a large file costs: one document of 64 MiB out and one in, through the real gateway and the simulated
 * WhatsApp, while the memory of the runtime is watched. `node bench/media-memory.ts [MiB]`; Linux only (/proc).
 *
 * Measured twice: the runtime alone, with its bucket in another process as on Cloudflare, and `wrangler dev`, whose one
 * process holds the simulation of the bucket too, beside a proxy in a second one. Fails when a file does not arrive byte for byte, or when
 * the runtime alone grows by more than LIMIT_MIB.
 */
import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRuntime } from "../scripts/support/bare-runtime.ts";
import { startBucket } from "../scripts/support/bucket-server.ts";
import { buildGateway, startGateway } from "../scripts/support/gateway-process.ts";
import { startSimulator } from "../simulator/index.ts";
import { Api } from "../test/e2e/support/api.ts";
import { eventually } from "../test/e2e/support/eventually.ts";
import { GatewayNumber } from "../test/e2e/support/number.ts";
import { memoryOf } from "./support/process-figures.ts";

const MIB = 1_048_576;
const LIMIT_MIB = 24;
const SAMPLE_MS = 10;
const PATIENCE_MS = 120_000;
const size = Number(process.argv[2] ?? 64) * MIB;
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** A gateway that is up, and how to read what its runtime holds. */
interface Subject {
  url: string;
  /** Resident memory of the runtime, MiB. */
  memory: () => number;
  stop: () => Promise<void>;
}

async function runtimeAlone(bundle: string, folder: string, settings: Record<string, string>): Promise<Subject> {
  const bucket = await startBucket();
  const runtime = await startRuntime({ bundle, folder, settings, bucket: bucket.address });
  return {
    url: runtime.url,
    memory: () => memoryOf(runtime.pid).resident,
    stop: async () => {
      await runtime.stop();
      bucket.stop();
    },
  };
}

async function wranglerDev(bundle: string, folder: string, settings: Record<string, string>): Promise<Subject> {
  const gateway = await startGateway({ bundle, stateDir: join(folder, "state"), settings });
  const runtimes = runtimesOf(join(folder, "state"));
  const memory = (): number => runtimes.reduce((sum, pid) => sum + memoryOf(pid).resident, 0);
  return { url: gateway.url, memory, stop: () => gateway.stop() };
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

/** The highest memory while `work` runs, MiB. */
async function peakDuring<T>(memory: () => number, work: () => Promise<T>): Promise<{ peak: number; value: T }> {
  let peak = memory();
  const timer = setInterval(() => {
    peak = Math.max(peak, memory());
  }, SAMPLE_MS);
  try {
    return { value: await work(), peak };
  } finally {
    clearInterval(timer);
  }
}

const bytes = Buffer.concat([Buffer.from("%PDF-1.7\n"), randomBytes(size - 9)]);
const small = Buffer.concat([Buffer.from("%PDF-1.7\n"), randomBytes(100_000)]);
const web = createServer((request, response) => {
  const file = request.url === "/small.pdf" ? small : bytes;
  // The other kind of web server, which does not tell how much is to come.
  response.writeHead(200, request.url === "/chunked.pdf" ? {} : { "Content-Length": file.length }).end(file);
});
await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
const base = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;

/** @returns by how much the runtime grew over idle, MiB, and whether all files arrived as they were sent */
async function measure(name: string, start: (settings: Record<string, string>) => Promise<Subject>) {
  const whatsApp = await startSimulator();
  const subject = await start({
    WHATSAPP_URL: whatsApp.whatsappUrl,
    WHATSAPP_ROOT_KEY: whatsApp.rootKey,
    WHATSAPP_MEDIA_ORIGIN: whatsApp.mediaOrigin,
  });
  const { memory } = subject;
  try {
    const api = new Api(() => subject.url);
    const [phone, alice] = [whatsApp.phone({ businessName: "Bench" }), whatsApp.contact()];
    const number = await GatewayNumber.create(api, "bench");
    await number.isLinkedBy(phone);
    const send = async (file: string): Promise<string> => {
      const body = { to: alice.phone, mediaUrl: `${base}/${file}` };
      const { messageId } = await api.ok<{ messageId: string }>("POST", `${number.path}/send`, body);
      await alice.received(({ id }) => id === messageId, { timeoutMs: PATIENCE_MS });
      return messageId;
    };
    const receive = async (file: Buffer): Promise<string> => {
      const id = await alice.sendsFile({ kind: "document", bytes: file, mimetype: "application/pdf" }, { to: phone });
      const messages = await eventually(
        () =>
          number.messages() as Promise<unknown> as Promise<{ id: string; media: { status: string; sha256: string } }[]>,
        (all) => all.some((message) => message.id === id && message.media.status === "stored"),
        "the file is stored",
        PATIENCE_MS,
      );
      return messages.find((message) => message.id === id)?.media.sha256 ?? "";
    };
    // Both ways once with small files: the code has run and the connections are there, what follows is the files' cost.
    await send("small.pdf");
    await receive(small);
    const idle = memory();
    const out = await peakDuring(memory, () => send("large.pdf"));
    const incoming = await peakDuring(memory, () => receive(bytes));
    const again = await peakDuring(memory, () => send("chunked.pdf"));
    const arrived = [sha256(alice.opensFile(out.value)), incoming.value, sha256(alice.opensFile(again.value))];
    const isSame = arrived.every((hash) => hash === sha256(bytes));
    const [first, second, third] = [out.peak, incoming.peak, again.peak].map((peak) => (peak - idle).toFixed(1));
    process.stdout.write(
      `${name}: idle ${idle.toFixed(0)} MiB; out +${first}, in +${second}, out from a source of unknown length +${third} MiB over idle; byte-identical: ${isSame}\n`,
    );
    return { grown: Math.max(out.peak, incoming.peak, again.peak) - idle, isSame };
  } finally {
    await subject.stop();
    await whatsApp.stop();
  }
}

const folder = await mkdtemp(join(tmpdir(), "wasup-bench-"));
try {
  const bundle = await buildGateway(join(folder, "bundle"));
  await mkdir(join(folder, "alone"));
  process.stdout.write(`One document of ${size / MIB} MiB\n`);
  const alone = await measure("runtime alone", (settings) => runtimeAlone(bundle, join(folder, "alone"), settings));
  const dev = await measure("wrangler dev ", (settings) => wranglerDev(bundle, join(folder, "dev"), settings));
  if (!alone.isSame || !dev.isSame || alone.grown > LIMIT_MIB) process.exitCode = 1;
} finally {
  web.close();
  await rm(folder, { recursive: true, force: true });
}
