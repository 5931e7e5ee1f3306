/** Recipients become contacts of the phone before they are written to; and the phone's settings tell a number its name. */
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Contact, Phone } from "../../simulator/index.ts";
import type { ClientStanza } from "../../simulator/stanza-log.ts";
import { eventually } from "./support/eventually.ts";
import { useLab } from "./support/lab.ts";
import type { GatewayNumber } from "./support/number.ts";

const lab = useLab();

let phone: Phone;
let number: GatewayNumber;

beforeAll(async () => {
  phone = lab.whatsApp.phone({ businessName: "Clinic" });
  number = await lab.number("contacts");
  await number.isLinkedBy(phone);
});

afterEach(() => lab.whatsApp.healsWire(phone));

const nameOf = (contact: Contact): string | undefined => phone.contacts[contact.phone]?.name;

/** Sends a message, and waits until its recipient has it. */
async function send(contact: Contact, fields: object): Promise<string> {
  const body = { to: contact.phone, message: "hello", ...fields };
  const { messageId, success } = await lab.api.ok<{ messageId: string; success: boolean }>(
    "POST",
    `${number.path}/send`,
    body,
  );
  expect(success).toBe(true);
  await contact.received(({ id }) => id === messageId);
  return messageId;
}

/** A change of settings by the number. */
const isChange = ({ phone: from, node }: ClientStanza): boolean =>
  from === phone.phone && node.attrs.xmlns === "w:sync:app:state" && JSON.stringify(node).includes('"tag":"patch"');

describe("a recipient", () => {
  it("is in the phone's address book before the message leaves", async () => {
    const maria = lab.whatsApp.contact();
    const since = lab.whatsApp.mark();
    const messageId = await send(maria, { contactName: "  Maria\n Silva " });
    expect(phone.contacts[maria.phone]).toEqual({
      name: "Maria Silva",
      isSavedHere: true,
      lid: `${maria.lid}@lid`,
    });
    const change = await lab.whatsApp.expects(isChange, { since });
    const message = await lab.whatsApp.expects({ tag: "message", attrs: { id: messageId } }, { since });
    expect(change.seq).toBeLessThan(message.seq);
  });

  it("is not saved unless there is a name, and not with skipContactSave", async () => {
    const bob = lab.whatsApp.contact();
    await send(bob, {});
    await send(bob, { contactName: " " });
    await send(bob, { contactName: "Bob", skipContactSave: true });
    expect(nameOf(bob)).toBeUndefined();
  });

  it("is saved once under a name, also after a crash, and again under another one", async () => {
    const eve = lab.whatsApp.contact();
    await send(eve, { contactName: "Eve" });
    const version = phone.account.appState.version("critical_unblock_low");
    await lab.crashesAndStarts();
    await number.isConnected();
    await send(eve, { contactName: "Eve" });
    expect(phone.account.appState.version("critical_unblock_low")).toBe(version);
    await send(eve, { contactName: "Eve, front desk" });
    expect(nameOf(eve)).toBe("Eve, front desk");
  });

  it("that the owner saved, or renamed, keeps the owner's name", async () => {
    const [mum, dad] = [lab.whatsApp.contact(), lab.whatsApp.contact()];
    await phone.savesContact(mum, "Mum");
    await send(mum, { contactName: "Mrs Silva" });
    await send(dad, { contactName: "Mr Silva" });
    await phone.savesContact(dad, "Dad");
    await send(dad, { contactName: "Mr Silva senior" });
    expect([nameOf(mum), nameOf(dad)]).toEqual(["Mum", "Dad"]);
  });

  it("is saved though the phone changed something in the same moment", async () => {
    const [ann, ben] = [lab.whatsApp.contact(), lab.whatsApp.contact()];
    phone.isFasterWith(() => phone.savesContact(ann, "Ann"));
    await send(ben, { contactName: "Ben" });
    expect([nameOf(ann), nameOf(ben)]).toEqual(["Ann", "Ben"]);
  });

  it("of a file is saved too, and nobody for a group", async () => {
    const carl = lab.whatsApp.contact();
    const group = lab.whatsApp.group({ subject: "Team", members: [phone, carl] });
    const data = `data:image/png;base64,${Buffer.from("89504e470d0a1a0a", "hex").toString("base64")}`;
    await send(carl, { message: "look", mediaUrl: data, messageType: "document", contactName: "Carl" });
    const version = phone.account.appState.version("critical_unblock_low");
    await lab.api.ok("POST", `${number.path}/send`, { to: group.jid, message: "hello all", contactName: "Team" });
    await carl.received("hello all");
    expect(nameOf(carl)).toBe("Carl");
    expect(phone.account.appState.version("critical_unblock_low")).toBe(version);
  });
});

