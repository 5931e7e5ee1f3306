import { beforeEach, describe, expect, test } from "vitest";
import type { NewMessage } from "../../../src/store/messages-table.ts";
import { openStore, type Store } from "../../../src/store/store.ts";
import { numberStorage } from "../../support/sqlite.ts";
import { outbound } from "../sending/support.ts";

const ALICE = "491@s.whatsapp.net";
const GROUP = "120363000000000001@g.us";
const NOW = Date.parse("2026-11-01T13:00:00.000Z");

let store: Store;
beforeEach(() => {
  store = openStore(numberStorage().sql);
});

const inbound = (id: string, fields: Partial<NewMessage> = {}) =>
  outbound(id, { direction: "inbound", status: "received", source: null, fromPhone: "491", ...fields });
const add = (...messages: NewMessage[]): void => {
  for (const message of messages) store.messages.insert(message);
};
const shown = (id: string) => store.messages.list({ limit: 50 }).messages.find((message) => message.id === id);
const edit = (messageId: string, fields = {}) => ({
  chatId: ALICE,
  direction: "inbound" as const,
  participant: null,
  text: "new",
  details: { edited: { messageId } },
  ...fields,
});

describe("an edit", () => {
  test("changes the text of its message and says when", () => {
    add(inbound("A"));
    store.targets.apply(edit("A"), NOW);
    expect(shown("A")).toMatchObject({ text: "new", editedAt: "2026-11-01T13:00:00.000Z", deletedAt: null });
  });

  test.each([
    ["of the other side", { direction: "outbound" as const }],
    ["of another chat", { chatId: "492@s.whatsapp.net" }],
    ["of another member of the group", { chatId: GROUP, participant: "78@lid" }],
  ])("cannot change a message %s", (_, fields) => {
    add(inbound("A"), inbound("A", { chatId: GROUP, participant: "77@lid" }));
    store.targets.apply(edit("A", fields), NOW);
    expect(store.messages.list({ limit: 5 }).messages.map(({ text }) => text)).toEqual(["text of A", "text of A"]);
  });
});

test("a deletion keeps the text and says when it was taken back", () => {
  add(inbound("A"));
  store.targets.apply({ ...edit("A"), details: { deleted: { messageId: "A" } } }, NOW);
  expect(shown("A")).toMatchObject({ text: "text of A", deletedAt: "2026-11-01T13:00:00.000Z" });
  expect(store.targets.find("A", null)?.deletedAt).toBe(NOW);
});

test("a message is found although others send theirs under its id later", () => {
  add(outbound("A", { status: "sent" }), inbound("A"), inbound("A", { chatId: "492@s.whatsapp.net" }));
  expect(store.targets.find("A", null)).toMatchObject({ chatId: ALICE, direction: "outbound" });
  expect(store.targets.find("A", ALICE)).toMatchObject({ direction: "outbound" });
});

test("a message is found by its id, in the chat that is named", () => {
  add(inbound("A"));
  expect(store.targets.find("A", ALICE)).toMatchObject({ id: "A", chatId: ALICE, direction: "inbound" });
  expect(store.targets.find("A", GROUP)).toBeNull();
  expect(store.targets.find("B", null)).toBeNull();
});

test("a chat last spoke when somebody wrote, not when somebody reacted", () => {
  add(inbound("A", { sentAt: NOW }), inbound("B", { type: "reaction", sentAt: NOW + 5 }));
  expect(store.targets.lastSpoke(ALICE)).toBe(NOW);
  expect(store.targets.lastSpoke(GROUP)).toBeNull();
});
