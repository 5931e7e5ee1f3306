/** The simulator's own checks, each shown to be able to fail. */
import { Curve } from "@whiskeysockets/baileys";
import { afterEach, expect, test } from "vitest";
import { PairingRefused } from "../../simulator/index.ts";
import type { BaileysClient } from "./baileys-client.ts";
import { useLab } from "./lab.ts";

const lab = useLab();
const sign = Curve.sign;

afterEach(() => {
  Curve.sign = sign;
});

/** Spoils the signatures over messages with this start. */
function spoilSignatures(prefix: number[]): void {
  Curve.sign = (key, message) => {
    const signature = Buffer.from(sign(key, message));
    if (prefix.every((byte, i) => message[i] === byte)) signature.writeUInt8(signature.readUInt8(3) ^ 1, 3);
    return signature;
  };
}

async function sendRaw(client: BaileysClient, to: string, type: string): Promise<void> {
  const enc = { tag: "enc", attrs: { v: "2", type }, content: Buffer.from("not a ciphertext") };
  await client.socket.sendNode({ tag: "message", attrs: { id: "RAW", to, type: "text" }, content: [enc] });
}

test("a device whose countersignature is wrong is not linked", async () => {
  const phone = lab.server.phone();
  const client = lab.client();
  const qr = await client.qr();
  spoilSignatures([6, 1]);
  await expect(phone.scans(qr)).rejects.toThrow(PairingRefused);
  expect(phone.account.companions.size).toBe(0);
  lab.expectViolations({ kind: "bad-signature", where: phone.phone });
});

test("a device whose first signed key is not signed by its identity may not register", async () => {
  const client = lab.client();
  await client.qr();
  await client.stop();
  const { signature } = client.creds.signedPreKey;
  signature[5] = (signature[5] ?? 0) ^ 1;
  const since = client.mark();
  expect(await client.connect().closed(since)).toBe(401);
  lab.expectViolations({ kind: "bad-signature", where: "registration" });
});

test("a text nobody can decrypt is a violation, and its sender is asked for it again", async () => {
  const { client } = await lab.linked();
  const alice = lab.server.contact();
  await sendRaw(client, `${alice.phone}@s.whatsapp.net`, "msg");
  await lab.server.expects({ tag: "ack", attrs: { class: "receipt", type: "retry", id: "RAW" } });
  lab.expectViolations({ kind: "decrypt-failed", where: alice.phone });
});

test("the first message of a session without a proof of the device is a violation", async () => {
  const { client } = await lab.linked();
  const alice = lab.server.contact();
  await sendRaw(client, `${alice.phone}@s.whatsapp.net`, "pkmsg");
  await lab.server.expects({ tag: "ack", attrs: { class: "receipt", type: "retry", id: "RAW" } });
  lab.expectViolations(
    { kind: "bad-device-identity", where: alice.phone },
    { kind: "decrypt-failed", where: alice.phone },
  );
});

test("a message without a copy for its recipient is a violation", async () => {
  const { client } = await lab.linked();
  const alice = lab.server.contact();
  const content = [{ tag: "participants", attrs: {}, content: [] }];
  const attrs = { id: "NOBODY", to: `${alice.lid}@lid`, type: "text" };
  const acknowledged = client.socket.waitForMessage("NOBODY");
  await client.socket.sendNode({ tag: "message", attrs, content });
  expect(await acknowledged).toMatchObject({ tag: "ack", attrs: { class: "message" } });
  lab.expectViolations({ kind: "no-copy", where: alice.phone });
});

test("what nobody handles is answered with an empty result and recorded", async () => {
  const { client, phone } = await lab.linked();
  await client.socket.query({
    tag: "iq",
    attrs: { xmlns: "w:unheard", type: "get", to: "@s.whatsapp.net" },
    content: [],
  });
  expect(lab.server.unhandled).toMatchObject([
    { from: `${phone.phone}:1`, stanza: expect.stringContaining("w:unheard") },
  ]);
  lab.expectUnhandled("w:unheard");
});

test("a query that needs a linked device is refused before linking", async () => {
  const client = lab.client();
  await client.qr();
  const query = { tag: "iq", attrs: { xmlns: "encrypt", type: "get", to: "@s.whatsapp.net" } };
  await expect(client.socket.query({ ...query, content: [{ tag: "count", attrs: {} }] })).rejects.toThrow(
    "not-authorized",
  );
  lab.expectViolations({ kind: "not-linked" });
});
