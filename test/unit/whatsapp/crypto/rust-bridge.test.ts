import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
// By its file, because the bare name is an alias of our module in the other test projects.
import * as wasm from "../../../../node_modules/whatsapp-rust-bridge/dist/index.js";
import * as ours from "../../../../src/whatsapp/crypto/rust-bridge.ts";

const ROUNDS = 200;
const rounds = Array.from({ length: ROUNDS }, (_, i) => i);
const records = (count: number) => Array.from({ length: count }, () => new Uint8Array(randomBytes(32)));
const plain = (bytes: Uint8Array) => new Uint8Array(bytes);

/** The five keys of the WebAssembly object are getters on its prototype, which an equality check does not see. */
function fiveKeys(keys: ours.ExpandedAppStateKeys): ours.ExpandedAppStateKeys {
  const { indexKey, valueEncryptionKey, valueMacKey, snapshotMacKey, patchMacKey } = keys;
  return { indexKey, valueEncryptionKey, valueMacKey, snapshotMacKey, patchMacKey };
}

test("the module compared with is the WebAssembly one", () => {
  expect(typeof wasm.__wasmSimdActive).toBe("boolean");
});

describe("our functions equal whatsapp-rust-bridge's", () => {
  test("md5", () => {
    for (const i of rounds) {
      const data = randomBytes(i);
      expect(ours.md5(data)).toEqual(wasm.md5(data));
    }
  });

  test("hkdf, for random material, salt, text and length", () => {
    for (const i of rounds) {
      const [material, salt, info] = [randomBytes(i), randomBytes(i % 70), randomBytes(i % 40).toString("latin1")];
      const length = 1 + ((i * 37) % 500);
      expect(ours.hkdf(material, length, { salt, info })).toEqual(wasm.hkdf(material, length, { salt, info }));
    }
  });

  test.each<[string, ours.HkdfInfo]>([
    ["no salt and no text", {}],
    ["a text only", { info: "WhatsApp Image Keys" }],
    ["an empty salt", { salt: new Uint8Array(0), info: "" }],
    ["a null salt", { salt: null, info: null }],
    ["a salt of zeros", { salt: new Uint8Array(32), info: "" }],
    ["a text beyond Latin-1", { info: "é漢😀" }],
  ])("hkdf with %s, on material of 0 and 32 bytes", (_, options) => {
    for (const material of [new Uint8Array(0), new Uint8Array(32).fill(7)]) {
      expect(ours.hkdf(material, 64, options)).toEqual(wasm.hkdf(material, 64, options as wasm.HkdfInfo));
    }
  });

  test("hkdf gives 1 to 8160 bytes and throws beyond", () => {
    for (const length of [1, 8160]) {
      expect(ours.hkdf(randomBytes(0), length, {})).toEqual(wasm.hkdf(randomBytes(0), length, {}));
    }
    expect(() => wasm.hkdf(randomBytes(1), 8161, {})).toThrow();
    expect(() => ours.hkdf(randomBytes(1), 8161, {})).toThrow();
  });

  test("expandAppStateKeys", () => {
    for (const i of rounds) {
      const keyData = randomBytes(i % 65);
      expect(ours.expandAppStateKeys(keyData)).toEqual(fiveKeys(wasm.expandAppStateKeys(keyData)));
    }
  });

  test("LT-hash, for random bases and any number of records on both sides", () => {
    const [mine, theirs] = [new ours.LTHashAntiTampering(), new wasm.LTHashAntiTampering()];
    for (const i of rounds) {
      const [base, subtract, add] = [plain(randomBytes(128)), records(i % 7), records(i % 11)];
      expect(mine.subtractThenAdd(base, subtract, add)).toEqual(theirs.subtractThenAdd(base, subtract, add));
    }
  });

  test("LT-hash on records of other lengths than a MAC's", () => {
    const [mine, theirs] = [new ours.LTHashAntiTampering(), new wasm.LTHashAntiTampering()];
    const odd = [new Uint8Array(0), new Uint8Array(5).fill(9), plain(randomBytes(200))];
    expect(mine.subtractThenAdd(new Uint8Array(128), odd, [])).toEqual(
      theirs.subtractThenAdd(new Uint8Array(128), odd, []),
    );
  });

  test("LT-hash wraps around at both ends", () => {
    const [mine, theirs] = [new ours.LTHashAntiTampering(), new wasm.LTHashAntiTampering()];
    for (const byte of [0x00, 0xff]) {
      const base = new Uint8Array(128).fill(byte);
      const many = records(70);
      expect(mine.subtractThenAdd(base, many, [])).toEqual(theirs.subtractThenAdd(base, many, []));
      expect(mine.subtractThenAdd(base, [], many)).toEqual(theirs.subtractThenAdd(base, [], many));
    }
  });

  test("LT-hash refuses a base that has not 128 bytes", () => {
    const [mine, theirs] = [new ours.LTHashAntiTampering(), new wasm.LTHashAntiTampering()];
    for (const length of [0, 127, 129]) {
      expect(() => theirs.subtractThenAdd(new Uint8Array(length), [], [])).toThrow();
      expect(() => mine.subtractThenAdd(new Uint8Array(length), [], [])).toThrow(`got ${length}`);
    }
  });
});

describe("the LT-hash of a set", () => {
  const ltHash = new ours.LTHashAntiTampering();
  const empty = new Uint8Array(128);

  test("does not depend on the order or the batches in which records came", () => {
    const set = records(12);
    const atOnce = ltHash.subtractThenAdd(empty, [], set);
    let oneByOne: Uint8Array = empty;
    for (const record of set.toReversed()) oneByOne = ltHash.subtractThenAdd(oneByOne, [], [record]);
    expect(oneByOne).toEqual(atOnce);
  });

  test("returns to what it was when a record is added and taken away, and never changes its base", () => {
    const base = plain(randomBytes(128));
    const before = plain(base);
    const [record] = records(1);
    const added = ltHash.subtractThenAdd(base, [], [record ?? empty]);
    expect(added).not.toEqual(before);
    expect(ltHash.subtractThenAdd(added, [record ?? empty], [])).toEqual(before);
    expect(base).toEqual(before);
  });

  test("reads a base that is a slice of a larger buffer", () => {
    const around = randomBytes(300);
    const slice = around.subarray(13, 141);
    expect(ltHash.subtractThenAdd(slice, [], records(0))).toEqual(plain(slice));
  });
});
