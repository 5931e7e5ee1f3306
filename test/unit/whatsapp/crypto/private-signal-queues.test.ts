import { describe, expect, test } from "vitest";
import { acquainted, decrypted, encrypted, guardedDevice } from "../guarded-device.ts";

describe("two numbers of one process that write to the same contact", () => {
  test("do not wait for each other, not even while one of them is stuck", async () => {
    const [alice, bob] = await acquainted();
    const carol = guardedDevice("333:3@lid");
    await carol.repository.injectE2ESession({ jid: bob.lid, session: bob.bundle });

    const gate = Promise.withResolvers<void>();
    const { get } = alice.keys;
    alice.keys.get = async (type, ids) => {
      if (type === "session") await gate.promise;
      return get(type, ids);
    };
    const stuck = encrypted(alice, bob, "from Alice");
    const free = await encrypted(carol, bob, "from Carol");
    gate.resolve();
    expect(await decrypted(bob, alice, await stuck)).toBe("from Alice");
    expect(await decrypted(bob, carol, free)).toBe("from Carol");
  });

  test("can open their sessions at the same time", async () => {
    const [alice, bob, carol] = [guardedDevice("111:1@lid"), guardedDevice("222:2@lid"), guardedDevice("333:3@lid")];
    await Promise.all(
      [alice, carol].map((device) => device.repository.injectE2ESession({ jid: bob.lid, session: bob.bundle })),
    );
    const texts = Array.from({ length: 20 }, (_, n) => `message ${n}`);
    const sent = await Promise.all(
      texts.flatMap((text) =>
        [alice, carol].map(async (from) => ({ from, text, ...(await encrypted(from, bob, text)) })),
      ),
    );
    for (const { from, text, ...message } of sent) expect(await decrypted(bob, from, message)).toBe(text);
  });
});
