import { describe, expect, it } from "vitest";
import type { StanzaPattern } from "../../simulator/stanza-log.ts";
import { eventually } from "./support/eventually.ts";
import { useLab } from "./support/lab.ts";

const lab = useLab();

/** Settings that keep the tests short and the rules on. */
const BRISK = { overrides: { minDelayMs: 0, maxDelayMs: 100 } };

const READ: StanzaPattern = { tag: "receipt", attrs: { type: "read" } };
const TYPES: StanzaPattern = { tag: "chatstate", child: "composing" };
const STOPS: StanzaPattern = { tag: "chatstate", child: "paused" };
const MESSAGE: StanzaPattern = { tag: "message" };

/** The numbers of the first stanzas of each kind after `since`, from one phone. */
async function order(phone: string, since: number, ...patterns: StanzaPattern[]): Promise<number[]> {
  const found: number[] = [];
  for (const pattern of patterns) {
    found.push((await lab.whatsApp.expects({ ...pattern, phone }, { since, timeoutMs: 60_000 })).seq);
  }
  return found;
}

const ascending = (numbers: number[]): boolean =>
  numbers.every((n, index) => index === 0 || n > (numbers[index - 1] ?? n));

interface Blocked {
  success: boolean;
  messageId: string | null;
  status: string;
  code: string;
  retryAt: string;
  result: { sent: boolean; reason: string; waitTime: number };
}

describe("an answer", () => {
  it("is read, then typed, then sent", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("polite", {});
    await lab.api.ok("PUT", `${number.path}/antiban-v2/config`, BRISK);
    await number.isLinkedBy(phone);
    const since = lab.whatsApp.mark();
    lab.hook.answer = ({ body }) => (body.message === "are you there?" ? { body: { reply: "Yes, I am." } } : {});
    const asked = await alice.says("are you there?", { to: phone });
    await alice.received("Yes, I am.", { timeoutMs: 60_000 });
    lab.hook.answer = {};
    await alice.receiptFor(asked, "read");
    await alice.sawTyping(phone);
    await alice.sawTyping(phone, { state: "paused" });
    expect(ascending(await order(phone.phone, since, READ, TYPES, STOPS, MESSAGE))).toBe(true);
  });

  it("in notification-max comes without typing, and nothing is marked as read", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("quiet", {
      behaviorSettings: { behaviorProfile: "notification-max", notificationGraceMs: 0 },
    });
    await lab.api.ok("PUT", `${number.path}/antiban-v2/config`, BRISK);
    await number.isLinkedBy(phone);
    const asked = await alice.says("anybody?", { to: phone });
    await lab.hook.received(({ message }) => message === "anybody?");
    const sent = await lab.api.ok<{ result: object }>("POST", `${number.path}/send`, {
      to: alice.phone,
      message: "Here.",
      typingSimulation: true,
    });
    expect(sent.result).toMatchObject({ sent: true, typingSimulation: false });
    await alice.received("Here.");
    expect(alice.chatStates.filter(({ from }) => from === phone.phone)).toEqual([]);
    expect(alice.receipts.filter(({ messageId, type }) => messageId === asked && type === "read")).toEqual([]);
  });

  it("in notification-balanced waits for the grace, and so does the read receipt; the webhook does not", async () => {
    const graceMs = 2_500;
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("balanced", {
      behaviorSettings: { behaviorProfile: "notification-balanced", notificationGraceMs: graceMs },
    });
    await lab.api.ok("PUT", `${number.path}/antiban-v2/config`, BRISK);
    await number.isLinkedBy(phone);
    const since = lab.whatsApp.mark();
    const began = Date.now();
    let hookedAt = 0;
    lab.hook.answer = ({ body }) => {
      if (body.message !== "still open?") return {};
      hookedAt = Date.now();
      return { body: { reply: "Until six." } };
    };
    const asked = await alice.says("still open?", { to: phone });
    await alice.receiptFor(asked, "read", { timeoutMs: 60_000 });
    const readAt = Date.now();
    await alice.received("Until six.", { timeoutMs: 60_000 });
    lab.hook.answer = {};
    expect(hookedAt - began).toBeLessThan(graceMs);
    expect(readAt - hookedAt).toBeGreaterThan(graceMs / 2);
    expect(readAt - began).toBeGreaterThanOrEqual(graceMs);
    expect(ascending(await order(phone.phone, since, READ, TYPES, STOPS, MESSAGE))).toBe(true);
  });
});

