import { beforeAll, describe, expect, it } from "vitest";
import type { Contact, Group, Phone } from "../../simulator/index.ts";
import { useLab } from "./support/lab.ts";
import type { GatewayNumber } from "./support/number.ts";

const lab = useLab();
/** Longer than a request for a copy takes to be answered. */
const DELAY_MS = 500;
const VOICE = Buffer.from("4f676753000200000000000000000000000000000000000000000113", "hex");

let phone: Phone;
let alice: Contact;
let bob: Contact;
let eve: Contact;
let group: Group;
let number: GatewayNumber;

beforeAll(async () => {
  phone = lab.whatsApp.phone({ businessName: "Clinic" });
  [alice, bob, eve] = ["Alice", "Bob", "Eve"].map((name) => lab.whatsApp.contact({ name })) as [
    Contact,
    Contact,
    Contact,
  ];
  group = lab.whatsApp.group({ subject: "Team", members: [phone, alice, bob] });
  number = await lab.number("statuses");
  await number.isLinkedBy(phone);
});

const sends = async (to: string, body: object): Promise<string> =>
  (await lab.api.ok<{ messageId: string }>("POST", `${number.path}/send`, { to, ...body })).messageId;

const statusOf = async (id: string) => (await number.messages()).find((message) => message.id === id)?.status;

describe("what became of a message", () => {
  it("is delivered, read and played, as its recipient says", async () => {
    const id = await sends(alice.phone, { mediaUrl: `data:audio/ogg;base64,${VOICE.toString("base64")}` });
    await alice.received((received) => received.id === id);
    await number.messageReaches(id, "delivered");
    await alice.reads(id);
    await number.messageReaches(id, "read");
    await alice.plays(id);
    await number.messageReaches(id, "played");
  });

  it("in a group is what all its members say", async () => {
    const id = await sends(group.jid, { message: "Meeting at ten" });
    for (const member of [alice, bob]) await member.received((received) => received.id === id);
    await number.messageReaches(id, "delivered");
    await alice.reads(id);
    const text = await sends(alice.phone, { message: "so far only you" });
    await alice.received((received) => received.id === text);
    await number.messageReaches(text, "delivered");
    expect(await statusOf(id)).toBe("delivered");
    await bob.reads(id);
    await number.messageReaches(id, "read");
  });

  it("is failed, with WhatsApp's code, when that refused it", async () => {
    eve.rejectsWith(479);
    const answer = await lab.api.ok<{ messageId: string }>("POST", `${number.path}/send`, {
      to: eve.phone,
      message: "malformed",
    });
    expect(answer).toMatchObject({ success: false, status: "failed", whatsappCode: 479 });
    expect(await number.messageReaches(answer.messageId, "failed")).toMatchObject({
      failure: { code: 479, reason: expect.stringContaining("malformed") },
    });
  });
});

/** Whether a stanza asks for somebody's keys. */
function describesKeysOf(node: unknown, { phone, lid }: Contact): boolean {
  const text = JSON.stringify(node);
  return text.includes('"encrypt"') && (text.includes(lid) || text.includes(phone));
}

describe("somebody to whom a message was not sent", () => {
  it("cannot mark it as read", async () => {
    const id = await sends(alice.phone, { message: "for Alice only" });
    await alice.received((received) => received.id === id);
    await number.messageReaches(id, "delivered");
    await eve.claimsToHaveRead(id, phone);
    const after = await eve.says("did I read it?", { to: phone });
    await lab.hook.received(({ message_id }) => message_id === after);
    expect(await statusOf(id)).toBe("delivered");
  });

  it("gets no copy of it, nor is a session fetched for them; the recipient gets one", async () => {
    const id = await sends(alice.phone, { message: "a secret" });
    await alice.received((received) => received.id === id);
    const since = lab.whatsApp.mark();
    await eve.asksForCopy(id, phone);
    await lab.whatsApp.expects(({ node }) => node.tag === "ack" && node.attrs.id === id, { since });
    const fetched = lab.whatsApp.stanzas(since).filter(({ node }) => describesKeysOf(node, eve));
    expect(fetched).toEqual([]);
    expect(await number.logs()).toContain("somebody asked for a copy of a message that was not sent to them");
    await alice.asksForCopy(id, phone);
    const isCopy = ({ node }: { node: { tag: string; attrs: Record<string, string> } }) =>
      node.tag === "message" && node.attrs.id === id;
    const { node } = await lab.whatsApp.expects(isCopy, { since });
    expect(node.attrs.to).toBe(`${alice.phone}@s.whatsapp.net`);
    expect(eve.inbox.filter((message) => message.id === id)).toEqual([]);
  });

  it("gets no copy of a group's message either", async () => {
    const id = await sends(group.jid, { message: "members only" });
    await bob.received((received) => received.id === id);
    const since = lab.whatsApp.mark();
    await eve.asksForCopy(id, phone);
    await lab.whatsApp.expects(({ node }) => node.tag === "ack" && node.attrs.id === id, { since });
    expect(eve.inbox.filter((message) => message.id === id)).toEqual([]);
  });
});

