import { randomBytes } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToNumberLE, numberToBytesLE } from "@noble/curves/utils.js";
import { describe, expect, test } from "vitest";
import {
  calculateAgreement,
  calculateSignature,
  ForgedSignatureError,
  generateKeyPair,
  getPublicFromPrivateKey,
  verifySignature,
} from "../../../../src/whatsapp/crypto/curve.ts";
import { original } from "./original-curve.ts";

const KEYS = 200;

/** libsignal needs about 10 ms per verification, and several hundred are compared. */
const SLOW_ORIGINAL_MS = 60_000;
const P = ed25519.Point.Fp.ORDER;
const L = ed25519.Point.Fn.ORDER;

const SMALL_ORDER_U = [
  0n,
  1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
  P - 1n,
];

function signed() {
  const { pubKey, privKey } = generateKeyPair();
  const message = randomBytes(1 + (privKey[1] ?? 0));
  return { pubKey, privKey, message, signature: calculateSignature(privKey, message) };
}

function flipBit(bytes: Buffer, bit: number): Buffer {
  const flipped = Buffer.from(bytes);
  flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return flipped;
}

const keyOf = (u: bigint) => Buffer.concat([Buffer.from([5]), numberToBytesLE(u, 32)]);

/** The same group element for S, written as S + times·L: valid for a verifier that does not look at the range. */
function withLargerS(signature: Buffer, times: bigint): Buffer {
  const sign = signature.readUInt8(63) & 0x80;
  const s = bytesToNumberLE(Buffer.concat([signature.subarray(32, 63), Buffer.from([signature.readUInt8(63) & 0x7f])]));
  const larger = Buffer.concat([signature.subarray(0, 32), numberToBytesLE(s + times * L, 32)]);
  larger.writeUInt8(larger.readUInt8(63) | sign, 63);
  return larger;
}

describe("a signature is refused", { timeout: SLOW_ORIGINAL_MS }, () => {
  test("after any single bit of it changed", () => {
    const { pubKey, message, signature } = signed();
    for (let bit = 0; bit < 512; bit++) {
      expect(() => verifySignature(pubKey, message, flipBit(signature, bit))).toThrow(ForgedSignatureError);
    }
  });

  test("after any single bit of the key changed", () => {
    const { pubKey, message, signature } = signed();
    for (let bit = 8; bit < 33 * 8; bit++) {
      expect(() => verifySignature(flipBit(pubKey, bit), message, signature)).toThrow(ForgedSignatureError);
    }
  });

  test("after any single bit of the message changed, or with a byte more or less", () => {
    const { pubKey, message, signature } = signed();
    for (let bit = 0; bit < message.length * 8; bit += 5) {
      expect(() => verifySignature(pubKey, flipBit(message, bit), signature)).toThrow(ForgedSignatureError);
    }
    expect(() => verifySignature(pubKey, message.subarray(1), signature)).toThrow(ForgedSignatureError);
    expect(() => verifySignature(pubKey, Buffer.concat([message, Buffer.alloc(1)]), signature)).toThrow(
      ForgedSignatureError,
    );
  });

  test("under another key, over another message, and when it is random: on 200 keys", () => {
    for (let i = 0; i < KEYS; i++) {
      const { pubKey, message, signature } = signed();
      expect(() => verifySignature(generateKeyPair().pubKey, message, signature)).toThrow(ForgedSignatureError);
      expect(() => verifySignature(pubKey, randomBytes(32), signature)).toThrow(ForgedSignatureError);
      expect(() => verifySignature(pubKey, message, randomBytes(64))).toThrow(ForgedSignatureError);
    }
  });

  test("when S is not below the group order, although libsignal takes such a second signature", () => {
    let takenByLibsignal = 0;
    for (let i = 0; i < 50; i++) {
      const { pubKey, message, signature } = signed();
      for (let times = 1n; times <= 6n; times++) {
        const malleated = withLargerS(signature, times);
        if (original.verifySignature(pubKey, message, malleated)) takenByLibsignal++;
        expect(() => verifySignature(pubKey, message, malleated)).toThrow(ForgedSignatureError);
      }
    }
    expect(takenByLibsignal).toBe(300);
  });

  test("when the key has its top bit set, although it names the same point for libsignal", () => {
    const { pubKey, message, signature } = signed();
    const alias = flipBit(pubKey, 33 * 8 - 1);
    expect(original.verifySignature(alias, message, signature)).toBe(true);
    expect(() => verifySignature(alias, message, signature)).toThrow(ForgedSignatureError);
  });

  test("when the key is not reduced below p", () => {
    for (let u = P; u < 1n << 255n; u++) {
      expect(() => verifySignature(keyOf(u), Buffer.from("any"), randomBytes(64))).toThrow(ForgedSignatureError);
    }
  });

  test("when the key has small order, where R = identity and S = 0 fit one message in a few for libsignal", () => {
    const identity = Buffer.concat([Buffer.from([1]), Buffer.alloc(63)]);
    const messages = Array.from({ length: 64 }, (_, i) => Buffer.from([i]));
    const key = keyOf(0n);
    expect(messages.filter((message) => original.verifySignature(key, message, identity)).length).toBeGreaterThan(0);
    for (const u of SMALL_ORDER_U) {
      for (const message of messages) {
        expect(() => verifySignature(keyOf(u), message, identity)).toThrow(ForgedSignatureError);
      }
    }
  });

  test("when the key is on the twist of the curve, where no signature exists", () => {
    const twist = Array.from({ length: 64 }, () => BigInt(`0x${randomBytes(31).toString("hex")}`));
    for (const u of twist) {
      expect(() => verifySignature(keyOf(u), Buffer.from("any"), randomBytes(64))).toThrow(ForgedSignatureError);
    }
  });

  test("with libsignal's flag that used to skip the check", () => {
    const { pubKey, message } = signed();
    const verify: (...args: [Buffer, Buffer, Buffer, boolean]) => boolean = verifySignature;
    expect(original.verifySignature(pubKey, message, Buffer.alloc(64), true)).toBe(true);
    expect(() => verify(pubKey, message, Buffer.alloc(64), true)).toThrow(ForgedSignatureError);
  });
});

test("the error of a refused signature carries neither key, message nor signature", () => {
  const { pubKey, message, signature } = signed();
  const forged = flipBit(signature, 3);
  const error = (() => {
    try {
      return verifySignature(pubKey, message, forged);
    } catch (caught) {
      return caught;
    }
  })();
  expect(error).toEqual(new ForgedSignatureError());
  expect(Object.keys(error as object)).toEqual(["name"]);
});

test("an agreement with a key of small order throws instead of giving the all-zero secret", () => {
  const { privKey } = generateKeyPair();
  for (const u of SMALL_ORDER_U) {
    expect(() => calculateAgreement(keyOf(u), privKey)).toThrow();
    expect(() => calculateAgreement(keyOf(u).subarray(1), privKey)).toThrow();
  }
  expect(calculateAgreement(getPublicFromPrivateKey(privKey), privKey)).toHaveLength(32);
});
