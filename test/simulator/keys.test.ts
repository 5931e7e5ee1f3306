import { encodeBigEndian, signedKeyPair, xmppPreKey, xmppSignedPreKey } from "@whiskeysockets/baileys";
import { expect, test } from "vitest";
import { useLab } from "./lab.ts";

const lab = useLab();
const pn = (phone: string) => `${phone}@s.whatsapp.net`;

test("a client told that its one-time keys run low uploads more", async () => {
  const { phone } = await lab.linked();
  const uploaded = lab.server.expects({ tag: "iq", attrs: { xmlns: "encrypt", type: "set" }, child: "list" });
  lab.server.lowPrekeys(phone, 2);
  expect(lab.server.prekeysOf(phone)).toBe(2);
  await uploaded;
  expect(lab.server.prekeysOf(phone)).toBe(7);
});

test("every stranger gets a one-time key of its own, and with none left a session starts without one", async () => {
  const { phone, client } = await lab.linked();
  const before = lab.server.prekeysOf(phone);
  for (const name of ["Alice", "Bob", "Carol"]) {
    const contact = lab.server.contact({ name });
    await contact.says(`it is ${name}`, { to: phone });
    await client.text(`it is ${name}`);
  }
  expect(lab.server.prekeysOf(phone)).toBe(before - 3);

  const [companion] = phone.account.companions.values();
  if (companion) companion.oneTimeKeys = [];
  const dave = lab.server.contact({ name: "Dave" });
  await dave.says("no key for me", { to: phone });
  await client.text("no key for me");
});

test("a rotated signed key is taken over and used for new sessions", async () => {
  const { phone, client } = await lab.linked();
  await client.socket.rotateSignedPreKey();
  const [companion] = phone.account.companions.values();
  expect(companion?.signedKey.id).toBe(2);
  const alice = lab.server.contact();
  await alice.says("on the new key", { to: phone });
  await client.text("on the new key");
});

test("one-time keys uploaded twice are a violation", async () => {
  const { phone, client } = await lab.linked();
  const { creds } = client;
  await client.socket.query({
    tag: "iq",
    attrs: { xmlns: "encrypt", type: "set", to: "@s.whatsapp.net" },
    content: [
      { tag: "registration", attrs: {}, content: encodeBigEndian(creds.registrationId) },
      { tag: "type", attrs: {}, content: Buffer.from([5]) },
      { tag: "identity", attrs: {}, content: creds.signedIdentityKey.public },
      { tag: "list", attrs: {}, content: [xmppPreKey(creds.signedPreKey.keyPair, 7)] },
      xmppSignedPreKey(creds.signedPreKey),
    ],
  });
  lab.expectViolations({ kind: "one-time-key-reused", where: `${phone.phone}:1`, detail: "uploaded again: 7" });
});

test("a signed key that the device did not sign is a violation and not taken over", async () => {
  const { phone, client } = await lab.linked();
  const foreign = signedKeyPair({ ...client.creds.noiseKey }, 9);
  await expect(
    client.socket.query({
      tag: "iq",
      attrs: { xmlns: "encrypt", type: "set", to: "@s.whatsapp.net" },
      content: [{ tag: "rotate", attrs: {}, content: [xmppSignedPreKey(foreign)] }],
    }),
  ).rejects.toThrow("not-acceptable");
  const [companion] = phone.account.companions.values();
  expect(companion?.signedKey.id).toBe(1);
  lab.expectViolations({ kind: "bad-signature" });
});

test("a copy for a device that does not exist is a violation", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  const content = [{ tag: "enc", attrs: { v: "2", type: "msg" }, content: Buffer.from("x") }];
  const to = [{ tag: "to", attrs: { jid: `${alice.phone}:9@s.whatsapp.net` }, content }];
  const acked = client.socket.waitForMessage("NOSUCHDEVICE");
  await client.socket.sendNode({
    tag: "message",
    attrs: { id: "NOSUCHDEVICE", to: pn(alice.phone), type: "text" },
    content: [{ tag: "participants", attrs: {}, content: to }],
  });
  await acked;
  lab.expectViolations({ kind: "unknown-device", where: phone.phone });
});
