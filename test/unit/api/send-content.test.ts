import { describe, expect, test } from "vitest";
import type { OutgoingMessage, SentMessage } from "../../../src/durable/rpc.ts";
import { ok, refuse } from "../../../src/errors.ts";
import { messageTypeOf } from "../../../src/schemas/send-content.ts";
import { api, issuePaths } from "./support.ts";

const TO = "60123456789";

const sentMessage: SentMessage = {
  messageId: "3EB0",
  status: "sent",
  messageType: "text",
  createdAt: "2026-01-29T12:00:00.000Z",
  from: "60111111111",
  to: TO,
  chatId: `${TO}@s.whatsapp.net`,
  text: "hi",
  delayMs: 0,
  reason: null,
  code: null,
};

function sending() {
  const given: OutgoingMessage[] = [];
  const world = api({
    instance: {
      send: async (_orgId, message) => {
        given.push(message);
        return ok(sentMessage);
      },
    },
  });
  return { given, send: (json: object) => world.call("POST /api/instances/wa_1/send", { json: { to: TO, ...json } }) };
}

const row = (title: string, more = {}) => ({ id: title.toLowerCase(), title, ...more });
const rows = (count: number) => Array.from({ length: count }, (_, index) => row(`Row ${index}`));

describe("a message becomes", () => {
  test.each<[object, object]>([
    [
      { latitude: 3.1, longitude: 101.7 },
      { kind: "location", latitude: 3.1, longitude: 101.7, text: "" },
    ],
    [
      { latitude: 0, longitude: 0, locationName: "Null", locationAddress: "Sea", message: "here" },
      { kind: "location", latitude: 0, longitude: 0, name: "Null", address: "Sea", text: "here" },
    ],
    [
      { contactCard: { displayName: "John", phoneNumber: "+60 12-345 6789" } },
      { kind: "contact", displayName: "John", phoneNumber: TO },
    ],
    [{ contactCard: { phoneNumber: TO } }, { kind: "contact", displayName: TO, phoneNumber: TO }],
    [
      { text: "Choose", footer: "F", buttons: [{ text: "Yes" }, { id: "w", text: "Web", url: "https://example.com" }] },
      {
        kind: "buttons",
        text: "Choose",
        footer: "F",
        fallback: "text",
        buttons: [
          { id: "Yes", text: "Yes" },
          { id: "w", text: "Web", url: "https://example.com" },
        ],
      },
    ],
    [
      {
        text: "Pick",
        title: "T",
        fallback: "none",
        sections: [{ rows: [row("A", { description: "first" }), row("B")] }],
      },
      {
        kind: "list",
        text: "Pick",
        title: "T",
        fallback: "none",
        buttonText: "Menu",
        sections: [{ title: "", rows: [row("A", { description: "first" }), row("B")] }],
      },
    ],
    [
      { poll: { question: "When?", options: ["Mon", "Tue"] } },
      { kind: "poll", text: "When?", options: ["Mon", "Tue"], selectableCount: 1 },
    ],
    [
      { message: "When?", poll: { options: ["Mon", "Tue"], multiple: true } },
      { kind: "poll", text: "When?", options: ["Mon", "Tue"], selectableCount: 0 },
    ],
    [
      { message: "hi @60123", quotedMessageId: "3EB0A", mentions: ["+60 123 456 78", "77@lid"] },
      { kind: "text", text: "hi @60123", quotedMessageId: "3EB0A", mentions: ["6012345678", "77@lid"] },
    ],
    [
      { text: "hi", contactName: " Maria\n\tSilva " },
      { kind: "text", text: "hi", contactName: "Maria Silva" },
    ],
    [
      { text: "hi", contactName: " " },
      { kind: "text", text: "hi" },
    ],
    [
      { text: "hi", contactName: "Maria", skipContactSave: true },
      { kind: "text", text: "hi" },
    ],
  ])("%j", async (json, message) => {
    const { given, send } = sending();
    expect((await send(json)).status).toBe(200);
    expect(given).toEqual([{ to: TO, ...message }]);
  });
});