describe("a send that the rules hold back", () => {
  it("is answered with the reason, the wait and when to try again; nothing reaches anybody", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("limited", { behaviorSettings: { delayEnabled: false, typingSimulation: false } });
    await number.isLinkedBy(phone);
    await lab.api.ok("PUT", `${number.path}/anti-ban`, { preset: "custom", messagesPerHour: 1 });
    await number.sends(alice.phone, "the first");
    const answer = await lab.api.call("POST", `${number.path}/send`, { to: alice.phone, message: "one too many" });
    const body = answer.body as unknown as Blocked;
    expect(answer.status).toBe(200);
    expect(body).toMatchObject({
      success: false,
      messageId: null,
      status: "blocked",
      code: "hour_limit",
      result: { sent: false, reason: "The limit of 1 messages in one hour is reached." },
    });
    expect(body.result.waitTime).toBeGreaterThan(3_500_000);
    expect(Number(answer.headers.get("Retry-After"))).toBe(Math.ceil(body.result.waitTime / 1_000));
    expect(Math.abs(Date.parse(body.retryAt) - Date.now() - body.result.waitTime)).toBeLessThan(60_000);
    expect((await number.messages()).map(({ text }) => text)).toEqual(["the first"]);
    const { health } = await lab.api.ok<{ health: object }>("GET", `${number.path}/anti-ban`);
    expect(health).toMatchObject({ status: "limited", hourlyUsage: 100, stats: { messagesThisHour: 1 } });
  });

  it("because of a pause goes out after it ends", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("paused");
    await number.isLinkedBy(phone);
    await lab.api.ok("POST", `${number.path}/antiban-v2/pause`);
    const refused = await lab.api.ok<Blocked>("POST", `${number.path}/send`, { to: alice.phone, message: "hello" });
    expect(refused).toMatchObject({ success: false, code: "paused", retryAt: null });
    await lab.crashesAndStarts();
    await number.isConnected(60_000);
    const { health } = await lab.api.ok<{ health: object }>("GET", `${number.path}/antiban-v2/health`);
    expect(health).toMatchObject({ isPaused: true, pausedBy: "operator" });
    await lab.api.ok("POST", `${number.path}/antiban-v2/resume`);
    expect(await number.sends(alice.phone, "hello again")).toMatchObject({ success: true });
    await alice.received("hello again");
  });
});

describe("the lock on new chats", () => {
  it("is learned from WhatsApp, shown, and obeyed for strangers only", async () => {
    const [phone, alice, bob] = [lab.whatsApp.phone(), lab.whatsApp.contact(), lab.whatsApp.contact()];
    const number = await lab.number("locked");
    await number.isLinkedBy(phone);
    await alice.says("hi", { to: phone });
    await lab.hook.received(({ message, webhook_id }) => message === "hi" && webhook_id === "locked");
    const until = new Date(Math.floor(Date.now() / 1_000) * 1_000 + 86_400_000);
    lab.whatsApp.locksReachOut(phone.phone, { until, type: "RESTRICT_ALL_COMPANIONS" });
    await eventually(
      () =>
        lab.api.ok<{ health: { reachOutLock: { isActive: boolean } | null } }>(
          "GET",
          `${number.path}/antiban-v2/health`,
        ),
      ({ health }) => health.reachOutLock?.isActive === true,
      "the lock is known",
      60_000,
    );
    const { health } = await lab.api.ok<{ health: object }>("GET", `${number.path}/antiban-v2/health?refresh=true`);
    expect(health).toMatchObject({
      risk: "medium",
      reachOutLock: { isActive: true, until: until.toISOString(), type: "RESTRICT_ALL_COMPANIONS" },
    });
    expect(await number.sends(bob.phone, "hello stranger")).toMatchObject({ success: false, code: "reach_out_locked" });
    expect(await number.sends(alice.phone, "hello Alice")).toMatchObject({ success: true });
    lab.whatsApp.locksReachOut(phone.phone, undefined);
    await eventually(
      () => number.logs(),
      (lines) => lines.includes("WhatsApp lifted the lock on new chats"),
      "lifted",
      60_000,
    );
    expect(await number.sends(bob.phone, "hello again")).toMatchObject({ success: true });
  });
});

