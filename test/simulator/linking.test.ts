import { afterEach, beforeEach, expect, test } from "vitest";
import { type SimulatorServer, startSimulator } from "../../simulator/index.ts";
import { BaileysClient, trust } from "./baileys-client.ts";

let server: SimulatorServer;
let clients: BaileysClient[];

beforeEach(async () => {
  server = await startSimulator(process.env.SIM_LOG ? { log: console.log } : {});
  trust(server.rootKey);
  clients = [];
});

afterEach(async () => {
  for (const client of clients) await client.stop();
  await server.stop();
  expect(server.violations).toEqual([]);
  expect(server.unhandled).toEqual([]);
});

function newClient(): BaileysClient {
  const client = new BaileysClient(server.whatsappUrl);
  clients.push(client);
  return client.connect();
}

test("a phone that scans the QR code links the device, which comes back and opens", async () => {
  const phone = server.phone({ phone: "5511900000001", name: "Clinic" });
  const client = newClient();

  expect(await phone.scans(await client.qr())).toEqual({ deviceId: 1 });
  expect(await phone.online()).toEqual({ deviceId: 1 });
  await client.open();

  expect(client.creds.me).toMatchObject({ id: "5511900000001:1@s.whatsapp.net", lid: `${phone.lid}:1@lid` });
});

test("text goes both ways", async () => {
  const phone = server.phone({ name: "Clinic" });
  const alice = server.contact({ name: "Alice" });
  const client = newClient();
  await phone.scans(await client.qr());
  await client.open();
  await alice.says("hi there", { to: phone });
  const { message } = await client.text("hi there");
  expect(message.key.remoteJid).toBe(`${alice.lid}@lid`);
  const id = await client.sends(`${alice.phone}@s.whatsapp.net`, "hello Alice");
  expect(await alice.received("hello Alice")).toMatchObject({ id, from: phone.phone });
  await client.status(id, 3);
});
