import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { NEVER_CONNECTED } from "../../../src/connection/connection-state.ts";
import type { Reservation } from "../../../src/guard/safety-guard.ts";
import { behaviorOf } from "../../../src/number-safety/behavior.ts";
import { mediaHosts } from "../../../src/sending/media-hosts.ts";
import { messageIdOf, newMessageId } from "../../../src/sending/message-id.ts";
import { replyText, type SendingDeps, sendMessage } from "../../../src/sending/send-message.ts";
import type { Connection } from "../../../src/store/instance-table.ts";
import { proto } from "../../../src/whatsapp/baileys.ts";
import { SessionClosedError, type WhatsAppSession } from "../../../src/whatsapp/session.ts";
import { scriptedWhatsApp } from "../../support/scripted-session.ts";
import { NOW, outbound, sendingNumber } from "./support.ts";

const ONLINE: Connection = { ...NEVER_CONNECTED, phase: "online", linked: true, phone: "490" };
const TEXT = { kind: "text", to: "491", text: "Hello 👋" } as const;
const ID = "3EB0010203040506070809";

/** A number whose session acknowledges each message with `error` as soon as it has it. */
function onlineNumber(error: number | null = null) {
  const number = sendingNumber();
  const { openSession } = scriptedWhatsApp();
  const session = openSession({ url: "", rootKey: null, version: null }, {} as Parameters<typeof openSession>[1]);
  number.connect(async ({ id }) => number.outbox.acknowledged(id, error));
  const world = {
    contacts: [] as [messageId: string, phone: string, name: string][],
    reservation: { kind: "slot", at: NOW, typingMs: 0, behavior: behaviorOf({}) } as Reservation,
  };
  const deps: SendingDeps = {
    store: number.store,
    outbox: number.outbox,
    contacts: { begin: (...saved) => world.contacts.push(saved) },
    session,
    connection: ONLINE,
    messageId: null,
    randomBytes: (length) => Uint8Array.from({ length }, (_, index) => index + 1),
    pacing: {
      transaction: (work) => number.storage.transactionSync(work),
      reserve: () => world.reservation,
      add: (message) => number.outbox.add(message),
    },
    now: () => NOW,
  };
  return { ...number, deps, pacing: world };
}

describe("sending a text", () => {
  test("stores it, sends it and answers what WhatsApp made of it", async () => {
    const { deps, statusOf, store, world } = onlineNumber();
    expect(await sendMessage(TEXT, deps)).toEqual({
      ok: true,
      value: {
        messageId: ID,
        status: "sent",
        messageType: "text",
        createdAt: "2026-11-01T12:00:00.000Z",
        from: "490",
        to: "491",
        chatId: "491@s.whatsapp.net",
        text: TEXT.text,
        delayMs: 0,
        typingSimulation: true,
        delayEnabled: true,
        reason: null,
        code: null,
      },
    });
    expect([world.handed, statusOf(ID)]).toEqual([[ID], "sent"]);
    const payload = store.messages.payloadOfOurs(ID) ?? new Uint8Array();
    expect(proto.Message.decode(payload).extendedTextMessage?.text).toBe(TEXT.text);
  });

  test("that is repeated with its id, after a crash say, sends nothing more and gives the same answer", async () => {
    const { deps, world, store } = onlineNumber();
    const call = { ...deps, messageId: messageIdOf("0123456789abcdef0123456789") };
    const first = await sendMessage(TEXT, call);
    expect(first).toMatchObject({ ok: true, value: { messageId: "3EB00123456789ABCDEF01", status: "sent" } });
    expect(await sendMessage(TEXT, call)).toMatchObject({
      ok: true,
      value: { messageId: "3EB00123456789ABCDEF01", status: "sent", text: TEXT.text, repeated: true },
    });
    expect(world.handed).toEqual(["3EB00123456789ABCDEF01"]);
    expect(store.messages.list({ limit: 10 }).messages).toHaveLength(1);
  });

  test("tells a refusal of WhatsApp as a failed message, not as an error of the call", async () => {
    const { deps } = onlineNumber(463);
    expect(await sendMessage(TEXT, deps)).toMatchObject({ ok: true, value: { status: "failed", code: 463 } });
  });

  test("to somebody who is not on WhatsApp stores nothing", async () => {
    const { deps, store } = onlineNumber();
    const session = { ...(deps.session as WhatsAppSession), lookUp: async () => null };
    expect(await sendMessage(TEXT, { ...deps, session })).toMatchObject({
      ok: false,
      error: { code: "not_on_whatsapp" },
    });
    expect(store.messages.list({ limit: 1 }).messages).toEqual([]);
  });
});

