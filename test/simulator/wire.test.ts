/** The faults of the wire, seen by an unmodified client. */
import { expect, test } from "vitest";
import { useLab } from "./lab.ts";

const lab = useLab();

test("a message that comes twice is decrypted once, and everything goes on", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  lab.server.repeatsNext(phone);
  await alice.says("twice", { to: phone });
  await alice.says("after it", { to: phone });
  await client.text("twice");
  await client.text("after it");
});

test("a message that is overtaken by the next one is decrypted after it", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  lab.server.swapsNext(phone);
  await alice.says("first", { to: phone });
  await alice.says("second", { to: phone });
  await client.text("first");
  await client.text("second");
  expect(client.texts().filter((text) => text !== "")).toEqual(["second", "first"]);
});

test("a message whose acknowledgement got lost was taken", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  lab.server.losesAcks(phone);
  await client.socket.sendMessage(`${alice.phone}@s.whatsapp.net`, { text: "taken" });
  await alice.received("taken");
});

test("a query fails with the code that was asked for, once; then queries work again", async () => {
  const { phone, client } = await lab.linked();
  lab.server.failsQueries(phone, 503);
  await expect(client.socket.fetchBlocklist()).rejects.toMatchObject({ data: 503 });
  expect(await client.socket.fetchBlocklist()).toEqual([]);
});

test("what was asked for and did not happen yet does not happen on a wire that was healed", async () => {
  const { phone, client } = await lab.linked();
  lab.server.failsQueries(phone, "silence");
  lab.server.healsWire(phone);
  expect(await client.socket.fetchBlocklist()).toEqual([]);
});

test("a trap stops the connection at its stanza: the message is taken, and nothing comes back", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  const { caught } = lab.server.stopsAt({ tag: "message", phone: phone.phone }, { isTaken: true });
  await client.socket.sendMessage(`${alice.phone}@s.whatsapp.net`, { text: "into the trap" });
  expect((await caught).node.tag).toBe("message");
  await alice.received("into the trap");
  const ping = { tag: "iq", attrs: { to: "@s.whatsapp.net", type: "get", xmlns: "w:p" } };
  await expect(client.socket.query(ping, 300)).rejects.toThrow("Timed Out");
});

test("a trap that was taken away catches nothing", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  lab.server.stopsAt({ tag: "message", phone: phone.phone }).remove();
  await client.socket.sendMessage(`${alice.phone}@s.whatsapp.net`, { text: "past the trap" });
  await alice.received("past the trap");
});

test("every stanza is traced in both directions, with its attributes and without its content", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  const id = await client.sends(`${alice.phone}@s.whatsapp.net`, "for nobody else");
  await alice.received("for nobody else");
  const sent = lab.trace.filter((line) => line.includes(id));
  expect(sent[0]).toMatch(new RegExp(`^\\S+ < ${phone.phone}:1 <message .*<enc v='2' type='pkmsg'/>.*</message>$`));
  expect(sent[1]).toMatch(new RegExp(`^\\S+ > ${phone.phone}:1 <ack class='message' id='${id}'`));
  expect(lab.trace.join()).not.toContain("for nobody else");
});
