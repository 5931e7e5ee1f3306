import { describe, expect, it } from "vitest";
import { useLab } from "./support/lab.ts";

const lab = useLab();

/** `text 1` … `text 20` */
const twenty = (text: string): string[] => Array.from({ length: 20 }, (_, index) => `${text} ${index + 1}`);

describe("messages", () => {
  it("reach a contact, who decrypts exactly that text", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("exact");
    await number.isLinkedBy(phone);
    const text = "Grüße aus der Praxis, Ihr Termin ist am Montag um 9 Uhr 👩‍⚕️ — line one\nline two, end";
    const sent = await number.sends(alice.phone, text);
    expect(sent).toMatchObject({ success: true, status: "sent" });
    const received = await alice.received(text, { from: phone.phone });
    expect(received).toMatchObject({ id: sent.messageId, text });
  });

  it("may be long, in any alphabet, both ways", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("long");
    await number.isLinkedBy(phone);
    const texts = ["x".repeat(40), "ä€👩‍⚕️".repeat(50), "long ".repeat(13_000)];
    for (const text of texts) {
      await number.sends(alice.phone, text);
      await alice.received(text, { from: phone.phone });
      await alice.says(text, { to: phone });
      await lab.hook.received(({ message, webhook_id }) => message === text && webhook_id === "long");
    }
  });

  it("arrive once and in order, 20 each way at the same time, and become delivered and read", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("twenty");
    await number.isLinkedBy(phone);
    const [out, incoming] = [twenty("out"), twenty("in")];
    const sending = (async () => {
      const ids: string[] = [];
      for (const text of out) ids.push((await number.sends(alice.phone, text)).messageId);
      return ids;
    })();
    const saying = (async () => {
      for (const text of incoming) await alice.says(text, { to: phone });
    })();
    const [ids] = await Promise.all([sending, saying]);
    for (const text of out) await alice.received(text);
    for (const text of incoming)
      await lab.hook.received(({ message, webhook_id }) => message === text && webhook_id === "twenty");
    for (const id of ids) await alice.reads(id);
    for (const id of ids) await number.messageReaches(id, "read");

    expect(alice.inbox.filter(({ from }) => from === phone.phone).map(({ text }) => text)).toEqual(out);
    const delivered = lab.hook.deliveries.filter(({ body }) => body.webhook_id === "twenty");
    expect(delivered.map(({ body }) => body.message)).toEqual(incoming);
    const stored = await number.messages();
    expect(stored.filter(({ direction }) => direction === "outbound").map(({ text }) => text)).toEqual(out);
    expect(stored.filter(({ direction }) => direction === "inbound").map(({ text }) => text)).toEqual(incoming);
  });

  it("sent while the number is offline arrive after it reconnects", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("offline");
    await number.isLinkedBy(phone);
    await lab.api.ok("POST", `${number.path}/disconnect`);
    await phone.offline();
    await alice.says("while you were away", { to: phone });
    await number.connects();
    const { body } = await lab.hook.received(({ message }) => message === "while you were away");
    expect(body).toMatchObject({
      from_phone: alice.phone,
      to_phone: phone.phone,
      event: "message",
      status: "received",
    });
  });

  it("are answered with a conflict while the number is not connected, and nothing is stored", async () => {
    const number = await lab.number("not-connected");
    const answer = await lab.api.call("POST", `${number.path}/send`, { to: "5511911112222", message: "hello" });
    expect(answer).toMatchObject({ status: 409, body: { code: "not_connected" } });
    expect(await number.messages()).toEqual([]);
  });

  it("that WhatsApp refuses are reported with its code", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("refused");
    await number.isLinkedBy(phone);
    alice.rejectsWith(463);
    const answer = await lab.api.ok<Record<string, unknown>>("POST", `${number.path}/send`, {
      to: alice.phone,
      message: "hi",
    });
    expect(answer).toMatchObject({ success: false, result: { sent: false } });
    expect((await number.messages()).map(({ status }) => status)).toEqual(["failed"]);
  });

  it("typed on the linked phone show up as sent by the phone, without a webhook", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("typed");
    await number.isLinkedBy(phone);
    await phone.says("typed by a person", { to: alice });
    await alice.received("typed by a person");
    await alice.says("an answer", { to: phone });
    await lab.hook.received(({ message }) => message === "an answer");
    expect(await number.messages()).toMatchObject([
      { direction: "outbound", source: "phone", text: "typed by a person", to: alice.phone },
      { direction: "inbound", text: "an answer", from: alice.phone },
    ]);
    expect(lab.hook.deliveries.some(({ body }) => body.message === "typed by a person")).toBe(false);
  });

  it("addressed by phone and by LID belong to one chat", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("one-chat");
    await number.isLinkedBy(phone);
    await alice.says("by lid", { to: phone, addressing: "lid" });
    await alice.says("by phone", { to: phone, addressing: "pn" });
    const first = await lab.hook.received(({ message }) => message === "by lid");
    const second = await lab.hook.received(({ message }) => message === "by phone");
    for (const { body } of [first, second]) {
      expect(body).toMatchObject({ from_phone: alice.phone, chat_id: `${alice.phone}@s.whatsapp.net` });
    }
  });

  it("are answered by the webhook's reply, once", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("reply");
    await number.isLinkedBy(phone);
    lab.hook.answer = ({ body }) => (body.message === "are you open?" ? { body: { reply: "Yes, until 6 pm" } } : {});
    await alice.says("are you open?", { to: phone });
    await alice.received("Yes, until 6 pm");
    const replies = (await number.messages()).filter(({ source }) => source === "reply");
    expect(replies).toMatchObject([{ text: "Yes, until 6 pm", to: alice.phone }]);
    lab.hook.answer = {};
  });

  it("are delivered to the webhook after it was down, in order", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("hook-down");
    await number.isLinkedBy(phone);
    let refused = 0;
    lab.hook.answer = ({ body }) => (body.message === "first" && refused++ === 0 ? { status: 500 } : {});
    await alice.says("first", { to: phone });
    await alice.says("second", { to: phone });
    await lab.hook.received(({ message }) => message === "second");
    const seen = lab.hook.deliveries
      .filter(({ body }) => body.webhook_id === "hook-down")
      .map(({ body }) => body.message);
    expect(seen).toEqual(["first", "first", "second"]);
    lab.hook.answer = {};
  });

  it("that a contact cannot decrypt are sent again on request", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("retry-out");
    await number.isLinkedBy(phone);
    await number.sends(alice.phone, "readable");
    await alice.received("readable");
    alice.cannotDecryptNext();
    await number.sends(alice.phone, "once more please");
    await alice.received("once more please");
  });

  it("that arrive undecryptable are asked for again and reported once", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("retry-in");
    await number.isLinkedBy(phone);
    alice.corruptsNext();
    await alice.says("garbled at first", { to: phone });
    await lab.hook.received(({ message }) => message === "garbled at first");
    const stored = (await number.messages()).filter(({ text }) => text === "garbled at first");
    expect(stored).toHaveLength(1);
  });
});

