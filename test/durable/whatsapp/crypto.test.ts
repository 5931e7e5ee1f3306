/** The same proofs as in Node, in the runtime that will serve: its crypto is another implementation. */
import { describe, expect, test } from "vitest";
import { Curve, proto } from "../../../src/whatsapp/baileys.ts";
import { harden } from "../../../src/whatsapp/harden.ts";
import "../../unit/whatsapp/crypto/install.test.ts";

describe("an isolate", () => {
  test("is hardened: forgeries are refused, and libsignal says nothing on the console", () => {
    expect(() => harden()).not.toThrow();
    expect(() => harden()).not.toThrow();
    expect(Curve.verify(Curve.generateKeyPair().public, Buffer.from("anything"), Buffer.alloc(64))).toBe(false);
  });

  test("encodes and decodes a message of every length", () => {
    for (const length of [0, 1, 39, 40, 41, 1_000, 65_536]) {
      const conversation = "ä".repeat(length);
      const bytes = proto.Message.encode({ conversation }).finish();
      expect(proto.Message.decode(bytes).conversation).toBe(conversation);
    }
  });
});
