import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BufferJSON, type SignalDataSet, type SignalDataTypeMap, useMultiFileAuthState } from "@whiskeysockets/baileys";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LIMITS } from "../../../src/schemas/limits.ts";
import { type Envelope, open, seal } from "../../../src/session-transfer/envelope.ts";
import { fileOfKey, keyOfFile } from "../../../src/session-transfer/key-files.ts";
import { readFiles, readOwn } from "../../../src/session-transfer/read-session.ts";
import { writeSession } from "../../../src/session-transfer/write-session.ts";
import { hasLinkedCredentials } from "../../../src/whatsapp/auth/auth-store.ts";
import { readAuth, replaceAuth } from "../../../src/whatsapp/auth/session-copy.ts";
import { numberStorage } from "../../support/sqlite.ts";
import { bytes, credentials, folder, granted, KEYS } from "./support.ts";

function issuesOf(result: ReturnType<typeof readFiles>) {
  if (result.ok) throw new Error("It was accepted");
  expect(result.error.code).toBe("invalid_request");
  return result.error.issues ?? [];
}

describe("the file of a key", () => {
  test.each(KEYS)("$type $id is $file, both ways", ({ type, id, file }) => {
    expect(fileOfKey(type, id)).toBe(file);
    expect(keyOfFile(file)).toEqual({ type, id });
  });

  test.each(["creds.json", "store.json", "pre-key-.json", "session.json", "README.md", ""])(
    "%j holds no key",
    (file) => {
      expect(keyOfFile(file)).toBeNull();
    },
  );

  const revived = (value: unknown): unknown => JSON.parse(JSON.stringify(value), BufferJSON.reviver);
  let path = "";
  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), "wasup-names-"));
  });
  afterAll(() => rm(path, { recursive: true, force: true }));

  test.each(KEYS)("$type $id has the name that Baileys itself gives it", async ({ type, id, file, value }) => {
    const { state } = await useMultiFileAuthState(path);
    await state.keys.set({ [type]: { [id]: revived(value) } } as SignalDataSet);
    expect(JSON.parse(readFileSync(join(path, file), "utf8"))).toEqual(value);
    const read = await state.keys.get(type as keyof SignalDataTypeMap, [id]);
    expect(read[id]).toBeTruthy();
  });
});

describe("a folder", () => {
  test("becomes a session: whose it is, every key, and what a newer Baileys added", () => {
    const read = granted(readFiles(folder({ "store.json": "{}", "session-1.0.json": "null" })));
    expect(read).toMatchObject({ phone: "447393002183", lid: "98765", ignored: 1 });
    expect(read.copy.keys.map(({ type, id, value }) => ({ type, id, value: JSON.parse(value) }))).toEqual(
      KEYS.map(({ type, id, value }) => ({ type, id, value })),
    );
    expect(JSON.parse(read.copy.credentials)).toMatchObject({ somethingNew: { kept: true } });
  });

  test("may hold bytes in any way that Baileys and its descendants write them, and JSON instead of text", () => {
    const raw = [...Array(32).keys()];
    const expected = { type: "Buffer", data: Buffer.from(raw).toString("base64") };
    const ways = [expected, { type: "Buffer", data: raw }, Object.fromEntries(raw.map((value, i) => [i, value]))];
    for (const way of ways) {
      const read = granted(readFiles(folder({ "pre-key-9.json": { public: way, private: way } })));
      const stored = read.copy.keys.find(({ id }) => id === "9");
      expect(JSON.parse(stored?.value ?? "")).toEqual({ public: expected, private: expected });
    }
  });

  test("that is a session goes through the store and comes out as it was", () => {
    const files = folder();
    const storage = numberStorage();
    replaceAuth(storage, granted(readFiles(files)).copy);
    expect(hasLinkedCredentials(storage.sql)).toBe(true);
    const copy = readAuth(storage, LIMITS.exportedKeyCharacters);
    const parsed = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, JSON.parse(String(text))]));
    expect(JSON.parse(writeSession(copy, "baileys"))).toEqual(parsed);
    const lists = [{ user: "98765", devices: '[{"device":4}]', fetchedAt: 5 }];
    const own = JSON.parse(writeSession({ ...copy, deviceLists: lists }, "wasup"));
    expect(granted(readOwn(own)).copy).toEqual({
      credentials: copy.credentials,
      keys: expect.arrayContaining(copy.keys),
      deviceLists: lists,
    });
  });
});

