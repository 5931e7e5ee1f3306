import { beforeEach, describe, expect, test } from "vitest";
import { hasLinkedCredentials, INBOUND, openAuthStore, wipeAuth } from "../../../../src/whatsapp/auth/auth-store.ts";
import { proto, type SignalDataSet } from "../../../../src/whatsapp/baileys.ts";
import { numberStorage } from "../../../support/sqlite.ts";

const ACCOUNT = { details: Buffer.from("details"), accountSignature: Buffer.from("signature") };

let storage: DurableObjectStorage;
let isCurrent: boolean;
let inbound: unknown[];
let onInbound: (decrypted: unknown) => void;

beforeEach(() => {
  storage = numberStorage();
  isCurrent = true;
  inbound = [];
  onInbound = (decrypted) => inbound.push(decrypted);
});

const open = () =>
  openAuthStore({ storage, isCurrent: () => isCurrent, onInbound: (decrypted) => onInbound(decrypted) });

/** A store whose credentials are those of a linked device. */
function openLinked() {
  const store = open();
  store.creds.account = ACCOUNT;
  store.saveCreds();
  return store;
}

const rows = () =>
  storage.sql.exec<{ type: string; id: string }>("SELECT type, id FROM signal_keys ORDER BY type, id").toArray();

const session = (text: string) => Buffer.from(text);
const withMessage = (data: SignalDataSet, ...messages: unknown[]): SignalDataSet =>
  ({ ...data, [INBOUND]: Object.fromEntries(messages.map((message, n) => [`${n}`, message])) }) as SignalDataSet;

describe("credentials", () => {
  test("of a linked device come back as they were, down to the bytes", () => {
    const { creds } = openLinked();
    expect(hasLinkedCredentials(storage.sql)).toBe(true);
    const again = open().creds;
    expect(again).toEqual(creds);
    expect(again.noiseKey.private).toBeInstanceOf(Buffer);
    expect(again.account?.details).toEqual(Buffer.from("details"));
  });

  test("of a link that was never finished are dropped with their keys, and others are made", async () => {
    const first = open();
    first.saveCreds();
    await first.keys.set({ "pre-key": { 1: { public: Buffer.from("a"), private: Buffer.from("b") } } });
    expect(hasLinkedCredentials(storage.sql)).toBe(false);
    const second = open();
    expect(second.creds.noiseKey).not.toEqual(first.creds.noiseKey);
    expect(rows()).toEqual([]);
  });

  test("are not written by a session that was replaced", () => {
    const store = openLinked();
    isCurrent = false;
    store.creds.nextPreKeyId = 999;
    store.saveCreds();
    expect(open().creds.nextPreKeyId).not.toBe(999);
  });

  test("can be wiped together with every key and device list", async () => {
    const store = openLinked();
    await store.keys.set({ session: { "111.1": session("s") } });
    storage.sql.exec("INSERT INTO device_lists (user, devices, fetched_at) VALUES ('111', '[]', 0)");
    wipeAuth(storage);
    expect(hasLinkedCredentials(storage.sql)).toBe(false);
    expect([rows(), storage.sql.exec("SELECT * FROM device_lists").toArray()]).toEqual([[], []]);
  });
});

describe("keys", () => {
  test("come back from the cache and from the table alike", async () => {
    const { keys } = openLinked();
    const preKey = { public: Buffer.from("public"), private: Buffer.from("private") };
    await keys.set({ session: { "111.1": session("s") }, "pre-key": { 7: preKey } });
    for (const store of [keys, open().keys]) {
      expect(await store.get("session", ["111.1", "222.2"])).toEqual({ "111.1": session("s") });
      expect(await store.get("pre-key", ["7"])).toEqual({ 7: preKey });
    }
  });

  test("that are set to null are gone", async () => {
    const { keys } = openLinked();
    await keys.set({ session: { "111.1": session("s"), "222.2": session("t") } });
    await keys.set({ session: { "111.1": null } });
    expect(await keys.get("session", ["111.1", "222.2"])).toEqual({ "222.2": session("t") });
    expect(rows()).toEqual([{ type: "session", id: "222.2" }]);
  });

  test("for the app's state come back as the protocol's own type", async () => {
    const { keys } = openLinked();
    const key = proto.Message.AppStateSyncKeyData.fromObject({ keyData: Buffer.from("key"), timestamp: 5 });
    await keys.set({ "app-state-sync-key": { a: key } });
    const found = (await open().keys.get("app-state-sync-key", ["a"])).a;
    expect(found).toBeInstanceOf(proto.Message.AppStateSyncKeyData);
    expect(found && Buffer.from(found.keyData ?? [])).toEqual(Buffer.from("key"));
  });

  test("of a session that was replaced are refused, and the stored ones stay", async () => {
    const { keys } = openLinked();
    await keys.set({ session: { "111.1": session("ours") } });
    isCurrent = false;
    await expect(keys.set({ session: { "111.1": session("theirs") } })).rejects.toThrow("replaced");
    expect(await open().keys.get("session", ["111.1"])).toEqual({ "111.1": session("ours") });
  });

  test("more than the cache holds are all found", async () => {
    const { keys } = openLinked();
    const ids = Array.from({ length: 1_500 }, (_, n) => `${n}.1`);
    await keys.set({ session: Object.fromEntries(ids.map((id) => [id, session(id)])) });
    expect(Object.keys(await keys.get("session", ids))).toHaveLength(1_500);
  });
});

describe("a decrypted message", () => {
  test("is handed on inside the write of its ratchet, and is no key itself", async () => {
    const { keys } = openLinked();
    let stored: unknown;
    onInbound = (decrypted) => {
      stored = rows();
      inbound.push(decrypted);
    };
    await keys.set(withMessage({ session: { "111.1": session("s") } }, "first", "second"));
    expect(stored).toEqual([{ type: "session", id: "111.1" }]);
    expect(inbound).toEqual(["first", "second"]);
    expect(rows()).toEqual([{ type: "session", id: "111.1" }]);
  });

  test("that could not be stored takes its ratchet back with it, in the table and in the cache", async () => {
    const { keys } = openLinked();
    await keys.set({ session: { "111.1": session("before") } });
    onInbound = () => {
      storage.sql.exec("INSERT INTO logs (at, level, message) VALUES (0, 'info', 'half done')");
      throw new Error("disk full");
    };
    await expect(keys.set(withMessage({ session: { "111.1": session("after") } }, "message"))).rejects.toThrow("full");
    for (const store of [keys, open().keys]) {
      expect(await store.get("session", ["111.1"])).toEqual({ "111.1": session("before") });
    }
    expect(storage.sql.exec("SELECT * FROM logs").toArray()).toEqual([]);
  });
});
