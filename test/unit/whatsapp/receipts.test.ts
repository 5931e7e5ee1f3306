import { describe, expect, test } from "vitest";
import type { BinaryNode } from "../../../src/whatsapp/baileys.ts";
import { ackOf, receiptOf, retryIn } from "../../../src/whatsapp/receipts.ts";

const ME = { id: "490:5@s.whatsapp.net", lid: "11:5@lid" };
const FROM_ALICE = { chatJid: "491@s.whatsapp.net", participantJid: null };
const GROUP = "120363000000000001@g.us";

const receipt = (attrs: Record<string, string>, content?: BinaryNode[]): BinaryNode => ({
  tag: "receipt",
  attrs: { id: "A", from: "491@s.whatsapp.net", t: "1793534400", ...attrs },
  ...(content ? { content } : {}),
});

const ack = (attrs: Record<string, string>, content?: BinaryNode[]): BinaryNode => ({
  tag: "ack",
  attrs: { class: "message", ...attrs },
  ...(content ? { content } : {}),
});

describe("a receipt", () => {
  test("without a type means delivered; read and played say so", () => {
    expect(receiptOf(receipt({}), ME)).toEqual({ ...FROM_ALICE, messageIds: ["A"], status: "delivered" });
    expect(receiptOf(receipt({ type: "read" }), ME)).toEqual({ ...FROM_ALICE, messageIds: ["A"], status: "read" });
    expect(receiptOf(receipt({ type: "played" }), ME)).toEqual({ ...FROM_ALICE, messageIds: ["A"], status: "played" });
  });

  test("may name more messages", () => {
    const list = {
      tag: "list",
      attrs: {},
      content: [
        { tag: "item", attrs: { id: "B" } },
        { tag: "item", attrs: {} },
      ],
    };
    expect(receiptOf(receipt({ type: "read" }, [list]), ME)).toEqual({
      ...FROM_ALICE,
      messageIds: ["A", "B"],
      status: "read",
    });
  });

  test.each(["sender", "retry", "inactive", "read-self", "peer_msg", "hist_sync", "server-error"])(
    "of the type %s says nothing about what we sent",
    (type) => {
      expect(receiptOf(receipt({ type }), ME)).toBeNull();
    },
  );

  test("without an id says nothing", () => {
    expect(receiptOf(receipt({ id: "" }), ME)).toBeNull();
  });
});

describe("whose receipt it is", () => {
  test("is told by its sender, without the device", () => {
    expect(receiptOf(receipt({ from: "77:3@lid" }), ME)).toMatchObject({ chatJid: "77@lid", participantJid: null });
  });

  test("in a group is told by the participant, in a broadcast the participant is the chat", () => {
    const participant = "77:3@lid";
    expect(receiptOf(receipt({ from: GROUP, participant }), ME)).toMatchObject({
      chatJid: GROUP,
      participantJid: "77@lid",
    });
    expect(receiptOf(receipt({ from: "5@broadcast", participant }), ME)).toMatchObject({
      chatJid: "77@lid",
      participantJid: null,
    });
  });

  test("may be our own devices', which read what others wrote: nothing of ours changes", () => {
    for (const type of ["", "read", "played"]) {
      const own = { type, from: "490@s.whatsapp.net", recipient: "491@s.whatsapp.net" };
      expect(receiptOf(receipt(own), ME)).toBeNull();
      expect(receiptOf(receipt({ type, from: GROUP, participant: "11:2@lid" }), ME)).toBeNull();
    }
  });
});

describe("a request for another copy", () => {
  test("names the chat, and in a group who asks", () => {
    const asked = { messageId: "A", chatJid: "491@s.whatsapp.net", participantJid: null, isOwnDevice: false };
    expect(retryIn(receipt({ type: "retry", from: "491:2@s.whatsapp.net" }), ME)).toEqual(asked);
    expect(retryIn(receipt({ type: "retry", from: GROUP, participant: "77:3@lid" }), ME)).toEqual({
      ...asked,
      chatJid: GROUP,
      participantJid: "77@lid",
    });
  });

  test("of one of our own devices is about the chat it names", () => {
    const own = { type: "retry", from: "11@lid", recipient: "491@s.whatsapp.net" };
    expect(retryIn(receipt(own), ME)).toMatchObject({ chatJid: "491@s.whatsapp.net", isOwnDevice: true });
  });

  test("is no other receipt", () => {
    expect([retryIn(receipt({}), ME), retryIn(receipt({ type: "read" }), ME)]).toEqual([null, null]);
  });
});

describe("an acknowledgement", () => {
  test("without an error means that WhatsApp took the message", () => {
    expect(ackOf(ack({ id: "A" }))).toEqual({ messageId: "A", error: null });
  });

  test("carries its error in an attribute or in a child", () => {
    expect(ackOf(ack({ id: "A", error: "463" }))).toEqual({ messageId: "A", error: 463 });
    const child = { tag: "error", attrs: { code: "479" } };
    expect(ackOf(ack({ id: "A" }, [child]))).toEqual({ messageId: "A", error: 479 });
  });

  test("without an id says nothing", () => {
    expect(ackOf(ack({}))).toBeNull();
  });
});
