import { beforeEach, describe, expect, test } from "vitest";
import { contactsTable } from "../../../src/store/contacts-table.ts";
import { messageLookups } from "../../../src/store/message-lookups.ts";
import { type MessageStatus, type MessagesTable, messagesTable } from "../../../src/store/messages-table.ts";
import { type SendsTable, sendsTable } from "../../../src/store/sends-table.ts";
import { numberStorage } from "../../support/sqlite.ts";
import { ALICE, AT, inbound, outbound } from "./support.ts";

const ALICE_LID = "77@lid";

let sql: SqlStorage;
let messages: MessagesTable;
let sends: SendsTable;

beforeEach(() => {
  ({ sql } = numberStorage());
  messages = messagesTable(sql);
  sends = sendsTable(sql);
});

const ids = (query: Parameters<MessagesTable["list"]>[0]) => messages.list(query).messages.map(({ id }) => id);

describe("a message", () => {
  test("is shown as it was stored", () => {
    messages.insert(inbound("A"));
    expect(messages.list({ limit: 10 })).toEqual({
      messages: [
        {
          id: "A",
          direction: "inbound",
          chatId: ALICE,
          from: "491",
          to: "490",
          fromLid: null,
          pushName: "Alice",
          type: "text",
          text: "text of A",
          quoted: null,
          participant: null,
          unsupported: false,
          details: {},
          media: null,
          editedAt: null,
          deletedAt: null,
          timestamp: "2026-11-01T12:00:00.000Z",
          status: "received",
          failure: null,
          source: null,
        },
      ],
      next: null,
    });
  });

  test("that WhatsApp repeats is stored once", () => {
    expect(messages.insert(inbound("A"))).toBe(true);
    expect(messages.insert(inbound("A", { text: "again" }))).toBe(false);
    expect(messages.list({ limit: 10 }).messages).toMatchObject([{ text: "text of A" }]);
  });

  test("with the id of another chat's message, or of one that went out, is a message of its own", () => {
    messages.insert(inbound("A"));
    expect(messages.insert(inbound("A", { chatId: "492@s.whatsapp.net" }))).toBe(true);
    expect(messages.insert(outbound("A"))).toBe(true);
  });

  test("of ours is found by its id, for a recipient who could not read it", () => {
    messages.insert(inbound("A"));
    expect(messages.payloadOfOurs("A")).toBeNull();
    messages.insert(outbound("A", { payload: Uint8Array.of(4) }));
    expect(messages.payloadOfOurs("A")).toEqual(Uint8Array.of(4));
  });

  test("that comes again is found by its id and where it came from, never by its id alone", () => {
    const GROUP = "120363000000000001@g.us";
    messages.insert(inbound("A", { address: ALICE_LID }));
    messages.insert(inbound("B", { chatId: GROUP, address: GROUP, participant: ALICE_LID, payload: Uint8Array.of(4) }));
    const found = (id: string, chatJid: string, participantJid: string | null = null) =>
      messageLookups(sql, contactsTable(sql)).received({ id, chatJid, participantJid });
    expect(found("A", ALICE_LID)).toEqual(Uint8Array.of(1, 2, 3));
    expect(found("B", GROUP, ALICE_LID)).toEqual(Uint8Array.of(4));
    expect([found("A", "78@lid"), found("B", GROUP, "78@lid"), found("B", GROUP), found("C", ALICE_LID)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});

describe("a list", () => {
  test("is newest first, in pages that neither overlap nor skip", () => {
    for (const id of ["A", "B", "C", "D", "E"]) messages.insert(inbound(id));
    const first = messages.list({ limit: 2 });
    messages.insert(inbound("F"));
    const second = messages.list({ limit: 2, cursor: first.next ?? "" });
    const third = messages.list({ limit: 2, cursor: second.next ?? "" });
    expect([first, second, third].map((page) => page.messages.map(({ id }) => id))).toEqual([
      ["E", "D"],
      ["C", "B"],
      ["A"],
    ]);
    expect(third.next).toBeNull();
  });

  test("can be narrowed to a direction, a time, a phone and a word", () => {
    messages.insert(inbound("A", { text: "Good MORNING" }));
    messages.insert(outbound("B", { sentAt: AT + 1 }));
    messages.insert(inbound("C", { chatId: "492@s.whatsapp.net", fromPhone: "492", sentAt: AT + 2 }));
    expect(ids({ limit: 10, direction: "outbound" })).toEqual(["B"]);
    expect(ids({ limit: 10, since: "2026-11-01T12:00:00.000Z" })).toEqual(["C", "B"]);
    expect(ids({ limit: 10, phone: "492" })).toEqual(["C"]);
    expect(ids({ limit: 10, phone: "491" })).toEqual(["B", "A"]);
    expect(ids({ limit: 10, q: "morning" })).toEqual(["A"]);
    expect(ids({ limit: 10, direction: "inbound", phone: "491", q: "nothing like it" })).toEqual([]);
  });

  test("takes a search for what it is: no wildcard, however long", () => {
    messages.insert(inbound("A", { text: "100 % of it" }));
    expect(ids({ limit: 10, q: "100 %" })).toEqual(["A"]);
    expect(ids({ limit: 10, q: "1%0" })).toEqual([]);
    expect(ids({ limit: 10, q: "'; DROP TABLE messages; --" })).toEqual([]);
    expect(ids({ limit: 10, q: "x".repeat(500) })).toEqual([]);
  });
});

describe("the outbox", () => {
  test("holds what is pending, oldest first, each with its slot", () => {
    messages.insert(outbound("A"));
    messages.insert(inbound("B"));
    messages.insert(outbound("C", { address: ALICE_LID }));
    messages.insert(outbound("D", { status: "sent" }));
    const slot = { lane: "cold", digest: null, isNew: false } as const;
    sends.reserve({ ...slot, messageId: "C", chatId: ALICE, at: AT + 5_000, typingMs: 700 });
    expect(messages.queued(10)).toEqual([
      { seq: 1, id: "A", chatId: ALICE, address: ALICE, at: 0, typingMs: 0, transmitted: false, isReply: false },
      {
        seq: 3,
        id: "C",
        chatId: ALICE,
        address: ALICE_LID,
        at: AT + 5_000,
        typingMs: 700,
        transmitted: false,
        isReply: false,
      },
    ]);
    expect(messages.queued(1).map(({ id }) => id)).toEqual(["A"]);
  });

  test("tells which messages have waited too long", () => {
    messages.insert(outbound("A", { sentAt: AT - 1 }));
    messages.insert(outbound("B"));
    messages.insert(inbound("C", { sentAt: AT - 1 }));
    expect(messages.pendingSince(AT)).toEqual(["A"]);
  });
});

describe("a status", () => {
  const ORDER: MessageStatus[] = ["pending", "sent", "delivered", "read", "played"];

  test("only moves forward, for receipts overtake each other", () => {
    for (const [from, before] of ORDER.entries()) {
      for (const [to, after] of ORDER.entries()) {
        const id = `${before}-${after}`;
        messages.insert(outbound(id, { status: before }));
        expect([id, messages.advance(id, after)?.status]).toEqual([id, to > from ? after : undefined]);
      }
    }
  });

  test("of a failed message is final", () => {
    messages.insert(outbound("A"));
    messages.advance("A", "failed", { code: 463, reason: "restricted" });
    expect(messages.advance("A", "sent")).toBeNull();
    expect(messages.advance("A", "read")).toBeNull();
  });

  test("never touches a message that came in", () => {
    messages.insert(inbound("A"));
    expect(messages.advance("A", "read")).toBeNull();
    expect(messages.advance("A", "failed", { code: 463, reason: "" })).toBeNull();
    expect(messages.list({ limit: 1 }).messages).toMatchObject([{ status: "received" }]);
  });

  test("of a message nobody knows changes nothing", () => {
    expect(messages.advance("A", "read")).toBeNull();
  });
});

describe("a chat whose phone became known", () => {
  test("is one chat from then on, with the phone in every message", () => {
    messages.insert(inbound("A", { chatId: ALICE_LID, fromPhone: null }));
    messages.insert(outbound("B", { chatId: ALICE_LID, toPhone: null }));
    messages.insert(inbound("C", { chatId: "78@lid", fromPhone: null }));
    messages.rekeyChat({ from: ALICE_LID, to: ALICE, phone: "491", lid: "77" });
    expect(messages.list({ limit: 10, phone: "491" }).messages).toMatchObject([
      { id: "B", chatId: ALICE, from: "490", to: "491" },
      { id: "A", chatId: ALICE, from: "491", to: "490" },
    ]);
    expect(messages.list({ limit: 1 }).messages).toMatchObject([{ id: "C", chatId: "78@lid", from: null }]);
  });

  test("survives a message that is stored under both ids", () => {
    messages.insert(inbound("A"));
    messages.insert(inbound("A", { chatId: ALICE_LID }));
    messages.rekeyChat({ from: ALICE_LID, to: ALICE, phone: "491", lid: "77" });
    expect(ids({ limit: 10 })).toEqual(["A"]);
  });
});
