/**
 * How much memory a large file costs: one document of 64 MiB out and one in, through the real gateway and the simulated
 * WhatsApp, while the memory of the runtime is watched. `node bench/media-memory.ts [MiB]`; Linux only (/proc).
 */
import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildGateway, startGateway } from "../scripts/support/gateway-process.ts";
import { startSimulator } from "../simulator/index.ts";
import { Api } from "../test/e2e/support/api.ts";
import { eventually } from "../test/e2e/support/eventually.ts";
import { GatewayNumber } from "../test/e2e/support/number.ts";

const MIB = 1_048_576;
const SAMPLE_MS = 20;
const size = Number(process.argv[2] ?? 64) * MIB;
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const read = (pid: string, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    // A process that has just ended.
    return "";
  }
};

/** Resident memory of the gateway's runtime, MiB: of the workerd processes of its process group. */
function memory(folder: string): number {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const groupOf = (pid: string): string | undefined => /^\d+ \(.*\) \S \d+ (\d+)/.exec(read(pid, "stat"))?.[1];
  const group = groupOf(pids.find((pid) => read(pid, "cmdline").includes(join(folder, "state"))) ?? "");
  const runtime = pids.filter((pid) => read(pid, "cmdline").includes("workerd") && groupOf(pid) === group);
  const kib = runtime.map((pid) => Number(/^VmRSS:\s+(\d+)/m.exec(read(pid, "status"))?.[1] ?? 0));
  return kib.reduce((sum, one) => sum + one, 0) / 1_024;
}

/** The highest memory while `work` runs, MiB. */
async function peakDuring<T>(folder: string, work: () => Promise<T>): Promise<{ peak: number; value: T }> {
  let peak = memory(folder);
  const timer = setInterval(() => {
    peak = Math.max(peak, memory(folder));
  }, SAMPLE_MS);
  try {
    return { value: await work(), peak };
  } finally {
    clearInterval(timer);
  }
}

const folder = await mkdtemp(join(tmpdir(), "wasup-bench-"));
const bytes = Buffer.concat([Buffer.from("%PDF-1.7\n"), randomBytes(size - 9)]);
const small = Buffer.concat([Buffer.from("%PDF-1.7\n"), randomBytes(100_000)]);
const web = createServer((request, response) => response.end(request.url === "/large.pdf" ? bytes : small));
await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
const base = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
const whatsApp = await startSimulator();
const gateway = await startGateway({
  bundle: await buildGateway(join(folder, "bundle")),
  stateDir: join(folder, "state"),
  settings: {
    WHATSAPP_URL: whatsApp.whatsappUrl,
    WHATSAPP_ROOT_KEY: whatsApp.rootKey,
    WHATSAPP_MEDIA_ORIGIN: whatsApp.mediaOrigin,
  },
});
try {
  const api = new Api(() => gateway.url);
  const [phone, alice] = [whatsApp.phone({ businessName: "Bench" }), whatsApp.contact()];
  const number = await GatewayNumber.create(api, "bench");
  await number.isLinkedBy(phone);
  const send = async (file: string): Promise<string> => {
    const body = { to: alice.phone, mediaUrl: `${base}/${file}` };
    return (await api.ok<{ messageId: string }>("POST", `${number.path}/send`, body)).messageId;
  };
  const receive = async (file: Buffer): Promise<string> => {
    const id = await alice.sendsFile({ kind: "document", bytes: file, mimetype: "application/pdf" }, { to: phone });
    const messages = await eventually(
      () =>
        number.messages() as Promise<unknown> as Promise<{ id: string; media: { status: string; sha256: string } }[]>,
      (all) => all.some((message) => message.id === id && message.media.status === "stored"),
      "the file is stored",
      120_000,
    );
    return messages.find((message) => message.id === id)?.media.sha256 ?? "";
  };
  // Both ways once with small files: code and buckets are warm, what follows is the file's own cost.
  await send("small.pdf");
  await receive(small);
  const idle = memory(folder);
  const out = await peakDuring(folder, () => send("large.pdf"));
  await alice.received(({ id }) => id === out.value, { timeoutMs: 60_000 });
  const outSame = sha256(alice.opensFile(out.value)) === sha256(bytes);
  const between = memory(folder);
  const incoming = await peakDuring(folder, () => receive(bytes));
  const inSame = incoming.value === sha256(bytes);
  const warm = memory(folder);
  const again = await peakDuring(folder, () => send("large.pdf"));
  const grown = (peak: number, from: number): string => `${peak.toFixed(0)} MiB (+${(peak - from).toFixed(1)})`;
  process.stdout.write(
    `${size / MIB} MiB document; runtime idle ${idle.toFixed(0)} MiB
out: peak ${grown(out.peak, idle)}, byte-identical: ${outSame}
in:  peak ${grown(incoming.peak, between)} over ${between.toFixed(0)}, byte-identical: ${inSame}
out once more: peak ${grown(again.peak, warm)} over ${warm.toFixed(0)}
`,
  );
  if (!outSame || !inSame) process.exitCode = 1;
} finally {
  await gateway.stop();
  await whatsApp.stop();
  web.close();
  await rm(folder, { recursive: true, force: true });
}