describe("without a connection", () => {
  const refusal = async (connection: Partial<Connection>) => {
    const { deps, store } = onlineNumber();
    const answer = await sendMessage(TEXT, {
      ...deps,
      session: null,
      connection: { ...NEVER_CONNECTED, ...connection },
    });
    expect(store.messages.list({ limit: 1 }).messages).toEqual([]);
    return answer.ok ? answer.value : answer.error;
  };

  test("a text is refused, with what to do about it", async () => {
    expect(await refusal({})).toEqual({
      code: "not_connected",
      error: "The number is not connected to WhatsApp.",
      hint: "Link it first: POST …/connect, then GET …/qr.",
    });
    expect(await refusal({ linked: true })).toMatchObject({ hint: "Call POST …/connect first." });
    expect(await refusal({ phase: "waiting", linked: true })).toEqual({
      code: "not_connected",
      error: "The number is connecting to WhatsApp.",
      hint: "Try again in a few seconds.",
      retryAfterMs: 5_000,
    });
    expect(await refusal({ phase: "opening" })).toMatchObject({ hint: "Scan the QR or enter the pairing code first." });
  });

  test("a connection that breaks during the question whether the number exists is told alike", async () => {
    const { deps } = onlineNumber();
    const lookUp = () => Promise.reject(new SessionClosedError("gone"));
    const session = { ...(deps.session as WhatsAppSession), lookUp };
    expect(await sendMessage(TEXT, { ...deps, session })).toMatchObject({
      ok: false,
      error: { code: "not_connected" },
    });
  });

  test("any other error of the question is not hidden", async () => {
    const { deps } = onlineNumber();
    const session = { ...(deps.session as WhatsAppSession), lookUp: () => Promise.reject(new TypeError("bug")) };
    await expect(sendMessage(TEXT, { ...deps, session })).rejects.toThrow("bug");
  });
});

describe("a webhook's reply", () => {
  const event = (chatId: string | null, payload = {}) => ({ seq: 1, type: "message", chatId, payload, createdAt: NOW });

  test("is stored for the chat of its event, even without a connection", () => {
    const { deps, store } = onlineNumber();
    expect(replyText(event("491@s.whatsapp.net"), "Hi", { ...deps, session: null })).toBe(ID);
    expect(store.messages.list({ limit: 1 }).messages).toMatchObject([
      { id: ID, chatId: "491@s.whatsapp.net", to: "491", text: "Hi", status: "pending", source: "reply" },
    ]);
  });

  test("goes to a LID when that is all that is known", () => {
    const { deps, store } = onlineNumber();
    replyText(event("77@lid"), "Hi", deps);
    expect(store.messages.queued(1)).toMatchObject([{ chatId: "77@lid", address: "77@lid" }]);
  });

  test("to a LID whose phone became known meanwhile joins the phone's chat, and minds who has it", () => {
    const { deps, store } = onlineNumber();
    store.contacts.learn("491", "77");
    replyText(event("77@lid"), "Hi", deps);
    expect(store.messages.list({ limit: 1 }).messages).toMatchObject([{ chatId: "491@s.whatsapp.net", to: "491" }]);
    store.chats.handoffs.add("491@s.whatsapp.net", NOW);
    expect(replyText(event("77@lid"), "Hi", deps)).toBeNull();
  });

  test("is not sent while a person has the chat", () => {
    const { deps, store } = onlineNumber();
    store.chats.handoffs.add("491@s.whatsapp.net", NOW);
    expect(replyText(event("491@s.whatsapp.net"), "Hi", deps)).toBeNull();
    expect(store.messages.queued(1)).toEqual([]);
    expect(store.logs.newest(1)).toMatchObject([{ message: "A webhook's reply was not sent: a person has this chat" }]);
  });

  test("to a group, or to no chat, is refused", () => {
    const { deps } = onlineNumber();
    expect(replyText(event("120@g.us", { is_group: true }), "Hi", deps)).toBeNull();
    expect(replyText(event(null), "Hi", deps)).toBeNull();
  });
});

