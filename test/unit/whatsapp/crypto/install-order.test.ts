import { Curve } from "@whiskeysockets/baileys";
import { describe, expect, test } from "vitest";

describe("when Baileys was loaded before our curve functions were installed", () => {
  test("forged signatures are accepted, and the start-up proof says so", async () => {
    const { public: key } = Curve.generateKeyPair();
    const { assertForgeriesRefused } = await import("../../../../src/whatsapp/crypto/install.ts");

    expect(Curve.verify(key, Buffer.from("anything"), Buffer.alloc(64))).toBe(true);
    expect(() => assertForgeriesRefused(Curve)).toThrow("Curve.verify accepts a forged signature");
  });

  test("the proof also catches a Curve that refuses everything", async () => {
    const { assertForgeriesRefused } = await import("../../../../src/whatsapp/crypto/install.ts");
    const closed = { ...Curve, verify: () => false };
    expect(() => assertForgeriesRefused(closed)).toThrow("Curve.verify refuses a genuine signature");
  });
});
