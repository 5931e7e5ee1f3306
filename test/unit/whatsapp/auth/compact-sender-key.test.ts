import { describe, expect, test } from "vitest";
import { compactSenderKey } from "../../../../src/whatsapp/auth/compact-sender-key.ts";
import { type GuardedDevice, guardedDevice } from "../guarded-device.ts";

const GROUP = "120363000000000001@g.us";
const MESSAGES = 300;

type Sent = Awaited<ReturnType<GuardedDevice["repository"]["encryptGroupMessage"]>>;

const say = (alice: GuardedDevice, text: string): Promise<Sent> =>
  alice.repository.encryptGroupMessage({ group: GROUP, meId: alice.lid, data: Buffer.from(text) });

async function hear(bob: GuardedDevice, alice: GuardedDevice, { ciphertext }: Sent): Promise<string> {
  const plaintext = await bob.repository.decryptGroupMessage({ group: GROUP, authorJid: alice.lid, msg: ciphertext });
  return Buffer.from(plaintext).toString();
}

/** Two members; the second has the first's key. */
async function group(): Promise<{ alice: GuardedDevice; bob: GuardedDevice; first: Sent }> {
  const [alice, bob] = [guardedDevice("111:1@lid"), guardedDevice("222:2@lid")];
  const first = await say(alice, "message 0");
  const item = { groupId: GROUP, axolotlSenderKeyDistributionMessage: first.senderKeyDistributionMessage };
  await bob.repository.processSenderKeyDistributionMessage({ authorJid: alice.lid, item });
  return { alice, bob, first };
}

const record = (device: GuardedDevice): Buffer => {
  const [value] = device.storage.sql
    .exec<{ value: string }>("SELECT value FROM signal_keys WHERE type = 'sender-key'")
    .toArray()
    .map((row) => row.value);
  return Buffer.from(JSON.parse(value ?? "{}").data, "base64");
};

const keptKeys = (device: GuardedDevice): number[] =>
  JSON.parse(record(device).toString()).map(
    (state: { senderMessageKeys: unknown[] }) => state.senderMessageKeys.length,
  );

describe("our own group sender key", () => {
  test("stays as small after hundreds of messages as after one, and every message can be read", async () => {
    const { alice, bob, first } = await group();
    const size = record(alice).length;
    const heard = [await hear(bob, alice, first)];
    for (let n = 1; n < MESSAGES; n += 1) heard.push(await hear(bob, alice, await say(alice, `message ${n}`)));
    expect(heard).toEqual(Array.from({ length: MESSAGES }, (_, n) => `message ${n}`));
    expect(keptKeys(alice)).toEqual([0]);
    expect(record(alice).length).toBeLessThan(size + 100);
  });
});

describe("somebody else's group sender key", () => {
  test("keeps the keys of messages that are still to come: they can be read in any order", async () => {
    const { alice, bob, first } = await group();
    const later = [await say(alice, "message 1"), await say(alice, "message 2"), await say(alice, "message 3")];
    const heard = [];
    for (const message of [...later.reverse(), first]) heard.push(await hear(bob, alice, message));
    expect(heard).toEqual(["message 3", "message 2", "message 1", "message 0"]);
  });

  test("keeps what it needs when it is stored, and is stored alike however often", async () => {
    const { alice, bob } = await group();
    await say(alice, "lost");
    await hear(bob, alice, await say(alice, "heard"));
    expect(keptKeys(bob)[0]).toBeGreaterThan(0);
    expect(compactSenderKey(record(bob))).toEqual(record(bob));
  });
});

test.each([
  ["nothing", Buffer.alloc(0)],
  ["no JSON", Buffer.from("not JSON")],
  ["an object", Buffer.from("{}")],
  ["a record without states", Buffer.from("[]")],
  ["a state without keys", Buffer.from(`[{"senderKeyId":1}]`)],
])("a record that is %s is left as it is", (_, bytes) => {
  expect(compactSenderKey(bytes)).toEqual(bytes);
});
