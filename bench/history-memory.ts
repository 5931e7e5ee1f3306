/**
 * How much memory the phone's history costs: a number is linked to a phone with 80,000 messages and takes them all, while
 * the memory of the runtime is watched. `node bench/history-memory.ts [messages] [characters of each]`; Linux only (/proc).
 *
 * V8 collects garbage late when nothing limits its heap, so that a runtime without a limit grows with whatever it does.
 * Here the heap is limited to HEAP_MIB; the runtime ends when it cannot keep to that. What V8 does not count (SQLite,
 * buffers, streams) shows in the resident memory. Fails when the runtime ends, or grows by more than LIMIT_MIB.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildGateway } from "../scripts/support/gateway-process.ts";
import { phoneHistory, takesHistory } from "./support/phone-history.ts";
import { peakDuring, startSubject } from "./support/subject.ts";

const HEAP_MIB = 64;
const LIMIT_MIB = 24;
const [messages = 80_000, characters = 1_000] = process.argv.slice(2).map(Number);

async function measure(bundle: string): Promise<number> {
  const { whatsApp, api, memory, stop } = await startSubject(bundle, [`--max-heap-size=${HEAP_MIB}`]);
  const resident = (): number => memory().resident;
  const phoneWith = (count: number) =>
    whatsApp.phone({ businessName: "Bench", laterHistory: { recent: phoneHistory(count, characters) } });
  try {
    // A short one first: the code has run, and what follows is the messages' cost.
    await takesHistory(api, "short", phoneWith(200), 200);
    const idle = resident();
    const phone = phoneWith(messages);
    const started = Date.now();
    const { peak } = await peakDuring(resident, () => takesHistory(api, "long", phone, messages));
    const seconds = (Date.now() - started) / 1_000;
    process.stdout.write(
      `${messages} messages of ${characters} characters stored in ${seconds.toFixed(1)} s; idle ${idle.toFixed(0)} MiB, ` +
        `at most +${(peak - idle).toFixed(1)}, at the end +${(resident() - idle).toFixed(1)} MiB over idle\n`,
    );
    return peak - idle;
  } finally {
    await stop();
  }
}

const folder = await mkdtemp(join(tmpdir(), "wasup-bundle-"));
try {
  if ((await measure(await buildGateway(folder))) > LIMIT_MIB) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
