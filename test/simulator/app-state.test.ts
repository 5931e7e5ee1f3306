import { expect, test } from "vitest";
import { useLab } from "./lab.ts";

const lab = useLab();

test("a change on the phone reaches the linked device: a name, a saved contact", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  await phone.renames("New name");
  await client.find("creds.update", ({ me }) => me?.name === "New name" || undefined, { what: "the name" });
  await phone.savesContact(alice, "Alice from work");
  const contact = await client.find("contacts.upsert", ([first]) => first, { what: "the contact" });
  expect(contact).toMatchObject({
    id: `${alice.phone}@s.whatsapp.net`,
    name: "Alice from work",
    lid: `${alice.lid}@lid`,
  });
});

test("a change on one device is checked, kept and passed to the other", async () => {
  const { phone, client } = await lab.linked();
  const second = await lab.companion(phone);
  await client.socket.updateProfileName("Renamed by the first");
  await second.find("creds.update", ({ me }) => me?.name === "Renamed by the first" || undefined, { what: "the name" });
  expect(phone.account.appState.version("critical_block")).toBe(1);
});

test("chats given to a phone come with the history of a newly linked device", async () => {
  const phone = lab.server.phone({ history: [{ id: "5511988887777@s.whatsapp.net", name: "Old friend" }] });
  const client = await lab.companion(phone);
  const { chats } = await client.find("messaging-history.set", (history) => history, { what: "the history" });
  expect(chats).toMatchObject([{ id: "5511988887777@s.whatsapp.net", name: "Old friend" }]);
});
