import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { OutgoingContent } from "../../../src/durable/rpc.ts";
import { proto } from "../../../src/whatsapp/baileys.ts";
import {
  composeMessage,
  encodeDelete,
  encodeEdit,
  encodeReaction,
} from "../../../src/whatsapp/compose/compose-message.ts";
import type { QuotedMessage } from "../../../src/whatsapp/compose/context.ts";
import { normaliseContent } from "../../../src/whatsapp/normalise/content.ts";
import type { MessageContent } from "../../../src/whatsapp/session.ts";
import { stanzaExtras } from "../../../src/whatsapp/stanza-extras.ts";

const read = (message: proto.IMessage) => normaliseContent(message);
const composed = (content: OutgoingContent, context = {}) =>
  proto.Message.decode(composeMessage(content, { randomBytes, now: 0, ...context }));
const plain = { text: "", quoted: null, unsupported: false };
const TARGET = { id: "3EB0A", chatJid: "491@s.whatsapp.net", fromMe: true, participantJid: null };

describe("what is composed is read as the same", () => {
  const place = { latitude: 3.5, longitude: -101.25, name: "A", address: "B" };
  test.each<[OutgoingContent, Partial<MessageContent>]>([
    [
      { kind: "text", text: "Hi" },
      { type: "text", text: "Hi" },
    ],
    [
      { kind: "location", ...place, text: "here" },
      { type: "location", text: "here", details: { location: { ...place, live: false } } },
    ],
    [
      { kind: "contact", displayName: "Doe; John, Jr.", phoneNumber: "49177777777" },
      { type: "contact", details: { contact: { displayName: "Doe; John, Jr.", phoneNumber: "49177777777" } } },
    ],
    [
      { kind: "poll", text: "When?", options: ["Mon", "Tue"], selectableCount: 1 },
      {
        type: "poll",
        text: "When?",
        details: { poll: { question: "When?", options: ["Mon", "Tue"], selectableCount: 1 } },
      },
    ],
    [
      { kind: "buttons", text: "Choose", fallback: "none", buttons: [{ id: "y", text: "Yes" }] },
      { type: "buttons", text: "Choose" },
    ],
    [
      {
        kind: "list",
        text: "Pick",
        fallback: "text",
        buttonText: "Menu",
        sections: [
          {
            title: "",
            rows: [
              { id: "a", title: "A", description: "first" },
              { id: "b", title: "B" },
            ],
          },
        ],
      },
      { type: "list", text: "Pick\n\n1. A – first\n2. B" },
    ],
  ])("%j", (content, reading) => {
    expect(read(composed(content))).toEqual({ ...plain, ...reading });
  });

  test.each<[string, proto.IMessage, Partial<QuotedMessage>, proto.IMessage]>([
    ["a wrapped text", { ephemeralMessage: { message: { conversation: "A" } } }, {}, { conversation: "A" }],
    [
      "a picture that quotes another",
      { imageMessage: { caption: "A", contextInfo: { stanzaId: "1", quotedMessage: { conversation: "Before" } } } },
      {},
      { imageMessage: { caption: "A" } },
    ],
    ["an edited text", { conversation: "A" }, { editedText: "B" }, { conversation: "B" }],
    ["an edited caption", { imageMessage: { caption: "A" } }, { editedText: "B" }, { imageMessage: { caption: "B" } }],
    ["a place", { locationMessage: { name: "A" } }, {}, { locationMessage: { name: "A" } }],
  ])("a quote of %s shows what it says now, and nothing that it quoted", (_, message, more, shown) => {
    const payload = proto.Message.encode(message).finish();
    const quoted = { id: "3EB0Q", authorJid: "77@lid", payload, ...more };
    const { contextInfo } = composed({ kind: "text", text: "Look" }, { quoted }).extendedTextMessage ?? {};
    expect(proto.Message.toObject(proto.Message.create(contextInfo?.quotedMessage ?? {}))).toEqual(shown);
  });

  test("a quote and mentions", () => {
    const payload = proto.Message.encode({ conversation: "Before" }).finish();
    const quoted = { id: "3EB0Q", authorJid: "77@lid", payload };
    const message = composed({ kind: "text", text: "@491 look" }, { quoted, mentions: ["491", "77@lid"] });
    expect(message.extendedTextMessage?.contextInfo).toMatchObject({
      stanzaId: "3EB0Q",
      participant: "77@lid",
      mentionedJid: ["491@s.whatsapp.net", "77@lid"],
    });
    expect(read(message)).toEqual({
      ...plain,
      type: "text",
      text: "@491 look",
      quoted: { messageId: "3EB0Q", text: "Before" },
      details: { mentions: ["491", "77@lid"] },
    });
  });

  test("a reaction, an edit and a deletion", () => {
    const stored = proto.Message.encode({ imageMessage: { caption: "old", url: "u" } }).finish();
    const edit = proto.Message.decode(encodeEdit(TARGET, stored, "new", 1) ?? new Uint8Array());
    const reaction = proto.Message.decode(encodeReaction(TARGET, "🔥", 1));
    const deletion = proto.Message.decode(encodeDelete(TARGET));
    const about = { messageId: "3EB0A" };
    expect(read(edit)).toEqual({ ...plain, type: "edit", text: "new", details: { edited: about } });
    expect(edit.protocolMessage?.editedMessage?.imageMessage).toMatchObject({ caption: "new", url: "u" });
    expect(read(reaction)).toMatchObject({ type: "reaction", details: { reaction: { ...about, emoji: "🔥" } } });
    expect(read(deletion)).toEqual({ ...plain, type: "delete", details: { deleted: about } });
    expect([edit, deletion, reaction].map((message) => stanzaExtras(message).additionalAttributes)).toEqual([
      { edit: "1" },
      { edit: "7" },
      {},
    ]);
  });
});