describe("a recipient's name", () => {
  test("is saved with a message that was stored, and not with one that was held back", async () => {
    const { deps, pacing } = onlineNumber();
    await sendMessage({ ...TEXT, contactName: "Maria" }, deps);
    expect(pacing.contacts).toEqual([[ID, "491", "Maria"]]);
    pacing.reservation = {
      kind: "blocked",
      reason: "Used up.",
      blocked: { code: "warm_up", hint: "Wait.", waitMs: 60_000, retryAt: "2026-11-01T12:01:00.000Z" },
    };
    await sendMessage({ ...TEXT, to: "492", contactName: "Bob" }, deps);
    expect(pacing.contacts).toHaveLength(1);
  });
});

describe("a text that the rules hold back", () => {
  test("is answered with the reason and the wait, and nothing is stored", async () => {
    const { deps, store, pacing } = onlineNumber();
    const blocked = { code: "warm_up", hint: "Wait.", waitMs: 60_000, retryAt: "2026-11-01T12:01:00.000Z" };
    pacing.reservation = { kind: "blocked", reason: "Used up.", blocked };
    expect(await sendMessage(TEXT, deps)).toMatchObject({
      ok: true,
      value: { status: "failed", reason: "Used up.", code: null, blocked },
    });
    expect(store.messages.list({ limit: 10 }).messages).toEqual([]);
  });

  test("is refused with 429 when a hundred wait already", async () => {
    const { deps, pacing } = onlineNumber();
    pacing.reservation = { kind: "full" };
    expect(await sendMessage(TEXT, deps)).toMatchObject({
      ok: false,
      error: { code: "queue_full", retryAfterMs: 5_000 },
    });
  });
});

test("a message id has the form of WhatsApp's web client and does not repeat", () => {
  const ids = Array.from({ length: 100 }, () => newMessageId(randomBytes));
  expect(ids.filter((id) => /^3EB0[0-9A-F]{18}$/.test(id))).toHaveLength(100);
  expect(new Set(ids).size).toBe(100);
});

describe("a quote", () => {
  const text = (said: string) => proto.Message.encode({ conversation: said }).finish();
  const quoting = { ...TEXT, quotedMessageId: "3EB0FF" };

  test("shows an edited message as it is now", async () => {
    const { deps, outbox, store } = onlineNumber();
    outbox.add(outbound("3EB0FF", { status: "sent", text: "Room 1", payload: text("Room 1") }));
    const edit = { direction: "outbound", participant: null, text: "Room 2" } as const;
    const chatId = "491@s.whatsapp.net";
    store.targets.apply({ ...edit, chatId, details: { edited: { messageId: "3EB0FF" } } }, NOW);
    expect(await sendMessage(quoting, deps)).toMatchObject({ ok: true, value: { status: "sent" } });
    const sent = proto.Message.decode(store.messages.payloadOfOurs(ID) ?? new Uint8Array());
    expect(sent.extendedTextMessage?.contextInfo?.quotedMessage?.conversation).toBe("Room 2");
    expect(store.messages.list({ limit: 1 }).messages).toMatchObject([{ quoted: { text: "Room 2" } }]);
  });

  test("of a deleted message is refused: what was taken back is not shown again", async () => {
    const { deps, outbox, store, world } = onlineNumber();
    outbox.add(outbound("3EB0FF", { status: "sent", text: "Secret", payload: text("Secret") }));
    const deletion = { direction: "outbound", participant: null, text: "" } as const;
    const chatId = "491@s.whatsapp.net";
    store.targets.apply({ ...deletion, chatId, details: { deleted: { messageId: "3EB0FF" } } }, NOW);
    expect(await sendMessage(quoting, deps)).toMatchObject({
      ok: false,
      error: { code: "invalid_request", issues: [{ path: "quotedMessageId" }] },
    });
    expect(world.handed).toEqual([]);
  });
});

describe("the hosts for a message's file", () => {
  test("are told when what it quotes is stored in its chat, and refused otherwise", async () => {
    const { deps, outbox } = onlineNumber();
    outbox.add(outbound("3EB0FF"));
    const hosts = { ok: true, value: { hosts: ["media.example"], auth: "auth" } };
    expect(await mediaHosts({ to: "491" }, deps)).toEqual(hosts);
    expect(await mediaHosts({ to: "491", quotedMessageId: "3EB0FF" }, deps)).toEqual(hosts);
    for (const message of [
      { to: "491", quotedMessageId: "3EB0FE" },
      { to: "492", quotedMessageId: "3EB0FF" },
    ]) {
      expect(await mediaHosts(message, deps)).toMatchObject({
        ok: false,
        error: { code: "invalid_request", issues: [{ path: "quotedMessageId" }] },
      });
    }
  });
});