describe("a message that its recipient could not decrypt is sent again with what goes beside it", () => {
  it.each<[string, object, string]>([
    ["buttons", { message: "Choose", buttons: [{ id: "yes", text: "Yes" }] }, "biz"],
    ["a poll", { poll: { question: "When?", options: ["Mon", "Tue"] } }, "meta"],
  ])("%s", async (_, body, beside) => {
    const dora = lab.whatsApp.contact();
    const since = lab.whatsApp.mark();
    dora.cannotDecryptNext();
    const id = await sends(dora.phone, body);
    const { message } = await dora.received((received) => received.id === id);
    expect(message.interactiveMessage ?? message.pollCreationMessageV3).toBeTruthy();
    const copies: string[][] = [];
    await lab.whatsApp.expects(
      ({ node: { tag, attrs, content } }) => {
        if (tag !== "message" || attrs.id !== id || !Array.isArray(content)) return false;
        copies.push(content.map((part) => part.tag).filter((part) => part === beside));
        return copies.length === 2;
      },
      { since },
    );
    expect(copies).toEqual([[beside], [beside]]);
  });

  it("also when it is asked for a second time as the connection ends: at the next one", async () => {
    const gina = lab.whatsApp.contact();
    gina.cannotDecryptNext({ times: 2 });
    // What the number gets takes so long that the second request is still on its way when the first is acknowledged.
    lab.whatsApp.delays(phone, DELAY_MS);
    const firstIsDone = lab.whatsApp.expects({
      tag: "ack",
      attrs: { class: "receipt", type: "retry" },
      phone: phone.phone,
    });
    const id = await sends(gina.phone, { message: "twice unreadable" });
    await firstIsDone;
    await lab.whatsApp.drops(phone);
    lab.whatsApp.delays(phone, 0);
    expect(await gina.received("twice unreadable", { timeoutMs: 60_000 })).toMatchObject({ id });
    await number.messageReaches(id, "delivered");
  });
});

it("a copy that WhatsApp refuses as the connection breaks, so that nobody learns of it, leaves at the next one", async () => {
  const ida = lab.whatsApp.contact();
  ida.cannotDecryptNext();
  // What the number gets takes so long that it will not learn of the refusal.
  lab.whatsApp.delays(phone, DELAY_MS);
  const since = lab.whatsApp.mark();
  const ofMessage = { tag: "message", attrs: { to: `${ida.phone}@s.whatsapp.net` } };
  const sent = sends(ida.phone, { message: "taken, and its copy refused" });
  const first = await lab.whatsApp.expects(ofMessage, { since });
  ida.rejectsWith(503);
  await lab.whatsApp.expects(ofMessage, { since: first.seq });
  await lab.whatsApp.drops(phone);
  lab.whatsApp.delays(phone, 0);
  expect(await ida.received("taken, and its copy refused", { timeoutMs: 60_000 })).toMatchObject({ id: await sent });
  await number.messageReaches(await sent, "delivered");
});

describe("a copy for which WhatsApp is asked something in vain", () => {
  it.each([["an error", 503] as const, ["no answer", "silence"] as const])(
    "%s: it leaves all the same",
    async (_, how) => {
      const fred = lab.whatsApp.contact();
      await sends(fred.phone, { message: "readable" });
      await fred.received("readable");
      fred.cannotDecryptNext();
      lab.whatsApp.failsQueries(phone, how, 1, "encrypt");
      const since = lab.whatsApp.mark();
      const id = await sends(fred.phone, { message: "unreadable at first" });
      expect(await fred.received("unreadable at first", { timeoutMs: 60_000 })).toMatchObject({ id });
      const asked = lab.whatsApp.stanzas(since).filter(({ node }) => describesKeysOf(node, fred));
      expect(asked).toHaveLength(2);
      await lab.whatsApp.expects({ tag: "ack", attrs: { class: "receipt", type: "retry", id } }, { since });
    },
  );
});

describe("a message to somebody whose keys WhatsApp does not tell", () => {
  it("waits, and goes out later", async () => {
    const hugo = lab.whatsApp.contact();
    lab.whatsApp.failsQueries(phone, "silence", 1, "encrypt");
    const sent = lab.api.ok<{ messageId: string }>("POST", `${number.path}/send`, { to: hugo.phone, message: "hello" });
    expect(await hugo.received("hello", { timeoutMs: 60_000 })).toMatchObject({ id: (await sent).messageId });
  });
});

describe("a message to somebody whose devices WhatsApp does not tell", () => {
  it("waits, goes out later, and those of its chat after it", async () => {
    const carol = lab.whatsApp.contact();
    await lab.api.ok("GET", `${number.path}/numbers/${carol.phone}`);
    lab.whatsApp.failsQueries(phone, "silence");
    const first = lab.api.ok<{ status: string }>("POST", `${number.path}/send`, { to: carol.phone, message: "first" });
    expect(await first).toMatchObject({ status: "pending" });
    await sends(carol.phone, { message: "second" });
    await carol.received("second", { timeoutMs: 60_000 });
    expect(carol.inbox.map(({ text }) => text)).toEqual(["first", "second"]);
  });
});
