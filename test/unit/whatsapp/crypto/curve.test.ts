import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import * as ours from "../../../../src/whatsapp/crypto/curve.ts";
import { xeddsaSign } from "../../../../src/whatsapp/crypto/xeddsa.ts";
import { curve25519js, original } from "./original-curve.ts";

const KEYS = 200;

/** libsignal needs about 10 ms per signature, and several hundred of them are compared. */
const SLOW_ORIGINAL_MS = 60_000;

/** Half of them as OpenSSL makes them (clamped), half any 32 bytes (as workerd's BoringSSL and old stores give them). */
const privateKeys = Array.from({ length: KEYS }, (_, i) =>
  i % 2 === 0 ? original.generateKeyPair().privKey : randomBytes(32),
);

/** Message lengths around the block sizes of SHA-512, and the empty message. */
const messageFor = (i: number) => randomBytes((i * 7) % 300);

describe("our curve functions equal libsignal's", { timeout: SLOW_ORIGINAL_MS }, () => {
  test("a public key derived from a private key is the same, clamped or not", () => {
    for (const privKey of privateKeys) {
      expect(ours.getPublicFromPrivateKey(privKey)).toEqual(original.getPublicFromPrivateKey(privKey));
    }
  });

  test("a generated pair has 33 and 32 bytes, type 5, and fits together by libsignal's reckoning", () => {
    for (let i = 0; i < KEYS; i++) {
      const { pubKey, privKey } = ours.generateKeyPair();
      expect([pubKey.length, pubKey[0], privKey.length]).toEqual([33, 5, 32]);
      expect(Buffer.isBuffer(pubKey) && Buffer.isBuffer(privKey)).toBe(true);
      expect(original.getPublicFromPrivateKey(privKey)).toEqual(pubKey);
    }
  });

  test("an agreement is the same for both sides and in both implementations, with 33-byte and bare keys", () => {
    for (const [i, mine] of privateKeys.entries()) {
      const theirs = privateKeys[(i + 1) % KEYS] ?? mine;
      const [minePublic, theirsPublic] = [ours.getPublicFromPrivateKey(mine), ours.getPublicFromPrivateKey(theirs)];
      const secret = original.calculateAgreement(theirsPublic, mine);
      expect(ours.calculateAgreement(theirsPublic, mine)).toEqual(secret);
      expect(ours.calculateAgreement(theirsPublic.subarray(1), mine)).toEqual(secret);
      expect(ours.calculateAgreement(minePublic, theirs)).toEqual(secret);
    }
  });

  test("libsignal accepts our signatures, and we accept libsignal's", () => {
    for (const [i, privKey] of privateKeys.entries()) {
      const pubKey = ours.getPublicFromPrivateKey(privKey);
      const message = messageFor(i);
      const signature = ours.calculateSignature(privKey, message);
      expect(Buffer.isBuffer(signature) && signature.length === 64).toBe(true);
      expect(original.verifySignature(pubKey, message, signature)).toBe(true);
      expect(ours.verifySignature(pubKey, message, signature)).toBe(true);
      expect(ours.verifySignature(pubKey, message, original.calculateSignature(privKey, message))).toBe(true);
      expect(ours.verifySignature(pubKey.subarray(1), message, signature)).toBe(true);
    }
  });

  test("given the same random bytes, a signature is equal byte for byte to curve25519-js's", () => {
    for (const [i, privKey] of privateKeys.entries()) {
      const [message, random] = [messageFor(i), randomBytes(64)];
      expect(xeddsaSign(privKey, message, random)).toEqual(Buffer.from(curve25519js.sign(privKey, message, random)));
    }
  });

  test("two signatures over the same message differ", () => {
    const { privKey } = ours.generateKeyPair();
    const message = Buffer.from("same");
    expect(ours.calculateSignature(privKey, message)).not.toEqual(ours.calculateSignature(privKey, message));
  });
});

describe("malformed arguments throw, as in libsignal", () => {
  const { pubKey, privKey } = ours.generateKeyPair();
  const message = Buffer.from("message");
  const signature = ours.calculateSignature(privKey, message);
  const nothing = undefined as unknown as Buffer;
  const plain = (bytes: Buffer) => new Uint8Array(bytes) as Buffer;
  const wrongType = Buffer.concat([Buffer.from([6]), pubKey.subarray(1)]);

  test.each<[string, (curve: typeof ours | typeof original) => unknown]>([
    ["an undefined public key", (curve) => curve.verifySignature(nothing, message, signature)],
    ["a public key that is no Buffer", (curve) => curve.verifySignature(plain(pubKey), message, signature)],
    ["a public key of another type", (curve) => curve.verifySignature(wrongType, message, signature)],
    ["a public key of 31 bytes", (curve) => curve.verifySignature(pubKey.subarray(2), message, signature)],
    ["an undefined message", (curve) => curve.verifySignature(pubKey, nothing, signature)],
    ["a text for a message", (curve) => curve.verifySignature(pubKey, "message" as unknown as Buffer, signature)],
    ["an undefined signature", (curve) => curve.verifySignature(pubKey, message, nothing)],
    ["a signature of 63 bytes", (curve) => curve.verifySignature(pubKey, message, signature.subarray(1))],
    ["an undefined private key", (curve) => curve.calculateSignature(nothing, message)],
    ["a private key that is no Buffer", (curve) => curve.calculateSignature(plain(privKey), message)],
    ["a private key of 31 bytes", (curve) => curve.calculateSignature(privKey.subarray(1), message)],
    ["an undefined message to sign", (curve) => curve.calculateSignature(privKey, nothing)],
    ["a text to sign", (curve) => curve.calculateSignature(privKey, "message" as unknown as Buffer)],
    ["an agreement with a key of another type", (curve) => curve.calculateAgreement(wrongType, privKey)],
    ["an agreement with a short key", (curve) => curve.calculateAgreement(pubKey.subarray(2), privKey)],
    ["an agreement without a private key", (curve) => curve.calculateAgreement(pubKey, nothing)],
    ["an agreement with a short private key", (curve) => curve.calculateAgreement(pubKey, privKey.subarray(1))],
    ["the public key of a short private key", (curve) => curve.getPublicFromPrivateKey(privKey.subarray(1))],
  ])("%s", (_, call) => {
    expect(() => call(original)).toThrow();
    expect(() => call(ours)).toThrow();
  });
});