describe("the message goes out all the same", () => {
  it("when WhatsApp refuses the change; the log says so without a name", async () => {
    const fay = lab.whatsApp.contact();
    await send(fay, {});
    lab.whatsApp.failsQueries(phone, 500);
    await send(fay, { contactName: "Fay Secret" });
    expect(nameOf(fay)).toBeUndefined();
    const logs = await number.logs();
    expect(logs).toContainEqual("a contact was not saved on the phone (unanswered)");
    expect(logs.join()).not.toContain("Secret");
  });
});

describe("a phone with many contacts", () => {
  it("gives them as a file, which is checked: saved when it is whole, left alone when it is damaged", async () => {
    const [whole, damaged] = [lab.whatsApp.phone({ businessName: "A" }), lab.whatsApp.phone({ businessName: "B" })];
    const friends = [lab.whatsApp.contact(), lab.whatsApp.contact()];
    const names: (string | undefined)[] = [];
    for (const owner of [whole, damaged]) {
      for (const friend of friends) await owner.savesContact(friend, "Old friend");
      owner.compactsSettings();
      const other = await lab.number(`many-${owner.phone}`);
      await other.isLinkedBy(owner);
      if (owner === damaged) lab.whatsApp.files.damagesNext();
      const gina = lab.whatsApp.contact();
      const body = { to: gina.phone, message: "hello", contactName: "Gina" };
      const { messageId } = await lab.api.ok<{ messageId: string }>("POST", `${other.path}/send`, body);
      await gina.received(({ id }) => id === messageId);
      names.push(owner.contacts[gina.phone]?.name);
    }
    expect(names).toEqual(["Gina", undefined]);
  });
});

describe("an account without a business name", () => {
  it("tells its name as a setting, once it is linked; the number shows itself online then", async () => {
    const owner = lab.whatsApp.phone({ name: "Dr. Owner" });
    const since = lab.whatsApp.mark();
    const named = await lab.number("named");
    await named.isLinkedBy(owner);
    await lab.whatsApp.expects(
      { tag: "presence", attrs: { type: "available", name: "Dr. Owner" }, phone: owner.phone },
      { since },
    );
    expect(await lab.api.ok("GET", `${named.path}/profile`)).toMatchObject({ profile: { name: "Dr. Owner" } });
    await lab.api.ok("PUT", `${named.path}/profile/name`, { name: "Practice" });
    expect(await lab.api.ok("GET", `${named.path}/profile`)).toMatchObject({ profile: { name: "Practice" } });
  });

  it("tells it as a file when it is an older one, and every later one", async () => {
    const owner = lab.whatsApp.phone({ name: "Dr. Owner" });
    await owner.renames("Dr. Older");
    owner.compactsSettings();
    const since = lab.whatsApp.mark();
    const older = await lab.number("older");
    await older.isLinkedBy(owner);
    await lab.whatsApp.expects(
      { tag: "presence", attrs: { type: "available", name: "Dr. Older" }, phone: owner.phone },
      { since },
    );
    await owner.renames("Dr. New");
    await eventually(
      () => lab.api.ok<{ profile: { name: string } }>("GET", `${older.path}/profile`),
      ({ profile }) => profile.name === "Dr. New",
      "the new name is known",
      60_000,
    );
  });
});
