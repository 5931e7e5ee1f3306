import { describe, expect, test } from "vitest";
import type { BinaryNode } from "../../../src/whatsapp/baileys.ts";
import { ackOf, receiptOf } from "../../../src/whatsapp/receipts.ts";

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
    expect(receiptOf(receipt({}))).toEqual({ messageIds: ["A"], status: "delivered" });
    expect(receiptOf(receipt({ type: "read" }))).toEqual({ messageIds: ["A"], status: "read" });
    expect(receiptOf(receipt({ type: "played" }))).toEqual({ messageIds: ["A"], status: "played" });
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
    expect(receiptOf(receipt({ type: "read" }, [list]))).toEqual({ messageIds: ["A", "B"], status: "read" });
  });

  test.each(["sender", "retry", "inactive", "read-self", "peer_msg", "hist_sync", "server-error"])(
    "of the type %s says nothing about what we sent",
    (type) => {
      expect(receiptOf(receipt({ type }))).toBeNull();
    },
  );

  test("without an id says nothing", () => {
    expect(receiptOf(receipt({ id: "" }))).toBeNull();
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
