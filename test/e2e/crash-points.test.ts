/**
 * SIGKILL at the moments at which something is done and not yet told, or told and not yet done. Each moment is caught
 * from the outside: the stanza or request by which it shows is held, and the runtime is killed then.
 */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Contact, Phone } from "../../simulator/index.ts";
import { eventually } from "./support/eventually.ts";
import { FaultyReceiver } from "./support/faulty-receiver.ts";
import { useLab } from "./support/lab.ts";
import type { GatewayNumber } from "./support/number.ts";
import { ages } from "./support/stored-number.ts";

const lab = useLab();
const DAY_MS = 24 * 60 * 60 * 1_000;
/** A heartbeat, a backoff, and a wait for the history by Baileys. */
const PATIENCE = { timeoutMs: 90_000 };

let phone: Phone;
let alice: Contact;
let number: GatewayNumber;
let receiver: FaultyReceiver;

beforeAll(async () => {
  receiver = await FaultyReceiver.start();
  [phone, alice] = [lab.whatsApp.phone({ businessName: "Clinic" }), lab.whatsApp.contact()];
  number = await lab.number("crashing");
  const webhook = { webhookUrl: receiver.url, events: ["message"] };
  const { secret } = await lab.api.ok<{ secret: string }>("PUT", `${number.path}/webhook`, webhook);
  receiver.secrets = [secret];
  await number.isLinkedBy(phone);
  // Both sides know each other: what follows does not begin with an exchange of keys.
  await alice.says("hello", { to: phone });
  await number.sends(alice.phone, "hello too");
});

afterAll(() => receiver.stop());

/** A call wakes the number, rather than its heartbeat up to 30 s later; that it does is shown by survival.test.ts. */
async function crashes(woken = number, between?: () => void): Promise<void> {
  await lab.crashesAndStarts(between);
  await woken.describes();
}

/** Starts a call that the crash will cut off. */
function calls(body: object, key: string): Promise<unknown> {
  return lab.api.call("POST", `${number.path}/send`, body, { "Idempotency-Key": key }).catch(() => null);
}

/** The same call again, as a careful program makes it, until the number is back. @returns the message id */
async function callsAgain(body: object, key: string): Promise<string> {
  const answer = await eventually(
    () => lab.api.call("POST", `${number.path}/send`, body, { "Idempotency-Key": key }),
    ({ status }) => status === 200,
    "the repeated call is answered",
    PATIENCE.timeoutMs,
  );
  return String(answer.body.messageId);
}

const idsOf = (contact: Contact, text: string): string[] => [
  ...new Set(contact.inbox.filter((message) => message.text === text).map(({ id }) => id)),
];

const timesStored = async (text: string): Promise<number> =>
  (await number.messages()).filter((message) => message.text === text).length;

describe("the runtime is killed", () => {
  it("with a message stored and its receipt not sent: the message is there once, and is delivered", async () => {
    const moment = lab.whatsApp.stopsAt({ tag: "receipt", phone: phone.phone });
    const id = await alice.says("stored", { to: phone });
    await moment.caught;
    const since = lab.whatsApp.mark();
    await crashes();
    await lab.whatsApp.expects({ tag: "receipt", attrs: { id }, phone: phone.phone }, { since, ...PATIENCE });
    expect(await timesStored("stored")).toBe(1);
    await eventually(
      async () => receiver.taken,
      (taken) => taken.includes("stored"),
      "delivered",
      PATIENCE.timeoutMs,
    );
  });

  it("with a message in the outbox and no byte of it sent: it goes out by itself, once", async () => {
    const bob = lab.whatsApp.contact();
    const body = { to: bob.phone, message: "from the outbox" };
    const moment = lab.whatsApp.stopsAt({ tag: "iq", phone: phone.phone, attrs: { xmlns: "encrypt" } });
    const cut = calls(body, "outbox");
    await moment.caught;
    await crashes();
    await cut;
    const { id } = await bob.received("from the outbox", PATIENCE);
    expect(await callsAgain(body, "outbox")).toBe(id);
    expect(idsOf(bob, "from the outbox")).toEqual([id]);
  });

  it.each([
    ["and WhatsApp never gets it", false],
    ["and WhatsApp's acknowledgement is lost", true],
  ])("with a message on its way, %s: the contact sees it once", async (what, isTaken) => {
    const body = { to: alice.phone, message: `on its way, ${what}` };
    const moment = lab.whatsApp.stopsAt({ tag: "message", phone: phone.phone }, { isTaken });
    const cut = calls(body, `on-its-way-${isTaken}`);
    await moment.caught;
    await crashes();
    await cut;
    const id = await callsAgain(body, `on-its-way-${isTaken}`);
    await number.messageReaches(id, "delivered", PATIENCE.timeoutMs);
    expect(idsOf(alice, body.message)).toEqual([id]);
  });

  it.each(["request", "answer"] as const)(
    "in the middle of a webhook, at its %s: it is made again, and replied to once",
    async (what) => {
      const text = `webhook at its ${what}`;
      receiver.startsAnew(() => ({ status: 200, body: JSON.stringify({ reply: `re: ${text}` }) }));
      const moment = receiver.stopsAt(what);
      await alice.says(text, { to: phone });
      await moment.caught;
      await crashes();
      await alice.received(`re: ${text}`, PATIENCE);
      expect(receiver.taken).toEqual([text]);
      await number.isConnected(PATIENCE.timeoutMs);
      expect(idsOf(alice, `re: ${text}`)).toHaveLength(1);
      receiver.startsAnew();
    },
  );

  it("while a file comes in: it is fetched again", async () => {
    const bytes = randomBytes(50_000);
    const fetching = lab.whatsApp.files.stallNext("downloads");
    const id = await alice.sendsFile({ kind: "document", bytes, mimetype: "application/pdf" }, { to: phone });
    await fetching;
    await crashes();
    const find = async () => (await number.messages()).find((message) => message.id === id) as unknown as StoredFile;
    const { media } = await eventually(find, (message) => message?.media?.status === "stored", "stored", 240_000);
    expect(await lab.api.bytes(`${number.path}/media/${media.id}`)).toEqual(bytes);
  }, 260_000);

  it("while a file goes out: the repeated call sends it, once", async () => {
    const bytes = Buffer.concat([Buffer.from("%PDF-1.7\n"), randomBytes(5_000)]);
    const mediaUrl = `data:application/pdf;base64,${bytes.toString("base64")}`;
    const body = { to: alice.phone, mediaUrl, message: "the report", fileName: "report.pdf" };
    const sending = lab.whatsApp.files.stallNext("uploads");
    const cut = calls(body, "report");
    await sending;
    await crashes();
    await cut;
    const id = await callsAgain(body, "report");
    await alice.received((message) => message.id === id, PATIENCE);
    expect(alice.opensFile(id)).toEqual(bytes);
  });

  it("in the middle of pruning: what is old goes all the same, what is not stays", async () => {
    const old = Array.from({ length: 400 }, (_, index) => `old ${index}`);
    await number.isConnected(PATIENCE.timeoutMs);
    for (const text of old) await alice.says(text, { to: phone });
    await receiver.took(receiver.taken.length + old.length, PATIENCE.timeoutMs);
    const events = async () =>
      (await lab.api.ok<{ events: { seq: number }[] }>("GET", `${number.path}/events?after=0&limit=1`)).events[0]?.seq;
    await crashes(number, () => ages(lab.stateFolder, number.id, 31 * DAY_MS));
    await eventually(events, (first) => first !== 1, "the first slice is gone", PATIENCE.timeoutMs);
    await crashes();
    await number.isConnected(PATIENCE.timeoutMs);
    await alice.says("new", { to: phone });
    await eventually(
      () => number.messages(),
      (messages) => messages.length === 1,
      "only the new one is left",
      PATIENCE.timeoutMs,
    );
    expect((await number.messages()).map(({ text }) => text)).toEqual(["new"]);
  });
});