test("a location has no text that could be edited", () => {
  const stored = proto.Message.encode({ locationMessage: { degreesLatitude: 1 } }).finish();
  expect(encodeEdit(TARGET, stored, "new", 1)).toBeNull();
});

test("interactive messages carry the node that makes apps show them, polls theirs, texts none", () => {
  const buttons = composed({ kind: "buttons", text: "?", fallback: "none", buttons: [{ id: "y", text: "Y" }] });
  const poll = composed({ kind: "poll", text: "?", options: ["a", "b"], selectableCount: 0 });
  const tags = [buttons, poll, composed({ kind: "text", text: "x" })].map((message) =>
    stanzaExtras(message).additionalNodes.map(({ tag }) => tag),
  );
  expect(tags).toEqual([["biz"], ["meta"], []]);
});

describe("what comes in is read", () => {
  const native = (name: string, params: object) => ({
    interactiveResponseMessage: {
      body: { text: "Yes" },
      nativeFlowResponseMessage: { name, paramsJson: JSON.stringify(params) },
    },
  });
  const yes = { ...plain, type: "button_reply", text: "Yes", details: { buttonReply: { id: "y", text: "Yes" } } };
  const row = { ...plain, type: "list_reply", text: "Yes", details: { listReply: { id: "y", title: "Yes" } } };
  const image = { imageMessage: { caption: "look", directPath: "/v/1", mimetype: "image/jpeg", fileLength: 5 } };
  test.each<[string, proto.IMessage, object]>([
    ["a button answer", { buttonsResponseMessage: { selectedButtonId: "y", selectedDisplayText: "Yes" } }, yes],
    ["a template answer", { templateButtonReplyMessage: { selectedId: "y", selectedDisplayText: "Yes" } }, yes],
    ["a native button answer", native("quick_reply", { id: "y" }), yes],
    ["a list answer", { listResponseMessage: { title: "Yes", singleSelectReply: { selectedRowId: "y" } } }, row],
    ["a native list answer", native("menu_options", { id: "y" }), row],
    [
      "a native answer with broken parameters",
      { interactiveResponseMessage: { body: { text: "Yes" }, nativeFlowResponseMessage: { paramsJson: "{" } } },
      { ...yes, details: { buttonReply: { id: "", text: "Yes" } } },
    ],
    [
      "a live location",
      { liveLocationMessage: { degreesLatitude: 1, degreesLongitude: 2, caption: "on my way" } },
      {
        ...plain,
        type: "location",
        text: "on my way",
        details: { location: { latitude: 1, longitude: 2, name: null, address: null, live: true } },
      },
    ],
    [
      "a view-once picture",
      { viewOnceMessageV2: { message: image } },
      { ...plain, type: "image", text: "look", details: { viewOnce: true } },
    ],
    [
      "a disappearing text",
      { ephemeralMessage: { message: { conversation: "x" } } },
      { ...plain, type: "text", text: "x", details: { ephemeral: true } },
    ],
    [
      "a forwarded text",
      { extendedTextMessage: { text: "x", contextInfo: { isForwarded: true } } },
      { ...plain, type: "text", text: "x", details: { forwarded: true } },
    ],
    [
      "an album",
      { albumMessage: { expectedImageCount: 2, expectedVideoCount: 1 } },
      { ...plain, type: "album", details: { album: { images: 2, videos: 1 } } },
    ],
    [
      "several cards",
      { contactsArrayMessage: { contacts: [{ displayName: "A", vcard: "TEL:+49 1" }, { vcard: "FN:B" }] } },
      {
        ...plain,
        type: "contact",
        details: {
          contact: { displayName: "A", phoneNumber: "491" },
          contacts: [
            { displayName: "A", phoneNumber: "491" },
            { displayName: "B", phoneNumber: null },
          ],
        },
      },
    ],
    [
      "an edit in its wrapper",
      {
        editedMessage: {
          message: { protocolMessage: { type: 14, key: { id: "A" }, editedMessage: { conversation: "new" } } },
        },
      },
      { ...plain, type: "edit", text: "new", details: { edited: { messageId: "A" } } },
    ],
    ["an unknown kind", { requestPaymentMessage: {} }, { type: "text", text: "", quoted: null, unsupported: true }],
  ])("%s", (_, message, reading) => {
    expect(read(message)).toEqual(reading);
  });

  test("but not what devices tell each other", () => {
    expect(read({ protocolMessage: { type: 5 } })).toBeNull();
    expect(read({ senderKeyDistributionMessage: { groupId: "g" } })).toBeNull();
    expect(read({})).toBeNull();
  });
});

describe("a vote", () => {
  const poll = composed({ kind: "poll", text: "When?", options: ["Mon", "Tue"], selectableCount: 0 });
  test("that nobody could have encrypted is reported without choices", () => {
    const forged = { encPayload: randomBytes(48), encIv: randomBytes(12) };
    const message = { pollUpdateMessage: { pollCreationMessageKey: { id: "P" }, vote: forged } };
    const reading = normaliseContent(message, {
      findPoll: () => ({ payload: proto.Message.encode(poll).finish(), creatorJids: ["490@s.whatsapp.net"] }),
      voterJids: ["491@s.whatsapp.net"],
    });
    expect(reading?.details).toEqual({ pollVote: { messageId: "P", options: null } });
  });
});
