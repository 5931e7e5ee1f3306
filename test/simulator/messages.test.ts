import { expect, test } from "vitest";
import { useLab } from "./lab.ts";

const lab = useLab();
const pn = (phone: string) => `${phone}@s.whatsapp.net`;

test("a contact's text arrives under its hidden id, with the number beside it", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact({ name: "Alice" });

  const id = await alice.says("hi", { to: phone });

  const { message, type } = await client.text("hi");
  expect(type).toBe("notify");
  expect(message.key).toMatchObject({
    id,
    remoteJid: `${alice.lid}@lid`,
    remoteJidAlt: pn(alice.phone),
    fromMe: false,
    addressingMode: "lid",
  });
  expect(message.pushName).toBe("Alice");
  // The owner's own phone gets its copy too.
  expect(await phone.received("hi", { from: alice.phone })).toMatchObject({ id });
});

test("a contact's text can be addressed by number as well", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();

  await alice.says("hi", { to: phone.phone, addressing: "pn" });

  const { message } = await client.text("hi");
  expect(message.key).toMatchObject({
    remoteJid: pn(alice.phone),
    remoteJidAlt: `${alice.lid}@lid`,
    addressingMode: "pn",
  });
});

test("a client's text reaches the contact and the owner's phone, in either addressing", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();

  const byNumber = await client.sends(pn(alice.phone), "one");
  expect(await alice.received("one")).toMatchObject({
    id: byNumber,
    from: phone.phone,
    addressing: "pn",
    encType: "pkmsg",
  });
  expect(await phone.received("one")).toMatchObject({ id: byNumber, from: phone.phone, chat: alice.phone });

  const byHiddenId = await client.sends(`${alice.lid}@lid`, "two");
  expect(await alice.received("two", { from: phone.phone })).toMatchObject({ id: byHiddenId, addressing: "lid" });
});

test("a session goes on after its first message, and texts keep their order", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  await alice.says("first", { to: phone });
  await client.text("first");
  await client.sends(pn(alice.phone), "answer");
  expect(await alice.received("answer")).toMatchObject({ encType: "pkmsg" });
  await alice.says("go on", { to: phone });
  await client.text("go on");
  await client.sends(pn(alice.phone), "more");
  expect(await alice.received("more")).toMatchObject({ encType: "msg" });

  await Promise.all(["a", "b", "c", "d"].map((text) => alice.says(text, { to: phone })));
  await client.text("d");
  const texts = client.texts().filter((text) => text.length === 1);
  expect(texts).toEqual(["a", "b", "c", "d"]);
});

test("receipts for a client's message: delivered at once, read when the contact reads it", async () => {
  const { client } = await lab.linked();
  const alice = lab.server.contact();
  const id = await client.sends(pn(alice.phone), "hello");
  await client.status(id, 3);
  await alice.received("hello");
  await alice.reads(id);
  await client.status(id, 4);
});

test("a contact that reads at once needs not be told to, and one that acknowledges nothing stays at the sent state", async () => {
  const { client } = await lab.linked();
  const quick = lab.server.contact({ autoRead: true });
  const away = lab.server.contact({ autoDeliver: false });
  const toQuick = await client.sends(pn(quick.phone), "hello");
  const toAway = await client.sends(pn(away.phone), "hello");
  await client.status(toQuick, 4);
  await away.received("hello");
  expect(Math.max(...client.statuses(toAway))).toBeLessThan(3);
});

test("receipts for a contact's message: delivered by the client, read when it says so", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  const id = await alice.says("hi", { to: phone });
  expect(await alice.receiptFor(id, "delivered")).toEqual({
    messageId: id,
    type: "delivered",
    from: phone.phone,
    device: 1,
  });
  const { message } = await client.text("hi");
  await client.socket.readMessages([message.key]);
  expect(await alice.receiptFor(id, "read")).toMatchObject({ from: phone.phone, device: 1 });
});

test("a client that never showed itself available acknowledges as inactive, which shows nothing", async () => {
  const phone = lab.server.phone({ name: "Maria" });
  await lab.companion(phone, { markOnlineOnConnect: false });
  const alice = lab.server.contact();
  const id = await alice.says("hi", { to: phone });
  expect(await alice.receiptFor(id, "inactive")).toMatchObject({ from: phone.phone });
  await expect(alice.receiptFor(id, "delivered", { timeoutMs: 1 })).rejects.toThrow(
    `waited 1 ms for the receipt "delivered" for ${id} to ${alice.phone}; seen: inactive from ${phone.phone}:1`,
  );
});

