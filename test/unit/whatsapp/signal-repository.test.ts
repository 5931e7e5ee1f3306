import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { acquainted, decrypted, encrypted, type GuardedDevice, guardedDevice } from "./guarded-device.ts";

const GROUP = "120363000000000001@g.us";
const BOBS_SESSION = "222_1.2";
const ALICES_SESSION = "111_1.1";

type Sent = Awaited<ReturnType<GuardedDevice["repository"]["encryptGroupMessage"]>>;

const texts = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name} ${index}`);

beforeEach(() => {
  // libsignal tells the console about every session that did not fit.
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a ciphertext", () => {
  test("is handed out only after its session was stored, even inside the transaction of a whole send", async () => {
    const [alice, bob] = await acquainted();
    const before = alice.stored("session", BOBS_SESSION);
    let during: string | undefined;
    await alice.keys.transaction(async () => {
      await encrypted(alice, bob, "one");
      during = alice.stored("session", BOBS_SESSION);
    }, "send");
    expect(before).toBeDefined();
    expect(during).toBeDefined();
    expect(during).not.toBe(before);
    expect(alice.stored("session", BOBS_SESSION)).toBe(during);
  });

  test("is not handed out when its session could not be stored, and its key is not lost", async () => {
    const [alice, bob] = await acquainted();
    alice.isCurrent = false;
    await expect(encrypted(alice, bob, "never seen")).rejects.toThrow("session was replaced");
    alice.isCurrent = true;
    expect(await decrypted(bob, alice, await encrypted(alice, bob, "seen"))).toBe("seen");
  });

  test("never uses a key twice, though another is made while the transaction of a send is open", async () => {
    const [alice, bob] = await acquainted();
    const outside = Promise.withResolvers<void>();
    const meanwhile = outside.promise.then(() => encrypted(alice, bob, "meanwhile"));
    const sent: Awaited<ReturnType<typeof encrypted>>[] = [];
    await alice.keys.transaction(async () => {
      sent.push(await encrypted(alice, bob, "before"));
      outside.resolve();
      sent.push(await meanwhile, await encrypted(alice, bob, "after"));
    }, "send");
    const read = [];
    for (const message of sent) read.push(await decrypted(bob, alice, message));
    expect(read).toEqual(["before", "meanwhile", "after"]);
  });

  test("does not undo what a message changed that came while the transaction of a send was open", async () => {
    const [alice, bob] = await acquainted();
    const fromBob = await encrypted(bob, alice, "in between");
    const outside = Promise.withResolvers<void>();
    const received = outside.promise.then(() => decrypted(alice, bob, fromBob));
    await alice.keys.transaction(async () => {
      await encrypted(alice, bob, "before");
      outside.resolve();
      await received;
      await encrypted(alice, bob, "after");
    }, "send");
    alice.inbound.length = 0;
    await expect(decrypted(alice, bob, fromBob)).rejects.toThrow("No matching sessions found");
  });

  test("never uses a key twice, however many operations are under way on both sides", async () => {
    const [alice, bob] = await acquainted();
    for (const round of texts("round", 3)) {
      const fromAlice = texts(`alice ${round}`, 10);
      const fromBob = texts(`bob ${round}`, 10);
      const [toBob, toAlice] = await Promise.all([
        Promise.all(fromAlice.map((text) => encrypted(alice, bob, text))),
        Promise.all(fromBob.map((text) => encrypted(bob, alice, text))),
      ]);
      const answers = await Promise.all([
        ...toBob.map((message) => decrypted(bob, alice, message)),
        ...toAlice.map((message) => decrypted(alice, bob, message)),
        ...texts("meanwhile", 10).map((text) => encrypted(alice, bob, text)),
      ]);
      expect(answers.slice(0, 20)).toEqual([...fromAlice, ...fromBob]);
    }
  });
});

describe("a decrypted message", () => {
  test("is committed in one write with the ratchet that moved", async () => {
    const [alice, bob] = await acquainted();
    await decrypted(bob, alice, await encrypted(alice, bob, "one"));
    expect(bob.commits).toEqual([["session", "x-inbound"]]);
    expect(bob.inbound.map(({ plaintext }) => Buffer.from(plaintext).toString())).toEqual(["one"]);
  });

  test("that could not be committed is neither stored nor lost: the same ciphertext can be read again", async () => {
    const [alice, bob] = await acquainted();
    const message = await encrypted(alice, bob, "one");
    bob.isCurrent = false;
    await expect(decrypted(bob, alice, message)).rejects.toThrow("session was replaced");
    expect(bob.inbound).toEqual([]);
    bob.isCurrent = true;
    expect(await decrypted(bob, alice, message)).toBe("one");
  });

  test("that comes again is answered from the store: as a first message, as a later one, as a group's", async () => {
    const [alice, bob] = [guardedDevice("111:1@lid"), guardedDevice("222:2@lid")];
    await alice.repository.injectE2ESession({ jid: bob.lid, session: bob.bundle });
    const first = await encrypted(alice, bob, "first");
    expect(first.type).toBe("pkmsg");
    expect([await decrypted(bob, alice, first), await decrypted(bob, alice, first)]).toEqual(["first", "first"]);

    await decrypted(alice, bob, await encrypted(bob, alice, "answer"));
    const later = await encrypted(alice, bob, "later");
    expect(later.type).toBe("msg");
    expect([await decrypted(bob, alice, later), await decrypted(bob, alice, later)]).toEqual(["later", "later"]);

    const { ciphertext, senderKeyDistributionMessage } = await alice.repository.encryptGroupMessage({
      group: GROUP,
      meId: alice.lid,
      data: Buffer.from("all"),
    });
    const item = { groupId: GROUP, axolotlSenderKeyDistributionMessage: senderKeyDistributionMessage };
    await bob.repository.processSenderKeyDistributionMessage({ authorJid: alice.lid, item });
    for (const _ of [1, 2]) {
      const plaintext = await bob.repository.decryptGroupMessage({
        group: GROUP,
        authorJid: alice.lid,
        msg: ciphertext,
      });
      expect(Buffer.from(plaintext).toString()).toBe("all");
    }
    expect(bob.inbound).toHaveLength(3);
  });

  test("that was never stored cannot be replayed", async () => {
    const [alice, bob] = await acquainted();
    const message = await encrypted(alice, bob, "one");
    await decrypted(bob, alice, message);
    const copy = { ...message, ciphertext: Uint8Array.from(message.ciphertext) };
    await expect(decrypted(bob, alice, { ...copy, ciphertext: Buffer.from(copy.ciphertext) })).rejects.toThrow();
    expect(bob.inbound).toHaveLength(1);
  });

  test("does not hold up those after it when it cannot be read", async () => {
    const [alice, bob] = await acquainted();
    const [spoilt, good] = [await encrypted(alice, bob, "spoilt"), await encrypted(alice, bob, "good")];
    spoilt.ciphertext.set([spoilt.ciphertext.at(-1) === 0 ? 1 : 0], spoilt.ciphertext.length - 1);
    const results = await Promise.allSettled([decrypted(bob, alice, spoilt), decrypted(bob, alice, good)]);
    expect(results).toMatchObject([{ status: "rejected" }, { status: "fulfilled", value: "good" }]);
    expect(bob.stored("session", ALICES_SESSION)).toBeDefined();
  });
});

describe("our own group sender key", () => {
  test("is the same for all who ask at once, though one asks inside the transaction of a send", async () => {
    const [alice, bob] = await acquainted();
    const group = { group: GROUP, meId: alice.lid };
    let first = Promise.withResolvers<Sent>().promise;
    await alice.keys.transaction(async () => {
      const inside = alice.repository.getSenderKeyDistributionMessage(group);
      first = alice.repository.encryptGroupMessage({ ...group, data: Buffer.from("first") });
      const item = { groupId: GROUP, axolotlSenderKeyDistributionMessage: await inside };
      await bob.repository.processSenderKeyDistributionMessage({ authorJid: alice.lid, item });
    }, "send");
    const second = await alice.repository.encryptGroupMessage({ ...group, data: Buffer.from("second") });
    const read = [];
    for (const { ciphertext } of [await first, second]) {
      const from = { group: GROUP, authorJid: alice.lid };
      read.push(Buffer.from(await bob.repository.decryptGroupMessage({ ...from, msg: ciphertext })).toString());
    }
    expect(read).toEqual(["first", "second"]);
  });
});

describe("a privacy token", () => {
  test("that is stored by a task which outlives its transaction is not lost", async () => {
    const [alice] = await acquainted();
    const over = Promise.withResolvers<void>();
    let task: Promise<void> = Promise.resolve();
    await alice.keys.transaction(async () => {
      task = over.promise.then(() => alice.keys.set({ tctoken: { "222@lid": { token: Buffer.from("token") } } }));
    }, "send");
    over.resolve();
    await task;
    expect(alice.stored("tctoken", "222@lid")).toContain(Buffer.from("token").toString("base64"));
  });
});
