import { describe, expect, test } from "vitest";
import { proto } from "../../../../src/whatsapp/baileys.ts";
import { normaliseContent } from "../../../../src/whatsapp/normalise/content.ts";

/** What the API reports of a message after it travelled as bytes. */
const reported = (message: proto.IMessage) =>
  normaliseContent(proto.Message.decode(proto.Message.encode(message).finish()));

const plain = { type: "text", text: "", quoted: null, unsupported: false };

describe("a message for people", () => {
  test.each<[string, proto.IMessage, object]>([
    ["a plain text", { conversation: "Hello" }, { text: "Hello" }],
    [
      "a text with a preview",
      { extendedTextMessage: { text: "See https://a.example" } },
      { text: "See https://a.example" },
    ],
    ["a picture", { imageMessage: { caption: "Look" } }, { type: "image", text: "Look" }],
    ["a picture without a caption", { imageMessage: {} }, { type: "image" }],
    ["a video", { videoMessage: { caption: "Look" } }, { type: "video", text: "Look" }],
    ["a round video", { ptvMessage: {} }, { type: "video" }],
    ["a voice message", { audioMessage: { ptt: true } }, { type: "audio" }],
    ["a document", { documentMessage: { caption: "Offer" } }, { type: "document", text: "Offer" }],
    ["a sticker", { stickerMessage: {} }, { type: "sticker" }],
    ["several contacts", { contactsArrayMessage: { contacts: [] } }, { type: "contact" }],
  ])("%s is reported by its kind", (_, message, expected) => {
    expect(reported(message)).toEqual({ ...plain, ...expected });
  });

  const hello = { message: { conversation: "Hello" } };
  const both = { viewOnce: true, ephemeral: true };
  test.each<[string, proto.IMessage, object]>([
    ["disappearing", { ephemeralMessage: hello }, { ephemeral: true }],
    ["to be viewed once", { viewOnceMessageV2: hello }, { viewOnce: true }],
    ["wrapped twice", { ephemeralMessage: { message: { viewOnceMessage: hello } } }, both],
    ["wrapped twice the other way", { viewOnceMessage: { message: { ephemeralMessage: hello } } }, both],
  ])("that is %s is reported by what is inside, and as such", (_, message, details) => {
    expect(reported(message)).toEqual({ ...plain, text: "Hello", details });
  });

  test.each<[string, proto.IMessage]>([
    ["with a caption of its own", { documentWithCaptionMessage: { message: { conversation: "Hello" } } }],
    ["with the keys of a group", { conversation: "Hello", senderKeyDistributionMessage: { groupId: "120@g.us" } }],
    ["with a secret for answers", { conversation: "Hello", messageContextInfo: { messageSecret: new Uint8Array(32) } }],
  ])("that is %s is reported by what is inside", (_, message) => {
    expect(reported(message)).toEqual({ ...plain, text: "Hello" });
  });

  test.each<[string, proto.IMessage]>([
    ["an invitation to a group", { groupInviteMessage: { groupName: "Us" } }],
    ["an event", { eventMessage: { name: "Party" } }],
  ])("of a kind this version cannot show is reported as such: %s", (_, message) => {
    expect(reported(message)).toEqual({ ...plain, unsupported: true });
  });
});

describe("a quote", () => {
  const contextInfo = { stanzaId: "3EB0Q", participant: "77@lid", quotedMessage: { conversation: "Before" } };
  const quoted = { messageId: "3EB0Q", text: "Before" };

  test("is reported with its text, in a text and under a picture", () => {
    expect(reported({ extendedTextMessage: { text: "Yes", contextInfo } })).toEqual({ ...plain, text: "Yes", quoted });
    expect(reported({ imageMessage: { contextInfo } })).toEqual({ ...plain, type: "image", quoted });
  });

  test("of a picture is reported by its caption", () => {
    const ofPicture = { ...contextInfo, quotedMessage: { imageMessage: { caption: "Look" } } };
    expect(reported({ extendedTextMessage: { text: "Yes", contextInfo: ofPicture } })).toMatchObject({
      quoted: { messageId: "3EB0Q", text: "Look" },
    });
  });

  test("of something that is not for people is an empty text", () => {
    const ofNothing = { ...contextInfo, quotedMessage: { protocolMessage: { type: 0 } } };
    expect(reported({ extendedTextMessage: { text: "Yes", contextInfo: ofNothing } })).toMatchObject({
      quoted: { messageId: "3EB0Q", text: "" },
    });
  });

  test("needs both an id and a message: a mention alone quotes nothing", () => {
    const contexts = [{ mentionedJid: ["77@lid"] }, { stanzaId: "A" }, { quotedMessage: { conversation: "x" } }];
    for (const context of contexts) {
      expect(reported({ extendedTextMessage: { text: "Hi", contextInfo: context } })).toMatchObject({ quoted: null });
    }
  });
});

describe("what is not for people is no message:", () => {
  test.each<[string, proto.IMessage]>([
    ["the keys of a group", { senderKeyDistributionMessage: { groupId: "120@g.us" } }],
    ["the keys of a group, the quick way", { fastRatchetKeySenderKeyDistributionMessage: { groupId: "120@g.us" } }],
    [
      "an order to the own devices",
      { protocolMessage: { type: proto.Message.ProtocolMessage.Type.APP_STATE_SYNC_KEY_SHARE } },
    ],
    ["an empty shell", {}],
    ["a secret for answers alone", { messageContextInfo: { messageSecret: new Uint8Array(32) } }],
    ["a disappearing nothing", { ephemeralMessage: { message: {} } }],
  ])("%s", (_, message) => {
    expect(reported(message)).toBeNull();
  });
});