describe("two numbers on one deployment", () => {
  it("talk to each other, and deleting one leaves nothing of it", async () => {
    const [one, two] = [lab.whatsApp.phone(), lab.whatsApp.phone()];
    const [first, second] = [await lab.number("first"), await lab.number("second")];
    await first.isLinkedBy(one);
    await second.isLinkedBy(two);
    await first.sends(two.phone, "hello from first");
    await lab.hook.received(({ message, webhook_id }) => message === "hello from first" && webhook_id === "second");
    await second.sends(one.phone, "hello from second");
    await lab.hook.received(({ message, webhook_id }) => message === "hello from second" && webhook_id === "first");

    await lab.api.ok("DELETE", second.path);
    await two.offline();
    expect((await lab.api.call("GET", second.path)).status).toBe(404);
    expect((await lab.api.call("GET", `${second.path}/messages`)).status).toBe(404);
    expect((await lab.api.call("DELETE", second.path)).status).toBe(404);
    const { instances } = await lab.api.ok<{ instances: { id: string }[] }>("GET", "/api/instances");
    expect(instances.map(({ id }) => id)).not.toContain("second");
    expect(instances.map(({ id }) => id)).toContain("first");

    const reborn = await lab.number("second");
    expect(await reborn.describes()).toMatchObject({ linked: false, status: "disconnected" });
    expect(await reborn.messages()).toEqual([]);
    expect(await reborn.logs()).toEqual(["Created"]);
  });
});
