import { randomBytes } from "node:crypto";
import { Curve } from "@whiskeysockets/baileys";
import { expect, test } from "vitest";
import { verifySignature } from "../../simulator/xeddsa.ts";

const ROUNDS = 20;

test("a signature made with a key is valid under its public half, given with or without its type byte", () => {
  for (let i = 0; i < ROUNDS; i++) {
    const keys = Curve.generateKeyPair();
    const message = randomBytes(1 + i * 7);
    const signature = Curve.sign(keys.private, message);
    expect(verifySignature(keys.public, message, signature)).toBe(true);
    expect(verifySignature(Buffer.concat([Buffer.from([5]), keys.public]), message, signature)).toBe(true);
  }
});

test("another message, another key or any changed byte makes it invalid", () => {
  const keys = Curve.generateKeyPair();
  const message = Buffer.from("signed");
  const signature = Curve.sign(keys.private, message);
  expect(verifySignature(keys.public, Buffer.from("Signed"), signature)).toBe(false);
  expect(verifySignature(Curve.generateKeyPair().public, message, signature)).toBe(false);
  for (let at = 0; at < signature.length; at++) {
    const forged = Buffer.from(signature);
    forged.writeUInt8(forged.readUInt8(at) ^ 1, at);
    expect(verifySignature(keys.public, message, forged)).toBe(false);
  }
});

test.each([
  ["an empty key", Buffer.alloc(0), 64],
  ["a key of 33 bytes with another type", Buffer.alloc(33, 4), 64],
  ["a short signature", Buffer.alloc(32, 9), 63],
  ["the key that the map to Edwards form is not defined for", Buffer.from(`ec${"ff".repeat(30)}7f`, "hex"), 64],
])("%s is simply not valid", (_, key, length) => {
  expect(verifySignature(key, Buffer.from("x"), Buffer.alloc(length))).toBe(false);
});