describe("what is no session is refused, and the file is named", () => {
  const creds = (change: object) => ({ "creds.json": { ...credentials(), ...change } });
  test.each([
    ["without credentials", { "creds.json": undefined }, "creds.json", /missing/],
    ["with broken credentials", { "creds.json": '{"noiseKey"' }, "creds.json", /not JSON/],
    ["with credentials that are no object", { "creds.json": "[]" }, "creds.json", /./],
    ["that was never linked", creds({ me: undefined }), "creds.json", /never linked/],
    ["that is nobody's", creds({ me: { id: "status@broadcast" } }), "creds.json", /never linked/],
    ["without the account's signature", creds({ account: undefined }), "creds.json", /never linked/],
    [
      "with a short identity key",
      creds({ signedIdentityKey: { public: bytes(32), private: bytes(31) } }),
      "creds.json",
      /signedIdentityKey.private: 31 bytes/,
    ],
    ["with a key that is no key", creds({ noiseKey: "x" }), "creds.json", /noiseKey/],
    ["with a broken file", { "pre-key-8.json": "{" }, "pre-key-8.json", /not JSON/],
    [
      "with a short prekey",
      { "pre-key-8.json": { public: bytes(32), private: bytes(16) } },
      "pre-key-8.json",
      /private: 16 bytes/,
    ],
    [
      "with a prekey of a byte that is none",
      { "pre-key-8.json": { public: { type: "Buffer", data: [256] }, private: bytes(32) } },
      "pre-key-8.json",
      /public/,
    ],
    ["with a session that is none", { "session-1.0.json": "7" }, "session-1.0.json", /./],
    [
      "with a short hash of the app state",
      { "app-state-sync-version-regular.json": { version: 1, hash: bytes(4), indexValueMap: {} } },
      "app-state-sync-version-regular.json",
      /hash: 4 bytes/,
    ],
    [
      "with a name that never ends",
      { [`session-${"1".repeat(300)}.json`]: { _sessions: {}, version: "v1" } },
      `session-${"1".repeat(300)}.json`.slice(0, 64),
      /too long/,
    ],
  ])("%s", (_what, change, file, why) => {
    expect(issuesOf(readFiles(folder(change)))).toEqual([{ path: file, message: expect.stringMatching(why) }]);
  });

  test("and never quoted: what stands in it may be a key", () => {
    const secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQ=";
    const result = readFiles(folder({ "pre-key-8.json": { public: secret, private: bytes(32) }, x: secret }));
    expect(JSON.stringify(result)).not.toContain(secret);
  });

  test.each([[undefined], [null], [7], ["x"], [[]], [{}], [{ credentials: 1 }], [{ credentials: {}, keys: [] }]])(
    "as %j in an envelope",
    (content) => {
      expect(issuesOf(readOwn(content)).map(({ path }) => path)).toContain("creds.json");
      expect(issuesOf(readFiles(content)).map(({ path }) => path)).toContain("creds.json");
    },
  );
});

describe("a session in a storage", () => {
  test("is replaced as a whole or not at all", () => {
    const storage = numberStorage();
    const first = granted(readFiles(folder())).copy;
    replaceAuth(storage, first);
    const before = readAuth(storage, LIMITS.exportedKeyCharacters);
    const twice = { user: "98765", devices: "[]", fetchedAt: 1 };
    const second = granted(readFiles(folder())).copy;
    expect(() => replaceAuth(storage, { ...second, deviceLists: [twice, twice] })).toThrow();
    expect(readAuth(storage, LIMITS.exportedKeyCharacters)).toEqual(before);
    replaceAuth(storage, second);
    expect(readAuth(storage, LIMITS.exportedKeyCharacters).credentials).toBe(second.credentials);
  });
});

describe("an envelope", () => {
  const PASSPHRASE = "correct horse battery staple";
  let envelope: Envelope;
  beforeAll(async () => {
    envelope = await seal("Grüße", "wasup", PASSPHRASE);
  });

  test("is opened by its passphrase", async () => {
    expect(await open(envelope, PASSPHRASE)).toEqual({ ok: true, value: "Grüße" });
    expect(JSON.stringify(envelope)).not.toContain(PASSPHRASE);
  });

  test("is another one each time", async () => {
    const again = await seal("Grüße", "wasup", PASSPHRASE);
    expect([again.data, again.iv, again.kdf.salt]).not.toContain(envelope.data);
    expect(again.kdf.salt).not.toBe(envelope.kdf.salt);
  });

  const flipped = (text: string) => {
    const raw = Buffer.from(text, "base64");
    raw[0] = (raw[0] ?? 0) ^ 1;
    return raw.toString("base64");
  };
  test.each([
    ["with another passphrase", (sealed: Envelope) => sealed, "correct horse battery stapl"],
    ["with changed data", (sealed: Envelope) => ({ ...sealed, data: flipped(sealed.data) }), PASSPHRASE],
    ["cut short", (sealed: Envelope) => ({ ...sealed, data: sealed.data.slice(0, 8) }), PASSPHRASE],
    ["with another iv", (sealed: Envelope) => ({ ...sealed, iv: flipped(sealed.iv) }), PASSPHRASE],
    ["declared as something else", (sealed: Envelope) => ({ ...sealed, content: "baileys" as const }), PASSPHRASE],
    ["with another cost", (sealed: Envelope) => ({ ...sealed, kdf: { ...sealed.kdf, p: 1 } }), PASSPHRASE],
  ])("%s stays closed, and says nothing but that", async (_what, change, passphrase) => {
    const result = await open(change(envelope), passphrase);
    expect(result).toMatchObject({ ok: false, error: { code: "invalid_request" } });
    expect(JSON.stringify(result)).not.toContain(passphrase);
  });
});
