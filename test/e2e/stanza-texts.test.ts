/** Baileys writes each text with an `@` in a stanza as an address; one with nothing behind it ends the connection. */
import { expect, it } from "vitest";
import type { Phone } from "../../simulator/index.ts";
import { eventually } from "./support/eventually.ts";
import { useLab } from "./support/lab.ts";
import type { GatewayNumber } from "./support/number.ts";

const lab = useLab();

async function linked(id: string, businessName?: string): Promise<{ number: GatewayNumber; phone: Phone }> {
  const phone = lab.whatsApp.phone(businessName === undefined ? {} : { businessName });
  const number = await lab.number(id);
  await number.isLinkedBy(phone);
  await isNamed(number, businessName ?? phone.account.name);
  return { number, phone };
}

const isNamed = (number: GatewayNumber, name: string) =>
  eventually(
    () => lab.api.ok<{ profile: { name: string | null } }>("GET", `${number.path}/profile`),
    ({ profile }) => profile.name === name,
    `it is named ${name}`,
    60_000,
  );

/** Messages come and go, and the connection is the one that it was. */
async function goesOn(number: GatewayNumber, phone: Phone, work: () => Promise<void>): Promise<void> {
  const { connectedAt } = await number.describes();
  await work();
  const contact = lab.whatsApp.contact();
  const [question, answer] = [`hello ${number.id}`, `welcome to ${number.id}`];
  await contact.says(question, { to: phone });
  await lab.hook.received(({ message, instance_id }) => message === question && instance_id === number.id);
  await number.sends(contact.phone, answer);
  await contact.received(answer);
  expect((await number.describes()).connectedAt).toBe(connectedAt);
}

const NAMES = ["@", "info@", "info@clinic.example", "a_1:2@c_d"];

it("an @ in the name that the account is given here changes nothing else", async () => {
  const { number, phone } = await linked("named-here");
  await goesOn(number, phone, async () => {
    for (const name of NAMES) {
      await lab.api.ok("PUT", `${number.path}/profile/name`, { name });
      await isNamed(number, name);
    }
  });
});

it("an @ in the name that the account is given on the phone changes nothing else", async () => {
  const { number, phone } = await linked("named-there");
  await goesOn(number, phone, async () => {
    for (const name of NAMES) {
      await phone.renames(name);
      await isNamed(number, name);
    }
  });
});

it("a business with an @ in its name is linked", async () => {
  const { number, phone } = await linked("shop", "info@clinic.example");
  await goesOn(number, phone, () => number.isConnected().then(() => undefined));
});

it("a message with an @ in its id is left unanswered, for no answer to it could be written", async () => {
  const { number, phone } = await linked("odd-ids");
  const contact = lab.whatsApp.contact();
  await goesOn(number, phone, async () => {
    const dispatch = {
      message: { conversation: "odd" },
      to: phone.account,
      addressing: "lid",
      type: "text",
      attrs: {},
    } as const;
    await contact.outbox.send(dispatch, "3EB0@HOME");
  });
  expect(contact.receipts).toEqual([]);
  expect((await number.logs()).join("\n")).toContain("could not be answered");
});
