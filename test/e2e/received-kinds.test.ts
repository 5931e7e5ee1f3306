/** Every kind of message that people send, as the webhook and the history tell it. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Contact, Group, Phone } from "../../simulator/index.ts";
import { useLab } from "./support/lab.ts";
import type { GatewayNumber } from "./support/number.ts";

const lab = useLab({ gateway: "wrangler dev" });

let phone: Phone;
let alice: Contact;
let bob: Contact;
let group: Group;
let number: GatewayNumber;

beforeAll(async () => {
  phone = lab.whatsApp.phone({ businessName: "Clinic" });
  [alice, bob] = [lab.whatsApp.contact({ name: "Alice" }), lab.whatsApp.contact({ name: "Bob" })];
  group = lab.whatsApp.group({ subject: "Team", members: [phone, alice, bob] });
  number = await lab.number("received");
  await number.isLinkedBy(phone);
  await lab.api.ok("PUT", `${number.path}/webhook`, { events: ["message", "call", "contact.identified"] });
});

/** Sends a text to Alice; it has to succeed. */
async function sends(text: string): Promise<string> {
  const { messageId } = await number.sends(alice.phone, text);
  await alice.received((received) => received.id === messageId);
  return messageId;
}

async function stored(messageId: string): Promise<Record<string, unknown>> {
  return { ...(await number.messages()).find(({ id }) => id === messageId) };
}

/** The webhook's payload of a message. */
async function told(id: string): Promise<Record<string, unknown>> {
  return (await lab.hook.received(({ message_id }) => message_id === id)).body;
}

/** Alice sends something to the number; gives the webhook's payload of it. */
const hears = async (message: Parameters<Contact["sends"]>[0], options = {}) =>
  told(await alice.sends(message, { to: phone, ...options }));

describe("what the contact sends is told as it is", () => {
  it("a location, live or not", async () => {
    const place = { degreesLatitude: 1.5, degreesLongitude: -2.5 };
    expect(await hears({ locationMessage: { ...place, name: "Here" } })).toMatchObject({
      media_type: "location",
      location: { latitude: 1.5, longitude: -2.5, name: "Here", address: null, live: false },
    });
    expect(await hears({ liveLocationMessage: place })).toMatchObject({ location: { live: true } });
  });

  it("a contact card", async () => {
    const vcard = "BEGIN:VCARD\nVERSION:3.0\nFN:Bob\nTEL;waid=5511988887777:+55 11 98888-7777\nEND:VCARD";
    expect(await hears({ contactMessage: { displayName: "Bob", vcard } })).toMatchObject({
      media_type: "contact",
      contact: { display_name: "Bob", phone_number: "5511988887777" },
    });
  });

  it.each<[string, Parameters<Contact["sends"]>[0], object]>([
    [
      "of today's apps to a button",
      {
        interactiveResponseMessage: {
          body: { text: "Yes" },
          nativeFlowResponseMessage: { name: "quick_reply", paramsJson: '{"id":"yes"}' },
        },
      },
      { button_reply: { id: "yes", text: "Yes" } },
    ],
    [
      "of today's apps to a list",
      {
        interactiveResponseMessage: {
          body: { text: "Yes" },
          nativeFlowResponseMessage: { name: "menu_options", paramsJson: '{"id":"yes"}' },
        },
      },
      { list_reply: { id: "yes", title: "Yes" } },
    ],
    [
      "of older apps to a button",
      { buttonsResponseMessage: { selectedButtonId: "yes", selectedDisplayText: "Yes" } },
      { button_reply: { id: "yes", text: "Yes" } },
    ],
    [
      "of older apps to a template's button",
      { templateButtonReplyMessage: { selectedId: "yes", selectedDisplayText: "Yes", selectedIndex: 0 } },
      { button_reply: { id: "yes", text: "Yes" } },
    ],
    [
      "of older apps to a list",
      { listResponseMessage: { title: "Yes", singleSelectReply: { selectedRowId: "yes" } } },
      { list_reply: { id: "yes", title: "Yes" } },
    ],
  ])("an answer %s", async (_, message, answer) => {
    const body = await hears(message);
    expect(body).toMatchObject({ media_type: "text", message: "Yes", ...answer });
    expect(await stored(String(body.message_id))).toMatchObject({ text: "Yes", direction: "inbound" });
  });

  it("an album and the files that belong to it", async () => {
    const body = await hears({ albumMessage: { expectedImageCount: 2, expectedVideoCount: 1 } });
    expect(body).toMatchObject({ media_type: "text", type: "album", album: { images: 2, videos: 1 } });
    const albumId = String(body.message_id);
    const part = {
      imageMessage: { caption: "first" },
      messageContextInfo: { messageAssociation: { associationType: 1, parentMessageKey: { id: albumId } } },
    };
    const picture = await hears(part, { type: "media" });
    expect(picture).toMatchObject({ media_type: "image", message: "first", album_id: albumId });
    expect(await stored(String(picture.message_id))).toMatchObject({ albumId });
  });

  it("a poll", async () => {
    const pollCreationMessageV3 = { name: "Pizza?", options: [{ optionName: "Yes" }], selectableOptionsCount: 1 };
    expect(await hears({ pollCreationMessageV3 }, { type: "poll" })).toMatchObject({
      message: "Pizza?",
      poll: { question: "Pizza?", options: ["Yes"], selectable_count: 1 },
    });
  });

  it("a vote for a poll that they started, in a chat and in a group", async () => {
    const poll = await alice.polls("Which day?", ["Monday", "Tuesday"], { to: phone });
    expect(await told(poll)).toMatchObject({ poll: { options: ["Monday", "Tuesday"] } });
    expect(await told(await alice.votes(poll, ["Tuesday"]))).toMatchObject({
      type: "poll_vote",
      message: "Tuesday",
      poll_vote: { message_id: poll, options: ["Tuesday"] },
    });
    const common = await alice.polls("Lunch?", ["Pizza", "Salad"], { to: group });
    await told(common);
    await bob.received(({ id }) => id === common);
    for (const [voter, choice] of [[bob, "Pizza"] as const, [alice, "Salad"] as const]) {
      expect(await told(await voter.votes(common, [choice]))).toMatchObject({
        from_phone: voter.phone,
        group_id: group.jid,
        poll_vote: { message_id: common, options: [choice] },
      });
    }
    const undone = await bob.votes(common, []);
    expect(await told(undone)).toMatchObject({ poll_vote: { message_id: common, options: [] } });
  });

  it("a quote, a forward, a disappearing and a view-once message", async () => {
    const id = await sends("Our address");
    const contextInfo = { stanzaId: id, participant: phone.phone, quotedMessage: { conversation: "Our address" } };
    expect(await hears({ extendedTextMessage: { text: "Where?", contextInfo } })).toMatchObject({
      quoted_message: "Our address",
      quoted: { message_id: id, text: "Our address" },
    });
    const forwarded = { extendedTextMessage: { text: "look", contextInfo: { isForwarded: true } } };
    expect(await hears(forwarded)).toMatchObject({ message: "look", forwarded: true });
    expect(await hears({ ephemeralMessage: { message: { conversation: "soon gone" } } })).toMatchObject({
      message: "soon gone",
      ephemeral: true,
    });
    expect(await hears({ viewOnceMessageV2: { message: { imageMessage: { caption: "once" } } } })).toMatchObject({
      media_type: "image",
      message: "once",
      view_once: true,
    });
  });

  it("a reaction and its removal", async () => {
    const id = await sends("Good?");
    for (const emoji of ["❤️", ""]) {
      const reaction = await alice.reacts(id, emoji);
      const { body } = await lab.hook.received(({ message_id }) => message_id === reaction);
      expect(body).toMatchObject({ media_type: "text", type: "reaction", reaction: { message_id: id, emoji } });
    }
  });

  it("an edit and a deletion, which change the stored message", async () => {
    const id = await alice.says("I want tow", { to: phone });
    const edit = await alice.edits(id, "I want two", { to: phone });
    const edited = await lab.hook.received(({ message_id }) => message_id === edit);
    expect(edited.body).toMatchObject({ message: "I want two", edited: { message_id: id } });
    expect(await stored(id)).toMatchObject({ text: "I want two", editedAt: expect.any(String) });
    const deletion = await alice.deletes(id, { to: phone });
    const deleted = await lab.hook.received(({ message_id }) => message_id === deletion);
    expect(deleted.body).toMatchObject({ message: "", deleted: { message_id: id } });
    expect(await stored(id)).toMatchObject({ deletedAt: expect.any(String) });
  });

  it("what they send to a broadcast list: a message in their own chat", async () => {
    const body = await hears({ conversation: "To all my customers" }, { toList: true });
    expect(body).toMatchObject({
      message: "To all my customers",
      chat_id: `${alice.phone}@s.whatsapp.net`,
      from_phone: alice.phone,
      is_group: false,
      participant: null,
    });
    await alice.receiptFor(String(body.message_id), "delivered");
  });

  it("a kind nobody knows yet: an empty message that says so", async () => {
    expect(await hears({ requestPaymentMessage: { amount1000: 1_000 } })).toMatchObject({
      media_type: "text",
      message: "",
      unsupported: true,
    });
  });
});

