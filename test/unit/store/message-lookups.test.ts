import { beforeEach, describe, expect, test } from "vitest";
import { openStore, type Store } from "../../../src/store/store.ts";
import type { Unavailable } from "../../../src/whatsapp/session.ts";
import { numberStorage } from "../../support/sqlite.ts";
import { inbound, outbound } from "./support.ts";

const GROUP = "120363000000000001@g.us";

let store: Store;

beforeEach(() => {
  store = openStore(numberStorage().sql);
});

describe("a message of ours", () => {
  test("is found for the chat it was sent to, under either address, and for nobody else", () => {
    store.messages.insert(outbound("A"));
    store.contacts.learn("491", "77");
    const found = ["491@s.whatsapp.net", "77@lid", "492@s.whatsapp.net", "78@lid", GROUP].map(
      (jid) => store.lookups.ours("A", jid) !== null,
    );
    expect(found).toEqual([true, true, false, false, false]);
  });

  test("that was taken back from everybody is not said again", () => {
    store.messages.insert(outbound("A"));
    store.messages.insert(outbound("B"));
    const deletion = { chatId: "491@s.whatsapp.net", direction: "outbound", participant: null, text: "" } as const;
    store.targets.apply({ ...deletion, details: { deleted: { messageId: "A" } } }, 1);
    const chat = "491@s.whatsapp.net";
    expect([store.lookups.repeatable("A", chat), store.lookups.ours("A", chat)]).toEqual([null, expect.anything()]);
    expect(store.lookups.repeatable("B", chat)).not.toBeNull();
    expect(store.lookups.repeatable("B", "492@s.whatsapp.net")).toBeNull();
  });

  test("is not one that somebody else wrote under its id", () => {
    store.messages.insert(inbound("A"));
    expect(store.lookups.ours("A", "491@s.whatsapp.net")).toBeNull();
    store.messages.insert(outbound("A", { payload: Uint8Array.of(9) }));
    expect(store.lookups.ours("A", "491@s.whatsapp.net")).toEqual(Uint8Array.of(9));
  });
});

describe("what our phone may have, and this device not", () => {
  const without = (unavailable: Unavailable, fields = {}) => ({
    details: { unavailable },
    payload: new Uint8Array(0),
    ...fields,
  });

  test("is what could not be decrypted and what was withheld, the newest first, and not for ever", () => {
    store.messages.insert(inbound("A", without("undecryptable", { sentAt: 1_000 })));
    store.messages.insert(inbound("B", without("undecryptable", { sentAt: 2_000, participant: "77@lid" })));
    store.messages.insert(inbound("C", { sentAt: 3_000 }));
    store.messages.insert(inbound("D", without("view_once", { sentAt: 3_000 })));
    store.messages.insert(outbound("E", without("withheld", { sentAt: 4_000 })));
    const chatJid = "491@s.whatsapp.net";
    expect(store.lookups.awaited(1_000)).toEqual([
      { id: "E", chatJid, participantJid: null, fromMe: true },
      { id: "B", chatJid, participantJid: "77@lid", fromMe: false },
    ]);
  });

  test("is some dozens at most", () => {
    for (let i = 0; i < 60; i += 1)
      store.messages.insert(inbound(`M${i}`, without("undecryptable", { sentAt: 2_000 })));
    const found = store.lookups.awaited(1_000);
    expect([found.length, found[0]?.id]).toEqual([50, "M59"]);
  });
});

describe("a poll", () => {
  test("of somebody else names its creator under both addresses", () => {
    store.contacts.learn("491", "77");
    store.messages.insert(inbound("A", { type: "poll", chatId: GROUP, address: GROUP, participant: "77@lid" }));
    expect(store.lookups.poll("A", GROUP)?.creatorJids).toEqual(["77@lid", "491@s.whatsapp.net"]);
    expect(store.lookups.poll("A", "120363000000000002@g.us")).toBeNull();
  });

  test("of ours names nobody", () => {
    store.messages.insert(outbound("A", { type: "poll" }));
    expect(store.lookups.poll("A", "491@s.whatsapp.net")).toMatchObject({ creatorJids: null });
  });
});