test("what is written while the client is away waits for it", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  const since = client.mark();
  await lab.server.drops(phone);
  expect(await client.closed(since)).toBe(428);
  await phone.offline();
  await alice.says("are you there?", { to: phone });
  await alice.says("hello?", { to: phone });

  await client.connect().open(since);
  expect((await client.text("are you there?")).type).toBe("append");
  expect((await client.text("hello?")).type).toBe("append");
  await alice.says("live again", { to: phone });
  expect((await client.text("live again")).type).toBe("notify");
});

test("a message the client has not acknowledged comes again at the next login", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  lab.server.goesSilent(phone);
  await alice.says("into the void", { to: phone });
  await lab.server.drops(phone);
  await client.closed();
  const since = client.mark();
  await client.connect().open(since);
  expect((await client.text("into the void", since)).type).toBe("append");
});

test("two real clients write to each other", async () => {
  const one = await lab.linked({ businessName: "One" });
  const two = await lab.linked({ businessName: "Two" });

  const id = await one.client.sends(pn(two.phone.phone), "ping");
  const { message } = await two.client.text("ping");
  expect(message.key).toMatchObject({ id, remoteJid: pn(one.phone.phone), fromMe: false });
  await one.client.status(id, 3);
  await two.client.socket.readMessages([message.key]);
  await one.client.status(id, 4);

  await two.client.sends(`${one.phone.lid}@lid`, "pong");
  expect((await one.client.text("pong")).message.key.remoteJid).toContain(two.phone.lid);
});

test("a second device of the account gets a copy of what the first sends and of what the phone sends", async () => {
  const { phone, client: first } = await lab.linked();
  const second = await lab.companion(phone);
  const alice = lab.server.contact();

  const fromFirst = await first.sends(pn(alice.phone), "from the first");
  const copy = await second.text("from the first");
  expect(copy.message.key).toMatchObject({ id: fromFirst, remoteJid: pn(alice.phone), fromMe: true });

  const fromPhone = await phone.says("from the phone", { to: alice });
  expect(await alice.received("from the phone")).toMatchObject({ id: fromPhone, device: 0 });
  for (const device of [first, second]) {
    const { message } = await device.text("from the phone");
    expect(message.key).toMatchObject({ id: fromPhone, remoteJid: `${alice.lid}@lid`, fromMe: true });
  }

  await alice.says("to all of you", { to: phone });
  await first.text("to all of you");
  await second.text("to all of you");
});

test("a contact and a client react to each other's messages", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  const id = await client.sends(pn(alice.phone), "look");
  await alice.received("look");
  await alice.reacts(id, "👍");
  const reaction = await client.find("messages.reaction", ([first]) => first, { what: "a reaction" });
  expect(reaction).toMatchObject({ key: { id }, reaction: { text: "👍" } });

  const hers = await alice.says("and you?", { to: phone });
  const { message } = await client.text("and you?");
  await client.socket.sendMessage(pn(alice.phone), { react: { text: "❤️", key: message.key } });
  expect(await alice.received("❤️")).toMatchObject({ message: { reactionMessage: { key: { id: hers } } } });
});

test.each([
  [463, ["463", "Your account has been restricted"]],
  [479, ["479"]],
])("a message the server refuses with %d is reported as an error and not delivered", async (code, reasons) => {
  const { client } = await lab.linked();
  const alice = lab.server.contact();
  alice.rejectsWith(code);
  const id = await client.sends(pn(alice.phone), "refused");
  expect(await client.refusal(id)).toEqual(reasons);

  await client.sends(pn(alice.phone), "accepted");
  await alice.received("accepted");
  expect(alice.inbox.map(({ text }) => text)).toEqual(["accepted"]);
});

test("a number that is not on WhatsApp is said not to exist, and a message to it goes nowhere", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  // The client leaves out of its answer what does not exist.
  expect(await client.socket.onWhatsApp(`+${alice.phone}`, "5500000000000")).toEqual([
    { jid: pn(alice.phone), exists: true },
  ]);

  // Known behaviour of rc14: it resolves as if it were sent.
  const id = await client.sends("5500000000000@s.whatsapp.net", "nobody");
  expect(await phone.received("nobody")).toMatchObject({ id });
});
