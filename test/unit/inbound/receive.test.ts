import { beforeEach, describe, expect, test } from "vitest";
import { identify } from "../../../src/inbound/identify.ts";
import { type InboundContext, receive } from "../../../src/inbound/receive.ts";
import type { Store } from "../../../src/store/store.ts";
import { ALICE, ALICE_LID, GROUP, message, NOW, receivingNumber } from "./support.ts";

let store: Store;
let context: InboundContext;
let events: () => { type: string; chat_id: string | null; payload: Record<string, unknown> }[];

beforeEach(() => {
  const number = receivingNumber();
  ({ store, context } = number);
  events = () =>
    number.sql
      .exec<{ type: string; chat_id: string; payload: string }>(
        "SELECT type, chat_id, payload FROM events ORDER BY seq",
      )
      .toArray()
      .map((row) => ({ ...row, payload: JSON.parse(row.payload) }));
});

const stored = () => store.messages.list({ limit: 200 }).messages;

describe("a message that came in", () => {
  test("is a row, an event and a delivery", () => {
    expect(receive(message(), context)).toBe(true);
    expect(stored()).toEqual([
      {
        id: "3EB0A",
        direction: "inbound",
        chatId: ALICE,
        from: "491",
        to: "490",
        fromLid: null,
        pushName: "Alice",
        type: "text",
        text: "Hello",
        quoted: null,
        participant: null,
        unsupported: false,
        details: {},
        media: null,
        editedAt: null,
        deletedAt: null,
        timestamp: "2026-11-01T11:59:59.000Z",
        status: "received",
        failure: null,
        source: null,
      },
    ]);
    expect(events()).toMatchObject([
      { type: "message", chat_id: ALICE, payload: { message_id: "3EB0A", from_phone: "491", from_me: false } },
    ]);
    expect(store.deliveries.due(NOW, 10)).toMatchObject([{ seq: 1, chatId: ALICE }]);
    expect(store.lookups.received(message())).toEqual(Uint8Array.of(1, 2));
  });

  test("a second time changes nothing", () => {
    receive(message(), context);
    expect(receive(message(), context)).toBe(false);
    expect([stored().length, events().length, store.logs.newest(10).length]).toEqual([1, 1, 1]);
  });

  test("proves that its sender is on WhatsApp", () => {
    receive(message(), context);
    expect(store.contacts.isKnownOnWhatsApp("491", NOW)).toBe(true);
  });

  test("leaves one line in the log, without text, name or phone", () => {
    receive(message(), context);
    receive(
      message({ id: "3EB0B", content: { type: "image", text: "Hello", quoted: null, unsupported: false } }),
      context,
    );
    expect(store.logs.newest(10).map(({ message }) => message)).toEqual(["Received an image", "Received a message"]);
  });

  test("without a usable time has ours", () => {
    for (const [index, sentAt] of [Number.NaN, 0, -5].entries()) receive(message({ id: `${index}`, sentAt }), context);
    expect(stored().map(({ timestamp }) => timestamp)).toEqual(Array(3).fill("2026-11-01T12:00:00.000Z"));
  });
});

describe("who wrote", () => {
  test("is known by phone and LID when WhatsApp tells both, whichever it addressed", () => {
    receive(message({ chatJid: ALICE_LID, altJid: ALICE }), context);
    receive(message({ id: "3EB0B", chatJid: ALICE, altJid: ALICE_LID }), context);
    expect(stored()).toMatchObject([
      { id: "3EB0B", chatId: ALICE, from: "491", fromLid: "77" },
      { id: "3EB0A", chatId: ALICE, from: "491", fromLid: "77" },
    ]);
    expect(events().map(({ type }) => type)).toEqual(["message", "message"]);
  });

  test("is known by phone from an earlier message", () => {
    receive(message({ chatJid: ALICE_LID, altJid: ALICE }), context);
    receive(message({ id: "3EB0B", chatJid: ALICE_LID }), context);
    expect(stored()[0]).toMatchObject({ id: "3EB0B", chatId: ALICE, from: "491", fromLid: "77" });
  });

  test("is known by LID only when nothing else is", () => {
    receive(message({ chatJid: ALICE_LID }), context);
    expect(stored()).toMatchObject([{ chatId: ALICE_LID, from: null, fromLid: "77" }]);
    expect(events()).toMatchObject([{ payload: { from_phone: null, from_lid: "77", chat_id: ALICE_LID } }]);
  });

  test("a device of the sender makes no other chat", () => {
    receive(message({ chatJid: "491:3@s.whatsapp.net" }), context);
    expect(stored()).toMatchObject([{ chatId: ALICE, from: "491" }]);
  });
});

