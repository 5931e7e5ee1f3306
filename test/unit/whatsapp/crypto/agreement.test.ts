import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  type Agreement,
  agree,
  chooseAgreement,
  nativeAgreement,
  portableAgreement,
} from "../../../../src/whatsapp/crypto/agreement.ts";
import { getPublicFromPrivateKey } from "../../../../src/whatsapp/crypto/curve.ts";

const publicKeyOf = (privateKey: Buffer) => getPublicFromPrivateKey(privateKey).subarray(1);

describe.each<[string, Agreement]>([
  ["native", nativeAgreement],
  ["portable", portableAgreement],
])("the %s agreement", (_, agreement) => {
  test("computes the two vectors of RFC 7748 section 5.2, where the scalar is not clamped and u has its top bit set", () => {
    const vectors = [
      {
        scalar: "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        u: "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        output: "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
      },
      {
        scalar: "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        u: "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        output: "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
      },
    ];
    for (const { scalar, u, output } of vectors) {
      expect(agreement(Buffer.from(u, "hex"), Buffer.from(scalar, "hex")).toString("hex")).toBe(output);
    }
  });

  test("gives a Buffer of 32 bytes", () => {
    const secret = agreement(publicKeyOf(randomBytes(32)), randomBytes(32));
    expect([Buffer.isBuffer(secret), secret.length]).toEqual([true, 32]);
  });

  test("throws on the peer key zero", () => {
    expect(() => agreement(Buffer.alloc(32), randomBytes(32))).toThrow();
  });
});

test("both agree on 200 random keys, from both sides", () => {
  for (let i = 0; i < 200; i++) {
    const [mine, theirs] = [randomBytes(32), randomBytes(32)];
    const secret = nativeAgreement(publicKeyOf(theirs), mine);
    expect(portableAgreement(publicKeyOf(theirs), mine)).toEqual(secret);
    expect(portableAgreement(publicKeyOf(mine), theirs)).toEqual(secret);
    expect(agree(publicKeyOf(mine), theirs)).toEqual(secret);
  }
});

describe("the native agreement is used", () => {
  test("where it works", () => {
    expect(chooseAgreement(nativeAgreement, portableAgreement)).toBe(nativeAgreement);
  });

  test("not where it throws", () => {
    const throwing: Agreement = () => {
      throw new Error("Failed to derive shared diffie-hellman secret");
    };
    expect(chooseAgreement(throwing, portableAgreement)).toBe(portableAgreement);
  });

  test("not where it computes something else", () => {
    expect(chooseAgreement(() => Buffer.alloc(32), portableAgreement)).toBe(portableAgreement);
  });
});