describe("a call", () => {
  it.each([
    [true, "video"],
    [false, "voice"],
  ])("is an event, to the webhook too (video: %s)", async (video) => {
    const callId = await alice.calls(phone, { video });
    const { body } = await lab.hook.received(({ call_id }) => call_id === callId);
    expect(body).toMatchObject({
      event: "call",
      instance_id: number.id,
      chat_id: `${alice.phone}@s.whatsapp.net`,
      from_phone: alice.phone,
      from_lid: alice.lid,
      video,
      group_id: null,
    });
  });
});

describe("somebody who is first seen without a phone", () => {
  it("is told by LID, then by phone in the same chat, once a message names it", async () => {
    const carol = lab.whatsApp.contact({ name: "Carol" });
    const first = await told(await carol.sends({ conversation: "who am I?" }, { to: phone, isAnonymous: true }));
    expect(first).toMatchObject({ from_phone: null, from_lid: carol.lid, chat_id: `${carol.lid}@lid` });
    const second = await told(await carol.says("it is me", { to: phone }));
    const chat_id = `${carol.phone}@s.whatsapp.net`;
    expect(second).toMatchObject({ from_phone: carol.phone, from_lid: carol.lid, chat_id });
    const { body } = await lab.hook.received(({ event, lid }) => event === "contact.identified" && lid === carol.lid);
    expect(body).toMatchObject({ chat_id, phone: carol.phone });
    expect(await stored(String(first.message_id))).toMatchObject({ chatId: chat_id, from: carol.phone });
  });

  it("is recognised when their phone is written to", async () => {
    const dave = lab.whatsApp.contact({ name: "Dave" });
    await told(await dave.sends({ conversation: "hello" }, { to: phone, isAnonymous: true }));
    const { messageId } = await number.sends(dave.phone, "are you Dave?");
    await dave.received((received) => received.id === messageId);
    await lab.hook.received(({ event, lid }) => event === "contact.identified" && lid === dave.lid);
    const chat = (await number.messages(`&phone=${dave.phone}`)).map(({ text, direction }) => [direction, text]);
    expect(chat).toEqual([
      ["inbound", "hello"],
      ["outbound", "are you Dave?"],
    ]);
  });
});