describe("the runtime is killed while a number is being linked", () => {
  it("with the link confirmed, before the connection that WhatsApp asks for: it needs no other QR", async () => {
    const owner = lab.whatsApp.phone();
    const linking = await lab.number("confirmed");
    const moment = lab.whatsApp.stopsAt({ tag: "iq", child: "pair-device-sign" }, { isTaken: true });
    await linking.connects();
    await owner.scans(await linking.qrText());
    await moment.caught;
    await crashes(linking);
    await owner.online(PATIENCE);
    await linking.isConnected(PATIENCE.timeoutMs);
  });

  it("with the link not confirmed: it says that it has to be linked again, and can be", async () => {
    const owner = lab.whatsApp.phone();
    const linking = await lab.number("unconfirmed");
    const moment = lab.whatsApp.stopsAt({ tag: "iq", child: "pair-device-sign" });
    await linking.connects();
    const scanning = owner.scans(await linking.qrText()).catch((error: Error) => error.message);
    await moment.caught;
    await crashes(linking);
    expect(await scanning).toMatch(/closed/);
    await linking.isDisconnected(PATIENCE.timeoutMs);
    expect(await linking.describes()).toMatchObject({ linked: false, lastDisconnect: { nextAction: "link_again" } });
    await linking.isLinkedBy(owner);
  });

  it("in the middle of the history: it comes back without a QR, and has its name", async () => {
    const owner = lab.whatsApp.phone({ name: "Praxis Nord" });
    const linking = await lab.number("history");
    const moment = lab.whatsApp.stopsAt({ tag: "receipt", phone: owner.phone, attrs: { type: "hist_sync" } });
    await linking.connects();
    await owner.scans(await linking.qrText());
    await moment.caught;
    await crashes(linking);
    await owner.online(PATIENCE);
    await isNamed(linking, "Praxis Nord");
    await alice.says("after the history", { to: owner });
    await lab.hook.received(({ message }) => message === "after the history", PATIENCE.timeoutMs);
  });

  it("in the middle of a change of its app state: it learns of the change after the crash", async () => {
    const owner = lab.whatsApp.phone({ name: "Praxis Nord" });
    const linking = await lab.number("app-state");
    await linking.isLinkedBy(owner);
    await isNamed(linking, "Praxis Nord");
    const moment = lab.whatsApp.stopsAt({ tag: "iq", phone: owner.phone, attrs: { xmlns: "w:sync:app:state" } });
    await owner.renames("Praxis Süd");
    await moment.caught;
    await crashes(linking);
    await owner.online(PATIENCE);
    await isNamed(linking, "Praxis Süd");
  });
});

/** What the account is called, as the number has learned from its phone. */
async function isNamed({ path }: GatewayNumber, name: string): Promise<void> {
  await eventually(
    () => lab.api.ok<{ profile: { name: string | null } }>("GET", `${path}/profile`),
    ({ profile }) => profile.name === name,
    `the name is ${name}`,
    60_000,
  );
}

interface StoredFile {
  media: { id: string; status: string };
}
