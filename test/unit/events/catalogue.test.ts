import { describe, expect, test } from "vitest";
import { openApiSnapshot } from "../../../scripts/openapi-document.ts";
import {
  connectionPayload,
  eventBody,
  identifiedPayload,
  linkPayload,
  mediaFields,
  mediaPayload,
  messagePayload,
  sentPayload,
  statusPayload,
  testPayload,
} from "../../../src/events/payload.ts";
import { Handoff } from "../../../src/handoff/handoff.ts";
import { receiveCall } from "../../../src/inbound/receive.ts";
import { EVENT_TYPES, type EventType } from "../../../src/schemas/event-types.ts";
import { EVENT_SCHEMAS, TestEventSchema } from "../../../src/schemas/events.ts";
import type { MediaRow } from "../../../src/store/media-table.ts";
import type { SentRow } from "../../../src/store/messages-table.ts";
import { openStore } from "../../../src/store/store.ts";
import type { MessageDetails } from "../../../src/whatsapp/session.ts";
import { numberStorage } from "../../support/sqlite.ts";
import { message, NOW } from "./support.ts";

const CHAT = "492@s.whatsapp.net";

const received = message({ quoted: { messageId: "3EB0Z", text: "Before" }, unsupported: true });

const sent: SentRow = {
  id: "3EB0B",
  chat_id: CHAT,
  status: "sent",
  from_phone: "491",
  to_phone: "492",
  type: "text",
  text: "Hi",
  sent_at: NOW,
  source: "reply",
  details: "{}",
};

/** Everything a message can say beyond its text, at once. */
const card = { displayName: "Ana", phoneNumber: "493" };
const details: Required<Omit<MessageDetails, "buttons">> = {
  location: { latitude: 1.5, longitude: -2, name: null, address: "Here", live: true },
  contact: card,
  contacts: [card, { displayName: "Eve", phoneNumber: null }],
  reaction: { messageId: "3EB0C", emoji: "👍" },
  edited: { messageId: "3EB0C" },
  deleted: { messageId: "3EB0C" },
  buttonReply: { id: "yes", text: "Yes" },
  listReply: { id: "row", title: "Row" },
  poll: { question: "When?", options: ["Today", "Tomorrow"], selectableCount: 1 },
  pollVote: { messageId: "3EB0C", options: null },
  album: { images: 2, videos: 1 },
  albumId: "3EB0D",
  forwarded: true,
  viewOnce: true,
  ephemeral: true,
  unavailable: "withheld",
  mentions: ["494", "78@lid"],
};

const image: MediaRow = {
  id: "m1",
  messageId: "3EB0A",
  direction: "inbound",
  key: "default/wa_1/m1",
  link: null,
  status: "pending",
  attempts: 0,
  dueAt: NOW,
  eventSeq: 7,
  file: {
    kind: "image",
    directPath: "/v/t62/secret-path",
    mediaKey: Buffer.alloc(32, 7).toString("base64"),
    fileSha256: Buffer.alloc(32, 1).toString("base64"),
    fileEncSha256: Buffer.alloc(32, 2).toString("base64"),
    mimeType: "image/jpeg",
    size: 1_000,
    fileName: null,
    seconds: null,
    width: 10,
    height: 20,
    voice: false,
    gif: false,
  },
};
const stored: MediaRow = { ...image, status: "stored", link: "m/s" };

/** The payload of a call, as it is recorded. */
function callPayload(groupJid: string | null): Record<string, unknown> {
  const store = openStore(numberStorage().sql);
  const call = { id: "C1", fromJid: "77@lid", altJid: null, video: false, groupJid, at: NOW };
  const context = { store, instanceId: "wa_1", ownPhone: "491", hasWebhook: false, now: NOW };
  receiveCall(call, { ...context, newFile: () => ({ id: "f", key: "k" }), onStored: () => {} });
  return store.events.get(1)?.payload ?? {};
}

const why = { reason: "logged_out", code: 401, message: "…", nextAction: "link_again", at: "" } as const;

