import { Curve, WA_CERT_DETAILS } from "@whiskeysockets/baileys";
import { expect, test } from "vitest";
import { PairingRefused, WrongPairingCode } from "../../simulator/index.ts";
import { BaileysClient } from "./baileys-client.ts";
import { useLab } from "./lab.ts";

const lab = useLab();

test("a phone that scans the QR code links the device, which restarts and opens", async () => {
  const phone = lab.server.phone({ phone: "+55 11 90000-0001", name: "Clinic" });
  const client = lab.client();

  expect(await phone.scans(await client.qr())).toEqual({ deviceId: 1 });
  expect(await client.closed()).toBe(515);
  expect(await phone.online()).toEqual({ deviceId: 1 });
  await client.open();

  expect(client.creds.me).toMatchObject({ id: "5511900000001:1@s.whatsapp.net", lid: `${phone.lid}:1@lid` });
  expect(lab.server.prekeysOf(phone)).toBe(811);
});

test("a business account gives its name while linking", async () => {
  const { client } = await lab.linked({ businessName: "Clinic" });
  expect(client.creds.me?.name).toBe("Clinic");
});

test("another account's name arrives with the first app-state sync", async () => {
  const phone = lab.server.phone({ name: "Maria" });
  const client = await lab.companion(phone);
  await client.find("creds.update", ({ me }) => me?.name === "Maria" || undefined, { what: "the name" });
});

test("a text that is not a QR code, or one of a device that has gone, is refused by the phone", async () => {
  const phone = lab.server.phone();
  await expect(phone.scans("hello")).rejects.toThrow(PairingRefused);

  const client = lab.client();
  const qr = await client.qr();
  await client.stop();
  await lab.server.simulation.waits.until(() => lab.server.simulation.connections.size === 0 || undefined, {
    what: "the client to be gone",
  });
  await expect(phone.scans(qr)).rejects.toThrow("not of any device that is connected now");
});

test("the code shown by the device, typed on the phone, links it", async () => {
  const phone = lab.server.phone();
  const client = lab.client();
  await client.qr();
  const code = await client.socket.requestPairingCode(phone.phone);

  expect(await phone.entersCode(`${code.slice(0, 4)}-${code.slice(4)}`)).toEqual({ deviceId: 1 });
  await client.open();
  expect(client.creds.registered).toBe(true);
});

test("a wrong code is refused by the phone, and the right one still links the device afterwards", async () => {
  const phone = lab.server.phone();
  const client = lab.client();
  await client.qr();
  const code = await client.socket.requestPairingCode(phone.phone);
  const wrong = code.startsWith("A") ? `B${code.slice(1)}` : `A${code.slice(1)}`;

  await expect(phone.entersCode(wrong)).rejects.toThrow(WrongPairingCode);
  expect(client.creds.registered).toBe(false);

  expect(await phone.entersCode(code)).toEqual({ deviceId: 1 });
  await client.open();
  expect(client.creds.registered).toBe(true);
});

test("a phone waits for the device that asks to be linked by code, and says so when none does", async () => {
  const phone = lab.server.phone({ phone: "5511900000009" });
  await expect(phone.entersCode("ABCD1234", { timeoutMs: 1 })).rejects.toThrow(
    "waited 1 ms for a device that asks to be linked to 5511900000009 by code",
  );
});

test("a client that has shown all its codes gives up with 408", async () => {
  const client = lab.client({ qrTimeout: 20 });
  expect(await client.closed()).toBe(408);
  const codes = client.events.filter(({ data }) => "qr" in data && typeof data.qr === "string");
  expect(codes).toHaveLength(6);
});

test("a client that trusts another root refuses the server", async () => {
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(Curve.generateKeyPair().public);
  const client = lab.client();
  expect(await client.closed()).toBe(400);
  expect(await client.closeReason()).toBe("noise intermediate certificate signature invalid");
});

test("a login with another noise key than the device was linked with is refused", async () => {
  const { client, phone } = await lab.linked();
  await client.stop();
  const thief = new BaileysClient(lab.server.whatsappUrl);
  thief.creds.me = { ...client.creds.me, id: client.jid };
  expect(await thief.connect().closed()).toBe(401);
  lab.expectViolations({ kind: "wrong-noise-key", where: `${phone.phone}:1` });
});

test("a link by code that reconnects before it is finished is refused as logged out", async () => {
  const phone = lab.server.phone();
  const client = lab.client();
  await client.qr();
  await client.socket.requestPairingCode(phone.phone);
  await client.stop();
  const since = client.mark();
  expect(await client.connect().closed(since)).toBe(401);
});