describe("a phone that becomes known later", () => {
  test("joins the chats, moves waiting deliveries and tells the receiver", () => {
    receive(message({ chatJid: ALICE_LID }), context);
    identify("491", "77", context);
    expect(stored()).toMatchObject([{ chatId: ALICE, from: "491" }]);
    expect(store.deliveries.due(NOW, 10)).toMatchObject([{ seq: 1, chatId: ALICE }]);
    expect(events().at(-1)).toEqual({
      type: "contact.identified",
      chat_id: ALICE,
      payload: { instance_id: "wa_1", chat_id: ALICE, phone: "491", lid: "77" },
    });
  });

  test("keeps the order of the chat: the event under the phone waits for the one under the LID", () => {
    receive(message({ chatJid: ALICE_LID }), context);
    identify("491", "77", context);
    receive(message({ id: "3EB0B" }), context);
    expect(store.deliveries.due(NOW, 10).map(({ seq }) => seq)).toEqual([1]);
  });

  test("is told once, and not at all when nothing was told under the LID alone", () => {
    identify("492", "78", context);
    expect(events()).toEqual([]);
    store.contacts.seen({ phone: null, lid: "77", pushName: null }, NOW);
    identify("491", "77", context);
    identify("491", "77", context);
    expect(events()).toHaveLength(1);
  });

  test("makes a repeated message no second one", () => {
    receive(message({ chatJid: ALICE_LID }), context);
    identify("491", "77", context);
    expect(receive(message({ chatJid: ALICE_LID }), context)).toBe(false);
  });
});

describe("a message typed on the linked phone", () => {
  const typed = message({ fromMe: true, pushName: "Me" });

  test("is an outbound message and an opt-in event", () => {
    expect(receive(typed, context)).toBe(false);
    expect(stored()).toMatchObject([
      {
        direction: "outbound",
        chatId: ALICE,
        from: "490",
        to: "491",
        fromLid: null,
        pushName: null,
        status: "sent",
        source: "phone",
      },
    ]);
    expect(events()).toMatchObject([{ type: "message.sent", payload: { from_me: true, source: "phone" } }]);
    expect(store.deliveries.nextDueAt()).toBeNull();
  });

  test("does not prove that its recipient is on WhatsApp", () => {
    receive(typed, context);
    expect(store.contacts.isKnownOnWhatsApp("491", NOW)).toBe(false);
  });

  test("is moved forward by receipts like one from the API", () => {
    receive(typed, context);
    expect(store.messages.advance("3EB0A", "read")).toMatchObject({ status: "read" });
  });
});

describe("a message in a group", () => {
  const inGroup = message({ chatJid: GROUP, participantJid: ALICE_LID, altJid: ALICE });

  test("belongs to the group and names who wrote, by phone when that is known", () => {
    receive(inGroup, context);
    expect(stored()).toMatchObject([{ chatId: GROUP, from: "491", to: "490", fromLid: "77" }]);
    expect(events().at(-1)).toMatchObject({
      chat_id: GROUP,
      payload: { is_group: true, group_id: GROUP, participant: ALICE_LID, from_phone: "491" },
    });
  });

  test("is kept in the group when its writer's phone becomes known", () => {
    receive(message({ chatJid: GROUP, participantJid: ALICE_LID }), context);
    identify("491", "77", context);
    expect(stored()).toMatchObject([{ chatId: GROUP }]);
  });

  test("typed on the linked phone has no single recipient", () => {
    receive({ ...inGroup, fromMe: true }, context);
    expect(stored()).toMatchObject([{ chatId: GROUP, direction: "outbound", from: "490", to: null }]);
  });
});

test("without a webhook everything is stored and nothing is queued", () => {
  expect(receive(message(), { ...context, hasWebhook: false })).toBe(false);
  expect([stored().length, events().length, store.deliveries.nextDueAt()]).toEqual([1, 1, null]);
});