describe("a message with", () => {
  const four = Array.from({ length: 4 }, (_, index) => ({ text: `B${index}` }));
  test.each<[string, object, string[]]>([
    ["four buttons", { text: "x", buttons: four }, ["buttons"]],
    ["a title of 21 characters", { text: "x", buttons: [{ text: "x".repeat(21) }] }, ["buttons.0.text"]],
    ["a button without a title", { text: "x", buttons: [{ id: "a" }] }, ["buttons.0.text"]],
    ["two buttons of one id", { text: "x", buttons: [{ text: "A" }, { text: "A" }] }, ["buttons"]],
    ["a link that is none", { text: "x", buttons: [{ text: "A", url: "javascript:1" }] }, ["buttons.0.url"]],
    ["buttons without a text", { buttons: [{ text: "A" }] }, ["message"]],
    ["no buttons", { text: "x", messageType: "buttons" }, ["buttons"]],
    [
      "eleven rows",
      {
        text: "x",
        sections: [
          { title: "A", rows: rows(6) },
          { title: "B", rows: rows(11).slice(6) },
        ],
      },
      ["sections"],
    ],
    ["eleven sections", { text: "x", sections: Array.from({ length: 11 }, () => ({ rows: rows(1) })) }, ["sections"]],
    ["a section without rows", { text: "x", sections: [{ title: "A" }] }, ["sections.0.rows"]],
    [
      "two sections without titles",
      { text: "x", sections: [{ rows: [row("A")] }, { rows: [row("B")] }] },
      ["sections.0.title", "sections.1.title"],
    ],
    [
      "a row title of 25 characters",
      { text: "x", sections: [{ rows: [row("x".repeat(25))] }] },
      ["sections.0.rows.0.title"],
    ],
    [
      "a description of 73 characters",
      { text: "x", sections: [{ rows: [row("A", { description: "x".repeat(73) })] }] },
      ["sections.0.rows.0.description"],
    ],
    ["a footer of 61 characters", { text: "x", footer: "x".repeat(61), buttons: [{ text: "A" }] }, ["footer"]],
    ["a latitude of 91", { latitude: 91, longitude: 0 }, ["latitude"]],
    ["a longitude of -181", { latitude: 0, longitude: -181 }, ["longitude"]],
    ["half a position", { latitude: 0 }, ["longitude"]],
    ["a card without a number", { contactCard: { displayName: "John" } }, ["contactCard.phoneNumber"]],
    ["one poll option", { poll: { question: "?", options: ["a"] } }, ["poll.options"]],
    ["twice the same option", { poll: { question: "?", options: ["a", "a"] } }, ["poll.options"]],
    ["a poll without a question", { poll: { options: ["a", "b"] } }, ["poll.question"]],
    ["a file name of 257 characters", { mediaUrl: "https://x.example/a", fileName: "x".repeat(257) }, ["fileName"]],
    ["a type that is none", { mediaUrl: "https://x.example/a", mimeType: "a picture" }, ["mimeType"]],
    ["an empty quoted id", { message: "x", quotedMessageId: "" }, ["quotedMessageId"]],
    ["no file", { messageType: "image" }, ["mediaUrl"]],
    ["a contact's name of 101 characters", { text: "x", contactName: "x".repeat(101) }, ["contactName"]],
    ["a caption of 1,025 characters", { mediaUrl: "https://x.example/a", message: "x".repeat(1_025) }, ["message"]],
  ])("%s is 400 and sends nothing", async (_, json, paths) => {
    const { given, send } = sending();
    const answer = await send(json);
    expect([answer.status, issuePaths(answer), given]).toEqual([400, paths, []]);
  });
});

test("an unknown id of a file is 400 with its field", async () => {
  const world = api({
    instance: {
      mediaHosts: async () => ok({ hosts: ["media.example"], auth: "auth" }),
      media: async () => refuse("not_found", "There is no such file."),
    },
  });
  const answer = await world.call("POST /api/instances/wa_1/send", { json: { to: TO, mediaUrl: "0".repeat(32) } });
  expect([answer.status, answer.body]).toMatchObject([
    400,
    { issues: [{ path: "mediaUrl", message: "There is no such file; use the id of a file of this instance" }] },
  ]);
});

test.each<[object, string | null]>([
  [{ messageType: "text", mediaUrl: "https://example.com/a" }, "text"],
  [{ buttons: [], sections: [] }, "text"],
  [{ mediaUrl: "https://example.com/a" }, null],
  [{ mediaUrl: "https://example.com/a", mimeType: "audio/ogg" }, "audio"],
  [{ mediaUrl: "https://example.com/a", mimeType: "application/pdf" }, "document"],
  [{ mediaUrl: "https://example.com/a", mimeType: "image/jpeg" }, "image"],
])("the kind of %j is %s", (fields, kind) => {
  expect(messageTypeOf(fields)).toBe(kind);
});