describe("a handoff", () => {
  it("silences the webhook's replies until the keyword is typed on the phone, also after a restart", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("handoff");
    await number.isLinkedBy(phone);
    lab.hook.answer = ({ body }) =>
      body.webhook_id === "handoff" && body.from_me === false ? { body: { reply: `bot: ${body.message}` } } : {};
    await lab.api.ok("PUT", `${number.path}/handoff/settings`, { resumeMessage: "The assistant is back." });
    await alice.says("one", { to: phone });
    await alice.received("bot: one");
    expect(await lab.api.ok("POST", `${number.path}/handoff`, { phone: alice.phone, active: true })).toEqual({
      success: true,
      chatId: `${alice.phone}@s.whatsapp.net`,
      active: true,
    });
    await lab.crashesAndStarts();
    await number.isConnected(60_000);
    await phone.online();
    await alice.says("two", { to: phone });
    const { body } = await lab.hook.received(({ message }) => message === "two");
    expect(body.handoff).toBe(true);
    await eventually(
      () => number.logs(),
      (lines) => lines.includes("A webhook's reply was not sent: a person has this chat"),
      "the reply is silenced",
      60_000,
    );
    await phone.says("#BOT please go on", { to: alice });
    await alice.received("The assistant is back.");
    expect(await lab.api.ok("GET", `${number.path}/handoff`)).toEqual({ success: true, chats: [] });
    await alice.says("three", { to: phone });
    await alice.received("bot: three");
    expect(alice.inbox.some(({ text }) => text === "bot: two")).toBe(false);
    lab.hook.answer = {};
  });

  it("begins by itself when a person answers from the phone, if that is wished", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("auto-handoff");
    await number.isLinkedBy(phone);
    await lab.api.ok("PUT", `${number.path}/handoff/settings`, { autoHandoff: true });
    await phone.says("Let me look after this myself", { to: alice });
    const read = () => lab.api.ok<{ chats: { chatId: string }[] }>("GET", `${number.path}/handoff`);
    const { chats } = await eventually(read, (answer) => answer.chats.length === 1, "the chat is handed over", 60_000);
    expect(chats).toMatchObject([{ chatId: `${alice.phone}@s.whatsapp.net` }]);
    expect(await lab.api.ok("DELETE", `${number.path}/handoff?phone=${alice.phone}`)).toEqual({
      success: true,
      cleared: 1,
    });
  });
});

describe("somebody who asked not to be contacted", () => {
  it("gets nothing until they write again", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("opt-out");
    await lab.api.ok("PUT", `${number.path}/antiban-v2/config`, { optOutKeywords: ["STOP"] });
    await number.isLinkedBy(phone);
    await alice.says("stop!", { to: phone });
    const list = () => lab.api.ok<{ optOuts: { chatId: string }[] }>("GET", `${number.path}/opt-outs`);
    const { optOuts } = await eventually(list, (answer) => answer.optOuts.length === 1, "the list has one", 60_000);
    expect(optOuts).toMatchObject([{ chatId: `${alice.phone}@s.whatsapp.net` }]);
    expect(await number.sends(alice.phone, "special offer")).toMatchObject({ success: false, code: "opted_out" });
    await alice.says("a question after all", { to: phone });
    await eventually(list, (answer) => answer.optOuts.length === 0, "the list is empty", 60_000);
    expect(await number.sends(alice.phone, "an answer")).toMatchObject({ success: true });
  });
});
