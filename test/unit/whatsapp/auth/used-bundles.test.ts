import { beforeEach, expect, test } from "vitest";
import { openAuthStore } from "../../../../src/whatsapp/auth/auth-store.ts";
import { type UsedBundles, usedBundles } from "../../../../src/whatsapp/auth/used-bundles.ts";
import { numberStorage } from "../../../support/sqlite.ts";

const bundle = (keyId: number, identity = 1) => ({ identityKey: new Uint8Array(33).fill(identity), preKey: { keyId } });

let storage: DurableObjectStorage;
let used: UsedBundles;

/** As a session opens them. */
const opened = (): UsedBundles =>
  usedBundles(openAuthStore({ storage, isCurrent: () => true, onInbound: () => undefined }).keys);

beforeEach(() => {
  storage = numberStorage();
  storage.sql.exec("INSERT INTO credentials (id, value) VALUES (1, '{\"account\":{}}')");
  used = opened();
});

test("a bundle is known by its device, its identity and its one-time key, in later sessions too", async () => {
  await used.add("491@lid", bundle(7));
  const later = opened();
  expect(await later.has("491@lid", bundle(7))).toBe(true);
  for (const [device, other] of [
    ["491:2@lid", bundle(7)],
    ["491@lid", bundle(8)],
    ["491@lid", bundle(7, 2)],
  ] as const) {
    expect(await later.has(device, other)).toBe(false);
  }
});

test("one without a one-time key may be used again", async () => {
  await used.add("491@lid", { identityKey: new Uint8Array(33) });
  expect(await used.has("491@lid", { identityKey: new Uint8Array(33) })).toBe(false);
});

test("the last eight of a device are remembered", async () => {
  for (let keyId = 1; keyId <= 9; keyId += 1) await used.add("491@lid", bundle(keyId));
  expect([await used.has("491@lid", bundle(1)), await used.has("491@lid", bundle(2))]).toEqual([false, true]);
});
