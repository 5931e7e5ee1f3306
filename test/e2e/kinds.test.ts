import { beforeAll, describe, expect, it } from "vitest";
import type { Contact, Phone } from "../../simulator/index.ts";
import { useLab } from "./support/lab.ts";
import type { GatewayNumber } from "./support/number.ts";

const lab = useLab({ gateway: "wrangler dev" });

let phone: Phone;
let alice: Contact;
let number: GatewayNumber;

beforeAll(async () => {
  [phone, alice] = [lab.whatsApp.phone({ businessName: "Clinic" }), lab.whatsApp.contact({ name: "Alice" })];
  number = await lab.number("kinds");
  await number.isLinkedBy(phone);
});

/** Sends a message of any kind; it has to succeed. */
async function sends(body: object): Promise<string> {
  const path = `${number.path}/send`;
  const sent = await lab.api.ok<{ success: boolean; messageId: string }>("POST", path, { to: alice.phone, ...body });
  expect(sent.success).toBe(true);
  return sent.messageId;
}

const reacts = (messageId: string, emoji: string) =>
  lab.api.call("POST", `${number.path}/react`, { to: alice.phone, messageId, emoji });

/** What Alice's phone decrypted of it. */
async function decrypted(messageId: string) {
  const { message } = await alice.received(({ id }) => id === messageId);
  return JSON.parse(JSON.stringify(message));
}

async function stored(messageId: string): Promise<Record<string, unknown>> {
  const found = (await number.messages()).find(({ id }) => id === messageId);
  return { ...found };
}

/** Sends something to the number; gives the webhook's payload of it. */
async function hears(message: Parameters<Contact["sends"]>[0], options = {}) {
  const id = await alice.sends(message, { to: phone, ...options });
  const { body } = await lab.hook.received(({ message_id }) => message_id === id);
  return body;
}

