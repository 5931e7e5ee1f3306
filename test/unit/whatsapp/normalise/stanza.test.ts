import { describe, expect, test } from "vitest";
import { type BinaryNode, proto } from "../../../../src/whatsapp/baileys.ts";
import { normaliseStanza, originOf } from "../../../../src/whatsapp/normalise/stanza.ts";

const ME = { id: "490:5@s.whatsapp.net", lid: "11:5@lid" };
const GROUP = "120363000000000001@g.us";

const stanza = (attrs: Record<string, string>): BinaryNode => ({
  tag: "message",
  attrs: { id: "3EB0A", from: "491@s.whatsapp.net", t: "1793534400", type: "text", ...attrs },
});

const encoded = (message: proto.IMessage): Uint8Array => Uint8Array.from(proto.Message.encode(message).finish());

const received = (attrs: Record<string, string>, message: proto.IMessage = { conversation: "Hello" }) =>
  normaliseStanza(stanza(attrs), encoded(message), ME, { poll: () => null });

describe("a message stanza", () => {
  test("becomes our message, with its payload as it was sent", () => {
    expect(received({ notify: "Alice" })).toEqual({
      id: "3EB0A",
      chatJid: "491@s.whatsapp.net",
      altJid: null,
      participantJid: null,
      fromMe: false,
      pushName: "Alice",
      sentAt: 1_793_534_400_000,
      content: { type: "text", text: "Hello", quoted: null, unsupported: false },
      payload: Uint8Array.from(proto.Message.encode({ conversation: "Hello" }).finish()),
    });
  });

  test("is told apart by sender and not by the sender's device", () => {
    expect(received({ from: "491:7@s.whatsapp.net" })).toMatchObject({ chatJid: "491@s.whatsapp.net" });
  });

  test("names its sender by both addresses, whichever comes first", () => {
    expect(received({ from: "77:3@lid", sender_pn: "491@s.whatsapp.net" })).toMatchObject({
      chatJid: "77@lid",
      altJid: "491@s.whatsapp.net",
    });
    expect(received({ sender_lid: "77:3@lid" })).toMatchObject({ chatJid: "491@s.whatsapp.net", altJid: "77@lid" });
  });

  test("without a usable time has none, for the reader to fill in", () => {
    expect(received({ t: "soon" })?.sentAt).toBeNaN();
  });
});

describe("a message from a group", () => {
  test("names the group, who wrote and their other address", () => {
    const attrs = {
      from: GROUP,
      participant: "77:2@lid",
      participant_pn: "491@s.whatsapp.net",
      addressing_mode: "lid",
    };
    expect(received(attrs)).toMatchObject({
      chatJid: GROUP,
      participantJid: "77@lid",
      altJid: "491@s.whatsapp.net",
      fromMe: false,
    });
  });

  test("written by ourselves elsewhere is ours", () => {
    expect(received({ from: GROUP, participant: "11@lid" })).toMatchObject({ participantJid: "11@lid", fromMe: true });
  });
});

describe("a copy of what was typed on the phone", () => {
  const copy = (message: proto.IMessage): proto.IMessage => ({
    deviceSentMessage: { destinationJid: "491@s.whatsapp.net", message },
  });

  test("belongs to the chat it was sent to, with the message that was inside", () => {
    const attrs = { from: "490@s.whatsapp.net", recipient: "491@s.whatsapp.net" };
    expect(received(attrs, copy({ conversation: "Hi" }))).toMatchObject({
      chatJid: "491@s.whatsapp.net",
      fromMe: true,
      content: { text: "Hi" },
      payload: proto.Message.encode({ conversation: "Hi" }).finish(),
    });
  });

  test("names the recipient's other address, never our own", () => {
    const attrs = { from: "11@lid", recipient: "77@lid", sender_pn: "490@s.whatsapp.net" };
    expect(received(attrs, copy({ conversation: "Hi" }))).toMatchObject({ chatJid: "77@lid", altJid: null });
    const named = { ...attrs, peer_recipient_pn: "491@s.whatsapp.net" };
    expect(received(named, copy({ conversation: "Hi" }))).toMatchObject({ altJid: "491@s.whatsapp.net" });
    const byPhone = { from: "490@s.whatsapp.net", recipient: "491@s.whatsapp.net", recipient_lid: "77@lid" };
    expect(received(byPhone, copy({ conversation: "Hi" }))).toMatchObject({ altJid: "77@lid" });
  });
});

describe("what belongs to no conversation is no message:", () => {
  test.each([
    ["talk between our own devices", { category: "peer" }],
    ["a status", { from: "status@broadcast", participant: "491@s.whatsapp.net" }],
    ["a copy of what we sent to a broadcast list", { from: "123@broadcast", participant: "490:5@s.whatsapp.net" }],
  ])("%s", (_, attrs) => {
    expect(received(attrs)).toBeNull();
  });

  test("a message that is not for people", () => {
    expect(received({}, { protocolMessage: { type: 0 } })).toBeNull();
  });
});

describe("a stanza that breaks the rules is refused:", () => {
  test.each([
    ["one with a recipient that is not from us", { recipient: "492@s.whatsapp.net" }],
    ["a group's without a writer", { from: GROUP }],
    ["one from nowhere", { from: "" }],
    ["one without an id", { id: "" }],
  ])("%s", (_, attrs) => {
    expect(() => received(attrs)).toThrow();
  });

  test("one whose payload is no message", () => {
    const noMessage = Uint8Array.of(0xff, 0xff, 0xff);
    expect(() => normaliseStanza(stanza({}), noMessage, ME, { poll: () => null })).toThrow();
  });
});

test("where a stanza comes from is told without its content, and without devices", () => {
  expect(originOf(stanza({ from: GROUP, participant: "77:2@lid" }), ME)).toEqual({
    id: "3EB0A",
    chatJid: GROUP,
    participantJid: "77@lid",
  });
  expect(originOf(stanza({ from: "status@broadcast", participant: "77@lid" }), ME)).toBeNull();
});

test("what somebody sends to a broadcast list is a message in their own chat", () => {
  expect(received({ from: "123@broadcast", participant: "491:2@s.whatsapp.net" })).toMatchObject({
    chatJid: "491@s.whatsapp.net",
    participantJid: null,
  });
});

test("a channel's post is a message of the channel", () => {
  expect(received({ from: "123@newsletter" })).toMatchObject({ chatJid: "123@newsletter", participantJid: null });
});