/** The payload of a handoff, as it is recorded. */
function handoffPayload(active: boolean): Record<string, unknown> {
  const storage = numberStorage();
  const recorded: Record<string, unknown>[] = [];
  const handoff = new Handoff({
    store: openStore(storage.sql),
    transaction: (work) => storage.transactionSync(work),
    instanceId: () => "wa_1",
    record: ({ payload }) => recorded.push(payload),
    say: () => {},
    now: () => NOW,
  });
  handoff.set(CHAT, true);
  if (!active) handoff.set(CHAT, false, "keyword");
  return recorded.at(-1) ?? {};
}

/** What the gateway's own code makes of each type. */
const MADE: readonly (readonly [EventType, Record<string, unknown>])[] = [
  ["message", messagePayload(received, "wa_1")],
  [
    "message",
    messagePayload(
      { ...received, quoted: null, unsupported: false, chatId: "120@g.us", participant: "77@lid" },
      "wa_1",
    ),
  ],
  ["message.sent", sentPayload(sent, "wa_1")],
  [
    "message.sent",
    { ...messagePayload({ ...received, direction: "outbound", status: "sent" }, "wa_1"), source: "phone" },
  ],
  ["message.status", statusPayload({ ...sent, status: "read" }, "wa_1")],
  ["message.media", mediaPayload({ ...image, attempts: 1 }, "wa_1", CHAT, null)],
  ["message.media", mediaPayload(stored, "wa_1", CHAT, "https://wa.example/media/m/s")],
  ["message.status", statusPayload({ ...sent, status: "failed" }, "wa_1", { code: 463, reason: "restricted" })],
  ["connection", connectionPayload("wa_1", "connected", null)],
  ["connection", connectionPayload("wa_1", "disconnected", why)],
  ["qr", linkPayload("wa_1", "qr")],
  ["qr", linkPayload("wa_1", "code")],
  ["message", messagePayload({ ...received, details }, "wa_1")],
  ["message", { ...messagePayload({ ...received, type: "image" }, "wa_1"), ...mediaFields(image, null) }],
  [
    "message",
    { ...messagePayload({ ...received, type: "image" }, "wa_1"), ...mediaFields(stored, "https://a.example/m") },
  ],
  ["message.sent", sentPayload({ ...sent, details: JSON.stringify(details) }, "wa_1")],
  ["handoff", handoffPayload(true)],
  ["handoff", handoffPayload(false)],
  ["call", callPayload(null)],
  ["call", callPayload("120@g.us")],
  ["contact.identified", identifiedPayload("wa_1", { chatId: CHAT, phone: "492", lid: "77" })],
];

describe("an event of the type", () => {
  test.each(MADE)("%s is what its schema describes, field by field", (type, payload) => {
    const body = eventBody({ seq: 7, type, chatId: null, payload, createdAt: NOW });
    // A schema drops what it does not describe: an undocumented field would be missing here.
    expect(EVENT_SCHEMAS[type].parse(body)).toEqual(body);
  });

  test.each(MADE)("%s tells nothing of keys and places at WhatsApp", (_, payload) => {
    const { mediaKey, fileEncSha256, directPath } = image.file;
    const told = JSON.stringify(payload);
    expect([mediaKey, fileEncSha256, directPath, image.key].filter((secret) => told.includes(secret))).toEqual([]);
  });

  test("webhook.test has the fields of a message, and no place in the log", () => {
    const body = testPayload("wa_1", "491", "evt_test_1", NOW);
    expect(TestEventSchema.parse(body)).toEqual(body);
    const real = eventBody({
      seq: 7,
      type: "message",
      chatId: null,
      payload: messagePayload(received, "wa_1"),
      createdAt: NOW,
    });
    const { unsupported: _, ...usual } = real as Record<string, unknown>;
    expect(Object.keys(body).sort()).toEqual(Object.keys(usual).sort());
  });
});

describe("the document", () => {
  const { webhooks } = JSON.parse(openApiSnapshot()) as {
    webhooks: Record<string, { post: { description: string; requestBody: object; security: [] } }>;
  };

  test("lists what is posted: every type of the log, and the test", () => {
    expect(Object.keys(webhooks).sort()).toEqual([...EVENT_TYPES, "webhook.test"].sort());
  });

  test.each([...EVENT_TYPES])("says when %s is emitted, and describes its body", (type) => {
    const operation = webhooks[type]?.post;
    expect(operation?.description).toMatch(/^Emitted when /);
    expect(JSON.stringify(operation?.requestBody)).toContain("#/components/schemas/");
    expect(operation?.security).toEqual([]);
  });
});