describe("what is sent reaches the contact as it is meant", () => {
  it("a text that quotes and mentions", async () => {
    const question = await hears({ conversation: "When do you open?" });
    const id = await sends({
      message: `At nine, @${alice.phone}`,
      quotedMessageId: question.message_id,
      mentions: [alice.phone],
    });
    expect((await decrypted(id)).extendedTextMessage).toMatchObject({
      text: `At nine, @${alice.phone}`,
      contextInfo: {
        stanzaId: question.message_id,
        quotedMessage: { conversation: "When do you open?" },
        mentionedJid: [`${alice.phone}@s.whatsapp.net`],
      },
    });
    expect(await stored(id)).toMatchObject({
      quoted: { messageId: question.message_id, text: "When do you open?" },
      mentions: [alice.phone],
    });
  });

  it("a location", async () => {
    const id = await sends({
      latitude: 3.1577,
      longitude: 101.7117,
      locationName: "Twin Towers",
      locationAddress: "KL",
    });
    expect((await decrypted(id)).locationMessage).toMatchObject({
      degreesLatitude: 3.1577,
      degreesLongitude: 101.7117,
      name: "Twin Towers",
      address: "KL",
    });
    expect(await stored(id)).toMatchObject({
      type: "location",
      location: { latitude: 3.1577, longitude: 101.7117, name: "Twin Towers", address: "KL", live: false },
    });
  });

  it("a contact card", async () => {
    const id = await sends({ contactCard: { displayName: "John Doe", phoneNumber: "+60 12-345 6789" } });
    const { contactMessage } = await decrypted(id);
    expect(contactMessage.displayName).toBe("John Doe");
    expect(contactMessage.vcard).toContain("waid=60123456789:+60123456789");
  });

  it("quick-reply buttons and links, with their numbered text and the node that makes apps show them", async () => {
    const since = lab.whatsApp.mark();
    const buttons = [
      { id: "yes", text: "Yes" },
      { text: "Menu", url: "https://example.com/menu" },
    ];
    const id = await sends({ text: "Shall we?", buttons, footer: "Clinic" });
    const { interactiveMessage } = await decrypted(id);
    expect(interactiveMessage).toMatchObject({
      body: { text: "Shall we?\n\n1. Yes\n2. Menu: https://example.com/menu" },
      footer: { text: "Clinic" },
    });
    const shown = interactiveMessage.nativeFlowMessage.buttons.map(
      ({ name, buttonParamsJson }: { name: string; buttonParamsJson: string }) => [name, JSON.parse(buttonParamsJson)],
    );
    expect(shown).toEqual([
      ["quick_reply", { display_text: "Yes", id: "yes" }],
      ["cta_url", { display_text: "Menu", url: "https://example.com/menu", merchant_url: "https://example.com/menu" }],
    ]);
    const { node } = await lab.whatsApp.expects(({ node }) => node.attrs.id === id, { since });
    expect(Array.isArray(node.content) && node.content.some(({ tag }) => tag === "biz")).toBe(true);
  });

  it("a list, without its numbered text when that is not wanted", async () => {
    const sections = [{ title: "Services", rows: [{ id: "c", title: "Consulting", description: "Advice" }] }];
    const id = await sends({ text: "Choose", sections, buttonText: "Options", fallback: "none" });
    const { interactiveMessage } = await decrypted(id);
    expect(interactiveMessage.body.text).toBe("Choose");
    expect(JSON.parse(interactiveMessage.nativeFlowMessage.buttons[0].buttonParamsJson)).toEqual({
      title: "Options",
      sections,
    });
  });

  it("a poll, whose votes come back by name", async () => {
    const id = await sends({ poll: { question: "Which day?", options: ["Monday", "Tuesday"] } });
    await decrypted(id);
    const vote = await alice.votes(id, ["Tuesday"]);
    const { body } = await lab.hook.received(({ message_id }) => message_id === vote);
    expect(body).toMatchObject({
      media_type: "text",
      type: "poll_vote",
      message: "Tuesday",
      poll_vote: { message_id: id, options: ["Tuesday"] },
    });
  });

  it("a reaction and its removal, to messages of both sides", async () => {
    const question = await hears({ conversation: "Nice?" });
    const own = await sends({ message: "Very" });
    await decrypted(own);
    const path = `${number.path}/react`;
    for (const [messageId, emoji] of [
      [question.message_id, "🔥"],
      [question.message_id, ""],
      [own, "👍"],
    ]) {
      const answer = await lab.api.ok("POST", path, { to: alice.phone, messageId, emoji });
      expect(answer).toEqual({ success: true, messageId, emoji });
      const { message } = await alice.received(
        ({ message: { reactionMessage } }) => reactionMessage?.key?.id === messageId && reactionMessage?.text === emoji,
      );
      expect(message.reactionMessage?.key?.fromMe).toBe(messageId === own);
    }
  });

  it("an edit and a deletion, which the history shows", async () => {
    const id = await sends({ message: "We open at nin" });
    await decrypted(id);
    await lab.api.ok("PUT", `${number.path}/messages/${id}`, { message: "We open at nine" });
    const edit = await alice.received(({ message }) => message.protocolMessage?.type === 14);
    expect(edit.message.protocolMessage).toMatchObject({
      key: { id },
      editedMessage: { extendedTextMessage: { text: "We open at nine" } },
    });
    expect(await stored(id)).toMatchObject({ text: "We open at nine", editedAt: expect.any(String), deletedAt: null });
    await lab.api.ok("DELETE", `${number.path}/messages/${id}`);
    const deletion = await alice.received(
      ({ message }) => message.protocolMessage?.key?.id === id && message.protocolMessage.type === 0,
    );
    expect(deletion.message.protocolMessage?.key?.id).toBe(id);
    expect(await stored(id)).toMatchObject({ deletedAt: expect.any(String) });
    expect(await reacts(id, "👍")).toMatchObject({ status: 409, body: { code: "wrong_state" } });
    expect(await reacts(id, "")).toMatchObject({ status: 200 });
  });

  it("no reaction to a message that WhatsApp refused", async () => {
    alice.rejectsWith(479);
    const body = { to: alice.phone, message: "refused" };
    const { messageId } = await lab.api.ok<{ messageId: string }>("POST", `${number.path}/send`, body);
    expect(await reacts(messageId, "👍")).toMatchObject({ status: 409, body: { code: "wrong_state" } });
  });
});

describe("without an instance", () => {
  it("the one that last spoke with the recipient writes and reacts", async () => {
    const [other, bob] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const second = await lab.number("kinds-2");
    await second.isLinkedBy(other);
    await bob.says("hello there", { to: other });
    const { body } = await lab.hook.received(({ message }) => message === "hello there");
    const [sent] = await lab.api.ok<Record<string, unknown>[]>("POST", "/api/send", {
      to: bob.phone,
      text: "hello you",
    });
    expect(sent).toMatchObject({ status: "sent", from_phone: other.phone, to_phone: bob.phone, message: "hello you" });
    await bob.received("hello you", { from: other.phone });
    const reaction = { to: bob.phone, messageId: body.message_id, emoji: "👋" };
    expect(await lab.api.ok("POST", "/api/react", reaction)).toMatchObject({ success: true, instance_id: "kinds-2" });
    const chosen = { from_phone: phone.phone, to: bob.phone, message: "from the first" };
    expect(await lab.api.ok("POST", "/api/send", chosen)).toMatchObject([{ from_phone: phone.phone }]);
    const nobody = await lab.api.call("POST", "/api/send", { ...chosen, from_phone: "5599000000000" });
    expect(nobody).toMatchObject({ status: 404, body: { code: "not_found" } });
  });
});

it("a number is looked up at WhatsApp", async () => {
  const path = `${number.path}/numbers`;
  expect(await lab.api.ok("GET", `${path}/+${alice.phone}`)).toEqual({
    success: true,
    phone: alice.phone,
    exists: true,
    jid: `${alice.phone}@s.whatsapp.net`,
    lid: `${alice.lid}@lid`,
    pictureUrl: null,
  });
  expect(await lab.api.ok("GET", `${path}/5599000000000`)).toMatchObject({ exists: false, jid: null, lid: null });
});
