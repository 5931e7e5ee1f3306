import "../../../../src/whatsapp/crypto/install.ts";
import { randomBytes } from "node:crypto";
import { Curve, generateSignalPubKey } from "@whiskeysockets/baileys";
import { describe, expect, test } from "vitest";
import { ForgedSignatureError } from "../../../../src/whatsapp/crypto/curve.ts";
import { assertForgeriesRefused } from "../../../../src/whatsapp/crypto/install.ts";
import { signalDevice } from "./signal-device.ts";

const ALICE = "111111111111111:1@lid";
const BOB = "222222222222222:2@lid";
const GROUP = "120363000000000001@g.us";

type Session = Parameters<ReturnType<typeof signalDevice>["repository"]["injectE2ESession"]>[0]["session"];

describe("with our curve functions installed before Baileys", () => {
  test("Baileys' Curve.verify accepts a genuine signature and refuses a forged one", () => {
    const { private: secret, public: key } = Curve.generateKeyPair();
    const message = Buffer.from("certificate");
    const signature = Buffer.from(Curve.sign(secret, message));
    const forged = Buffer.from(signature);
    forged.writeUInt8(forged.readUInt8(40) ^ 1, 40);

    expect(Curve.verify(key, message, signature)).toBe(true);
    expect(Curve.verify(generateSignalPubKey(key), message, signature)).toBe(true);
    expect(Curve.verify(key, message, forged)).toBe(false);
    expect(Curve.verify(key, Buffer.from("another"), signature)).toBe(false);
    expect(Curve.verify(Curve.generateKeyPair().public, message, signature)).toBe(false);
    expect(Curve.verify(key, message, randomBytes(64))).toBe(false);
  });

  test("the start-up proof passes", () => {
    expect(() => assertForgeriesRefused(Curve)).not.toThrow();
  });

  test("a session is not opened on a signed prekey whose signature is forged", async () => {
    const [alice, bob] = [signalDevice(ALICE), signalDevice(BOB)];
    const signedPreKey = { ...bob.bundle.signedPreKey, publicKey: alice.bundle.signedPreKey.publicKey };
    const session = { ...bob.bundle, signedPreKey } as Session;

    await expect(alice.repository.injectE2ESession({ jid: BOB, session })).rejects.toThrow(ForgedSignatureError);
    expect(await alice.repository.validateSession(BOB)).toEqual({ exists: false, reason: "no session" });
  });

  test("two devices open a session, write to each other and turn the ratchet", async () => {
    const [alice, bob] = [signalDevice(ALICE), signalDevice(BOB)];
    await alice.repository.injectE2ESession({ jid: BOB, session: bob.bundle as Session });

    const first = await alice.repository.encryptMessage({ jid: BOB, data: Buffer.from("one") });
    expect(first.type).toBe("pkmsg");
    expect(await bob.repository.decryptMessage({ jid: ALICE, ...first })).toEqual(Buffer.from("one"));

    for (const text of ["two", "three", "four"]) {
      const back = await bob.repository.encryptMessage({ jid: ALICE, data: Buffer.from(text) });
      expect(await alice.repository.decryptMessage({ jid: BOB, ...back })).toEqual(Buffer.from(text));
      const forth = await alice.repository.encryptMessage({ jid: BOB, data: Buffer.from(text) });
      expect(forth.type).toBe("msg");
      expect(await bob.repository.decryptMessage({ jid: ALICE, ...forth })).toEqual(Buffer.from(text));
    }
  });

  test("a group message decrypts, and is refused with a forged signature", async () => {
    const [alice, bob] = [signalDevice(ALICE), signalDevice(BOB)];
    const sent = await alice.repository.encryptGroupMessage({ group: GROUP, meId: ALICE, data: Buffer.from("all") });
    await bob.repository.processSenderKeyDistributionMessage({
      authorJid: ALICE,
      item: { groupId: GROUP, axolotlSenderKeyDistributionMessage: sent.senderKeyDistributionMessage },
    });
    const forged = Buffer.from(sent.ciphertext);
    forged.writeUInt8(forged.readUInt8(forged.length - 30) ^ 1, forged.length - 30);

    const received = { group: GROUP, authorJid: ALICE };
    await expect(bob.repository.decryptGroupMessage({ ...received, msg: forged })).rejects.toThrow();
    expect(await bob.repository.decryptGroupMessage({ ...received, msg: sent.ciphertext })).toEqual(Buffer.from("all"));
  });
});
