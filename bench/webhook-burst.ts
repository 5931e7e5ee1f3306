/**
 * 1,000 messages from 20 people in a burst, to a webhook that fails 30 % of all requests at random: are all delivered,
 * in order per chat, and how long does it take? The retry schedule is shortened a hundredfold (5 s become 50 ms), because
 * what is measured is the gateway, not the waiting.
 *
 *   node bench/webhook-burst.ts [failing share, default 0.3] [retry scale, default 0.01]
 *
 * Exits with 1 when a message is missing or came out of order.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { buildGateway, startGateway } from "../scripts/support/gateway-process.ts";
import { readQr } from "../scripts/support/read-qr.ts";
import { startSimulator } from "../simulator/index.ts";

const PEOPLE = 20;
const EACH = 50;
const ALL = PEOPLE * EACH;
const PATIENCE_MS = 15 * 60_000;

const [failing = 0.3, scale = 0.01] = process.argv.slice(2).map(Number);

interface Body {
  seq: number;
  chat_id: string;
  message_id: string;
}

/** When each message was first taken, and what was wrong with the order. */
const taken = new Map<string, number>();
const latest = new Map<string, number>();
let requests = 0;
let failures = 0;
let disorder = 0;
const finished = Promise.withResolvers<void>();

const receiver = createServer(async (request, response) => {
  const { seq, chat_id: chat, message_id: id } = (await json(request)) as Body;
  requests += 1;
  if (seq < (latest.get(chat) ?? 0)) disorder += 1;
  latest.set(chat, seq);
  if (Math.random() < failing) {
    failures += 1;
    if (failures % 2 === 0) request.socket.destroy();
    else response.writeHead(503).end();
    return;
  }
  response.writeHead(200).end(() => {
    if (!taken.has(id)) taken.set(id, Date.now());
    if (taken.size === ALL) finished.resolve();
  });
});
await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
const webhookUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;

const folder = await mkdtemp(join(tmpdir(), "wasup-bench-"));
const whatsApp = await startSimulator();
const gateway = await startGateway({
  bundle: await buildGateway(join(folder, "bundle")),
  stateDir: join(folder, "state"),
  settings: {
    WHATSAPP_URL: whatsApp.whatsappUrl,
    WHATSAPP_ROOT_KEY: whatsApp.rootKey,
    WEBHOOK_RETRY_SCALE: String(scale),
  },
});

async function call<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${gateway.url}/api/instances${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

async function until<T>(read: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const found = await read();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

try {
  await call("POST", "", { id: "burst", webhookUrl });
  await call("POST", "/burst/connect");
  const phone = whatsApp.phone();
  const picture = () => call<{ qrCode: string | null }>("GET", "/burst/connection").then(({ qrCode }) => qrCode);
  await phone.scans(await readQr(await until(picture)));
  await phone.online();
  const people = Array.from({ length: PEOPLE }, () => whatsApp.contact());

  const began = Date.now();
  await Promise.all(
    people.map(async (person) => {
      for (let index = 1; index <= EACH; index += 1) await person.says(`message ${index}`, { to: phone });
    }),
  );
  const said = Date.now();
  await Promise.race([finished.promise, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref())]);
  const times = [...taken.values()].map((at) => at - began).sort((a, b) => a - b);
  const seconds = (share: number) => ((times[Math.ceil(times.length * share) - 1] ?? Number.NaN) / 1_000).toFixed(1);
  const rows: [string, string | number][] = [
    ["messages", ALL],
    ["people", PEOPLE],
    ["failing share", failing],
    ["retry scale", scale],
    ["requests", requests],
    ["failed requests", failures],
    ["delivered", taken.size],
    ["out of order", disorder],
    ["burst lasted, s", ((said - began) / 1_000).toFixed(1)],
    ["half delivered after, s", seconds(0.5)],
    ["95 % delivered after, s", seconds(0.95)],
    ["all delivered after, s", seconds(1)],
    ["parked", (await call<{ count: number }>("GET", "/burst/webhook/deliveries?status=parked")).count],
  ];
  for (const [name, value] of rows) console.log(`${name.padEnd(26)}${value}`);
  process.exitCode = taken.size === ALL && disorder === 0 ? 0 : 1;
} finally {
  await gateway.stop();
  await whatsApp.stop();
  receiver.closeAllConnections();
  receiver.close();
  await rm(folder, { recursive: true, force: true });
}
