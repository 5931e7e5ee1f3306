import { describe, expect, test } from "vitest";
import { eventBody, messagePayload, sentPayload, statusPayload } from "../../../src/events/payload.ts";
import type { SentRow } from "../../../src/store/messages-table.ts";
import { message, NOW } from "./support.ts";

const INSTANCE = "wa_1";

const sent: SentRow = {
  id: "3EB0B",
  chat_id: "77@lid",
  status: "sent",
  from_phone: "491",
  to_phone: null,
  type: "text",
  text: "Hi",
  details: "{}",
  sent_at: NOW,
  source: "reply",
};

describe("the payload of a message", () => {
  test("has the contract's fields and ours, and no key of the protocol", () => {
    expect(messagePayload(message(), INSTANCE)).toEqual({
      message_id: "3EB0A",
      created_at: "2026-11-01T12:00:00.000Z",
      from_phone: "492",
      to_phone: "491",
      message: "Hello",
      media_type: "text",
      type: "text",
      media_url: null,
      mime_type: null,
      file_name: null,
      status: "received",
      webhook_id: INSTANCE,
      quoted_message: null,
      quoted: null,
      instance_id: INSTANCE,
      chat_id: "492@s.whatsapp.net",
      from_lid: "77",
      push_name: "Bob",
      is_group: false,
      group_id: null,
      participant: null,
      from_me: false,
    });
  });

  test("of a group names the group and who wrote", () => {
    const inGroup = message({ chatId: "120@g.us", participant: "77@lid" });
    expect(messagePayload(inGroup, INSTANCE)).toMatchObject({
      chat_id: "120@g.us",
      is_group: true,
      group_id: "120@g.us",
      participant: "77@lid",
    });
  });

  test("tells what it quotes, and what this version cannot show", () => {
    const odd = message({ quoted: { messageId: "3EB0Z", text: "Before" }, unsupported: true, text: "" });
    expect(messagePayload(odd, INSTANCE)).toMatchObject({
      message: "",
      quoted_message: "Before",
      quoted: { message_id: "3EB0Z", text: "Before" },
      unsupported: true,
    });
  });
});

test("the payload of a sent message tells how it came to be sent", () => {
  expect(sentPayload(sent, INSTANCE)).toEqual({
    message_id: "3EB0B",
    created_at: "2026-11-01T12:00:00.000Z",
    from_phone: "491",
    to_phone: null,
    message: "Hi",
    media_type: "text",
    type: "text",
    status: "sent",
    webhook_id: INSTANCE,
    instance_id: INSTANCE,
    chat_id: "77@lid",
    from_lid: null,
    from_me: true,
    source: "reply",
  });
});

test("the payload of a status tells why a message failed", () => {
  const failure = { code: 463, reason: "restricted" };
  expect(statusPayload({ ...sent, status: "failed" }, INSTANCE, failure)).toEqual({
    message_id: "3EB0B",
    instance_id: INSTANCE,
    chat_id: "77@lid",
    to_phone: null,
    to_lid: "77",
    status: "failed",
    code: 463,
    reason: "restricted",
  });
  expect(statusPayload({ ...sent, status: "read" }, INSTANCE)).toMatchObject({
    status: "read",
    code: null,
    reason: null,
  });
});

test("a delivery carries the event's place in the log beside its payload", () => {
  const event = { seq: 7, type: "message", chatId: null, payload: { message: "Hello" }, createdAt: NOW };
  expect(eventBody(event)).toEqual({
    event_id: "evt_7",
    seq: 7,
    event: "message",
    created_at: "2026-11-01T12:00:00.000Z",
    message: "Hello",
  });
  const ownTime = { ...event, payload: { created_at: "2026-11-01T11:59:59.000Z" } };
  expect(eventBody(ownTime)).toMatchObject({ created_at: "2026-11-01T11:59:59.000Z" });
});
