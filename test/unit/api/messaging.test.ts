import { describe, expect, test } from "vitest";
import type { MessageQuery, OutgoingMessage, SentMessage, StoredMessage } from "../../../src/durable/rpc.ts";
import { ok } from "../../../src/errors.ts";
import { api, issuePaths } from "./support.ts";

const send = "POST /api/instances/wa_1/send";

const sentMessage: SentMessage = {
  messageId: "3EB0",
  status: "sent",
  messageType: "text",
  createdAt: "2026-01-29T12:00:00.000Z",
  from: "60111111111",
  to: "60123456789",
  chatId: "60123456789@s.whatsapp.net",
  text: "hi",
  delayMs: 12,
  reason: null,
  code: null,
};

/** An API whose instance remembers what it was asked to send. */
function sending(changes: Partial<SentMessage> = {}) {
  const given: OutgoingMessage[] = [];
  const world = api({
    instance: {
      send: async (_orgId, message) => {
        given.push(message);
        return ok({ ...sentMessage, ...changes });
      },
    },
  });
  return { ...world, given };
}

describe("sending a text", () => {
  test.each(["sent", "pending"] as const)("that is %s succeeds", async (status) => {
    const { call } = sending({ status });
    expect((await call(send, { json: { to: "60123456789", message: "hi" } })).body).toEqual({
      success: true,
      messageType: "text",
      messageId: "3EB0",
      status,
      result: { sent: true, delay: 12, typingSimulation: false, delayEnabled: false },
    });
  });

  test("that WhatsApp refuses is an answer with the reason, not an error", async () => {
    const { call } = sending({ status: "failed", reason: "WhatsApp restricts new chats", code: 463 });
    const answer = await call(send, { json: { to: "60123456789", message: "hi" } });
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        success: false,
        messageType: "text",
        messageId: "3EB0",
        status: "failed",
        code: "send_failed",
        whatsappCode: 463,
        result: {
          sent: false,
          reason: "WhatsApp restricts new chats",
          delay: 12,
          typingSimulation: false,
          delayEnabled: false,
        },
      },
    ]);
  });

  test("takes the contract's aliases, and both when they agree", async () => {
    const { call, given } = sending();
    await call(send, { json: { to: "+60 12-345 6789", message: "hi" } });
    await call(send, { json: { to_phone: "60123456789", text: "hi" } });
    await call(send, { json: { to: "60123456789", to_phone: "+60123456789", message: "hi", text: "hi" } });
    await call(send, { json: { to: "60123456789@s.whatsapp.net", to_phone: "60123456789", text: "hi" } });
    expect(given).toEqual([
      { kind: "text", to: "60123456789", text: "hi" },
      { kind: "text", to: "60123456789", text: "hi" },
      { kind: "text", to: "60123456789", text: "hi" },
      { kind: "text", to: "60123456789@s.whatsapp.net", text: "hi" },
    ]);
  });

  test("keeps the text exactly as it is, up to 65,536 characters", async () => {
    const { call, given } = sending();
    const texts = ["  \u{1F525} a\nb ", "x".repeat(65_536), "\u0000\u202e"];
    for (const message of texts) expect((await call(send, { json: { to: "60123456789", message } })).status).toBe(200);
    expect(given.map((message) => "text" in message && message.text)).toEqual(texts);
  });

  test.each([
    [{}, ["to"]],
    [{ to: "60123456789" }, ["message"]],
    [{ to: "60123456789", message: "" }, ["message"]],
    [{ to: "60123456789", message: " \n" }, ["message"]],
    [{ to: "60123456789", message: "x".repeat(65_537) }, ["message"]],
    [{ to: "60123456789", message: 1 }, ["message"]],
    [{ to: 60123456789, message: "hi" }, ["to"]],
    [{ to: "12345", message: "hi" }, ["to"]],
    [{ to: "nobody", message: "hi" }, ["to"]],
    [{ to: "60123456789", to_phone: "60123456780", message: "hi" }, ["to_phone"]],
    [{ to: "60123456789", message: "a", text: "b" }, ["text"]],
    [{ to: "60123456789", message: "hi", messageType: "telegram" }, ["messageType"]],
  ])("with %j is 400 and sends nothing", async (json, paths) => {
    const { call, given } = sending();
    const answer = await call(send, { json });
    expect([answer.status, issuePaths(answer), given]).toEqual([400, paths, []]);
  });
});

describe("the history", () => {
  const stored: StoredMessage = {
    id: "3EB0",
    direction: "inbound",
    chatId: "123@lid",
    from: null,
    to: "60123456789",
    fromLid: "123",
    pushName: "Ana",
    type: "image",
    text: "look",
    quoted: null,
    participant: null,
    unsupported: false,
    details: { forwarded: true },
    media: null,
    editedAt: null,
    deletedAt: null,
    timestamp: "2026-01-29T12:00:00.000Z",
    status: "received",
    failure: null,
    source: null,
  };

  test("shows what is stored, with the kind of medium and the cursor", async () => {
    const { call } = api({
      instance: { listMessages: async () => ok({ messages: [stored, { ...stored, type: "text" }], next: "c" }) },
    });
    const { details: _, ...row } = stored;
    const shown = { ...row, forwarded: true, groupId: null, mediaUrl: null, mimeType: null, fileName: null };
    expect((await call("GET /api/instances/wa_1/messages")).body).toEqual({
      success: true,
      count: 2,
      messages: [
        { ...shown, mediaType: "image" },
        { ...shown, type: "text", mediaType: null },
      ],
      next: "c",
    });
  });

  test("passes its filters on, times in UTC and phones as digits", async () => {
    const queries: MessageQuery[] = [];
    const { call } = api({
      instance: {
        listMessages: async (_orgId, query) => {
          queries.push(query);
          return ok({ messages: [], next: null });
        },
      },
    });
    const filters = "direction=outbound&limit=200&since=2026-01-29T01:00:00%2B01:00&phone=%2B60%2012&q=a%25b&cursor=c";
    expect(issuePaths(await call(`GET /api/instances/wa_1/messages?${filters}`))).toEqual(["phone"]);
    await call(`GET /api/instances/wa_1/messages?${filters.replace("12", "123456789")}`);
    await call("GET /api/instances/wa_1/messages");
    expect(queries).toEqual([
      {
        direction: "outbound",
        limit: 200,
        since: "2026-01-29T00:00:00.000Z",
        phone: "60123456789",
        q: "a%b",
        cursor: "c",
      },
      { limit: 50 },
    ]);
  });

  test.each([
    "direction=both",
    "limit=0",
    "limit=201",
    "since=yesterday",
    "since=2026-13-01T00:00:00Z",
    "phone=12",
    "q=",
    "cursor=",
  ])("with %s is 400", async (query) => {
    const answer = await api().call(`GET /api/instances/wa_1/messages?${query}`);
    expect([answer.status, issuePaths(answer)]).toEqual([400, [query.split("=")[0]]]);
  });
});
