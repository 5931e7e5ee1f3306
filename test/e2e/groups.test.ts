import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import type { Contact, Phone } from "../../simulator/index.ts";
import { useLab } from "./support/lab.ts";
import type { GatewayNumber } from "./support/number.ts";

const lab = useLab();
const PNG = Buffer.concat([
  Buffer.from("89504e470d0a1a0a0000000d49484452000000400000002008020000", "hex"),
  randomBytes(30_000),
]);

let phone: Phone;
let alice: Contact;
let bob: Contact;
let number: GatewayNumber;
let group: ReturnType<typeof lab.whatsApp.group>;

beforeAll(async () => {
  phone = lab.whatsApp.phone({ businessName: "Clinic" });
  [alice, bob] = [lab.whatsApp.contact({ name: "Alice" }), lab.whatsApp.contact({ name: "Bob" })];
  group = lab.whatsApp.group({ subject: "Team", members: [phone, alice, bob] });
  number = await lab.number("groups");
  await number.isLinkedBy(phone);
});

const sends = (body: object) =>
  lab.api.ok<{ messageId: string; success: boolean }>("POST", `${number.path}/send`, { to: group.jid, ...body });

describe("in a group", () => {
  it("a member's text is told with the group and who wrote it", async () => {
    const id = await alice.saysIn(group, "Good morning all");
    const { body } = await lab.hook.received(({ message_id }) => message_id === id);
    expect(body).toMatchObject({
      message: "Good morning all",
      is_group: true,
      group_id: group.jid,
      chat_id: group.jid,
      participant: `${alice.lid}@lid`,
      from_phone: alice.phone,
      push_name: "Alice",
    });
    await alice.receiptFor(id, "delivered");
  });

  it("every member decrypts what is sent, and who is in it is asked only once", async () => {
    for (const text of ["first", "second", "third"]) {
      expect(await sends({ message: text })).toMatchObject({ success: true });
      for (const member of [alice, bob, phone]) {
        expect(await member.received(text, { from: phone.phone })).toMatchObject({ chat: group.jid, encType: "skmsg" });
      }
    }
    expect(group.queries).toBe(1);
    const shown = (await number.messages()).filter(({ direction }) => direction === "outbound");
    expect(shown).toMatchObject(["first", "second", "third"].map((text) => ({ text, groupId: group.jid, to: null })));
  });

  it.each([[true], [false]])(
    "a member who cannot decrypt gets a copy of its own (its keys sent along: %s)",
    async (withKeys) => {
      const since = lab.whatsApp.mark();
      bob.cannotDecryptNext({ times: 2, withKeys });
      const text = `unreadable for Bob, twice, ${withKeys}`;
      const { messageId } = await sends({ message: text });
      expect(await bob.received(text)).toMatchObject({ id: messageId, chat: group.jid, encType: "pkmsg" });
      await alice.received(text);
      const copies = lab.whatsApp
        .stanzas(since)
        .filter(({ node: { tag, attrs } }) => tag === "message" && attrs.id === messageId)
        .slice(1);
      expect(copies.map(({ node }) => node.attrs.participant)).toEqual([`${bob.lid}@lid`, `${bob.lid}@lid`]);
      expect(JSON.stringify(copies)).not.toContain(alice.lid);
      const { messageId: next } = await sends({ message: `and after it, ${withKeys}` });
      for (const member of [alice, bob]) {
        expect(await member.received((received) => received.id === next)).toMatchObject({ encType: "skmsg" });
      }
      await number.messageReaches(messageId, "delivered");
    },
  );

  it("a member's message that could not be decrypted comes when it is sent again", async () => {
    alice.corruptsNext();
    alice.corruptsRetries();
    const id = await alice.saysIn(group, "unreadable, twice");
    const { body } = await lab.hook.received(({ message_id }) => message_id === id);
    expect(body).toMatchObject({ message: "unreadable, twice", group_id: group.jid, participant: `${alice.lid}@lid` });
    const after = await alice.saysIn(group, "readable at once");
    await lab.hook.received(({ message_id }) => message_id === after);
  });

  it("files go both ways", async () => {
    const given = await bob.sendsFileIn(group, { kind: "image", bytes: PNG, mimetype: "image/png", caption: "here" });
    const { body } = await lab.hook.received(({ message_id }) => message_id === given);
    expect(body).toMatchObject({ media_type: "image", message: "here", from_phone: bob.phone, group_id: group.jid });
    const file = await fetch(String(body.media_url));
    expect(Buffer.from(await file.arrayBuffer()).equals(PNG)).toBe(true);
    const { messageId } = await sends({ mediaUrl: String(body.media_id), message: "thanks" });
    await alice.received(({ id }) => id === messageId);
    expect(alice.opensFile(messageId).equals(PNG)).toBe(true);
  });

  it("a member's message is quoted and reacted to under its writer's name", async () => {
    const id = await bob.saysIn(group, "Who comes?");
    await lab.hook.received(({ message_id }) => message_id === id);
    const { messageId } = await sends({ message: "We do", quotedMessageId: id });
    const quote = await alice.received((received) => received.id === messageId);
    expect(quote.message.extendedTextMessage?.contextInfo).toMatchObject({
      stanzaId: id,
      participant: `${bob.lid}@lid`,
    });
    await lab.api.ok("POST", `${number.path}/react`, { to: group.jid, messageId: id, emoji: "👍" });
    const reaction = await bob.received(({ message }) => message.reactionMessage?.text === "👍");
    expect(reaction.message.reactionMessage?.key).toMatchObject({ id, participant: `${bob.lid}@lid`, fromMe: false });
  });
});
