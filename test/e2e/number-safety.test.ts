import { describe, expect, it } from "vitest";
import { eventually } from "./support/eventually.ts";
import { useLab } from "./support/lab.ts";
import type { GatewayNumber } from "./support/number.ts";

const lab = useLab();

const PLAIN = { behaviorSettings: { delayEnabled: false, typingSimulation: false } };

interface Sent {
  success: boolean;
  messageId: string | null;
  status: string;
  code?: string;
  hint?: string;
  result: { reason?: string; waitTime?: number };
}

async function sends(number: GatewayNumber, to: string, message: string, key?: string) {
  const headers: Record<string, string> = key === undefined ? {} : { "Idempotency-Key": key };
  const answer = await lab.api.call("POST", `${number.path}/send`, { to, message }, headers);
  return { ...answer, body: answer.body as unknown as Sent, isReplayed: answer.headers.has("Idempotent-Replayed") };
}

describe("a session that answers pings and nothing else", () => {
  it("is replaced; its message goes out once, and the same Idempotency-Key tells what became of it", async () => {
    const [phone, alice] = [lab.whatsApp.phone({ businessName: "Clinic" }), lab.whatsApp.contact()];
    const number = await lab.number("deaf");
    await number.isLinkedBy(phone);
    await number.sends(alice.phone, "before");
    const { connectedAt } = await number.describes();
    lab.whatsApp.goesDeaf(phone);
    const first = await sends(number, alice.phone, "is anybody there?", "deaf-1");
    expect([first.status, first.body.status]).toEqual([200, "pending"]);
    await number.isConnectedSince(connectedAt ?? "");
    await alice.received("is anybody there?", { timeoutMs: 60_000 });
    await number.messageReaches(first.body.messageId ?? "", "delivered");
    const again = await sends(number, alice.phone, "is anybody there?", "deaf-1");
    expect(again).toMatchObject({ isReplayed: false, body: { status: "sent", messageId: first.body.messageId } });
    const third = await sends(number, alice.phone, "is anybody there?", "deaf-1");
    expect(third).toMatchObject({ isReplayed: true, body: again.body });
    expect(alice.inbox.filter(({ text }) => text === "is anybody there?")).toHaveLength(1);
    expect((await number.describes()).lastDisconnect).toMatchObject({ reason: "unresponsive" });
    const { health } = await lab.api.ok<{ health: object }>("GET", `${number.path}/antiban-v2/health`);
    expect(health).toMatchObject({ score: 0, stats: { disconnectsLastHour: 0 } });
  });
});

describe("what is no sign of risk, and what is", () => {
  it("closing the connection by the API is none; three unreadable messages in a minute are noticed", async () => {
    const [phone, alice] = [lab.whatsApp.phone({ businessName: "Clinic" }), lab.whatsApp.contact()];
    const number = await lab.number("signs", PLAIN);
    await number.isLinkedBy(phone);
    for (const _ of [1, 2, 3]) {
      await lab.api.ok("POST", `${number.path}/disconnect`);
      await number.connects();
      await number.isConnected();
    }
    await phone.online();
    alice.corruptsNext(3);
    for (const text of ["one", "two", "three"]) await alice.says(text, { to: phone });
    await lab.hook.received(({ message, webhook_id }) => message === "three" && webhook_id === "signs");
    const { health } = await lab.api.ok<{ health: object }>("GET", `${number.path}/antiban-v2/health`);
    expect(health).toMatchObject({
      risk: "low",
      score: 0,
      stats: { disconnectsLastHour: 0, failedMessagesLastHour: 0, undecryptableLastMinute: 3 },
    });
    expect(await number.logs()).toContain(
      "Several messages in a minute could not be decrypted; they were asked for again",
    );
  });
});

describe("a blocked send with an Idempotency-Key", () => {
  it("is decided anew each time, until it is sent: then it is answered from memory", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("blocked-key", PLAIN);
    await number.isLinkedBy(phone);
    await lab.api.ok("POST", `${number.path}/antiban-v2/pause`);
    for (const _ of [1, 2]) {
      const blocked = await sends(number, alice.phone, "hello", "blocked-1");
      expect(blocked).toMatchObject({ status: 200, isReplayed: false, body: { status: "blocked", code: "paused" } });
    }
    await lab.api.ok("POST", `${number.path}/antiban-v2/resume`);
    const sent = await sends(number, alice.phone, "hello", "blocked-1");
    expect(sent).toMatchObject({ isReplayed: false, body: { success: true, status: "sent" } });
    const again = await sends(number, alice.phone, "hello", "blocked-1");
    expect(again).toMatchObject({ isReplayed: true, body: { messageId: sent.body.messageId } });
    await alice.received("hello");
    expect(alice.inbox).toHaveLength(1);
  });
});

describe("a group the number was just taken into", () => {
  it("is only read at first, until somebody writes into it from the phone; older groups are not held", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const old = lab.whatsApp.group({ subject: "Old", members: [phone, alice] });
    const fresh = lab.whatsApp.group({ subject: "Fresh", members: [alice] });
    const number = await lab.number("lurker", PLAIN);
    await number.isLinkedBy(phone);
    fresh.adds(phone);
    await alice.saysIn(fresh, "welcome");
    await lab.hook.received(({ message, webhook_id }) => message === "welcome" && webhook_id === "lurker");
    const held = await sends(number, fresh.jid, "hello all");
    expect(held.body).toMatchObject({ success: false, code: "group_lurk" });
    expect(held.body.result.waitTime).toBeGreaterThan(11 * 3_600_000);
    expect((await sends(number, old.jid, "hello all")).body).toMatchObject({ success: true });
    await phone.saysIn(fresh, "Hello, it is us");
    await eventually(
      () => number.messages(),
      (all) => all.some(({ text }) => text === "Hello, it is us"),
      "what was written on the phone is known",
      60_000,
    );
    expect((await sends(number, fresh.jid, "hello all")).body).toMatchObject({ success: true });
  });
});

describe("a risk", () => {
  it("is posted to the alerts webhook in words that Slack, Discord and Telegram relays show, and put in the log", async () => {
    const phone = lab.whatsApp.phone();
    const number = await lab.number("alerted", PLAIN);
    await lab.api.ok("PUT", `${number.path}/antiban-v2/config`, { alertsWebhook: lab.hook.url });
    await number.isLinkedBy(phone);
    lab.whatsApp.failsLogin(phone, 403);
    await lab.whatsApp.drops(phone);
    const { body } = await lab.hook.received(({ event, risk }) => event === "safety" && risk === "high", 40_000);
    expect(body).toMatchObject({
      previous_risk: "low",
      score: 40,
      is_paused: true,
      instance_id: "alerted",
      text: expect.stringMatching(/^Number alerted \(alerted\): risk low → high, score 40\. .+ Sending is paused\.$/),
    });
    expect(body.content).toBe(body.text);
    const { events } = await lab.api.ok<{ events: object[] }>("GET", `${number.path}/events?types=safety`);
    expect(events).toMatchObject([{ change: "risk", risk: "high" }, { change: "paused" }]);
    await number.connects();
    await number.isConnected();
    const refused = await sends(number, lab.whatsApp.contact().phone, "hello");
    expect(refused.body).toMatchObject({ success: false, code: "auto_paused" });
    await lab.api.ok("PUT", `${number.path}/antiban-v2/config`, { enabled: false });
    const sent = await sends(number, lab.whatsApp.contact().phone, "hello");
    expect(sent.body).toMatchObject({ success: true });
  });
});

describe("a hundred messages that wait", () => {
  it("are the most: the next call gets 429 and a time to wait", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("full", {
      behaviorSettings: {
        behaviorProfile: "notification-balanced",
        notificationGraceMs: 15_000,
        delayEnabled: false,
        typingSimulation: false,
      },
    });
    const overrides = { maxPerMinute: 1_000, minDelayMs: 0, maxDelayMs: 0 };
    const modules = { reconnectThrottle: { enabled: false } };
    await lab.api.ok("PUT", `${number.path}/antiban-v2/config`, { overrides, modules });
    await number.isLinkedBy(phone);
    await alice.says("hi", { to: phone });
    await lab.hook.received(({ message, webhook_id }) => message === "hi" && webhook_id === "full");
    const calls = Array.from({ length: 100 }, (_, index) => sends(number, alice.phone, `message ${index}`));
    const status = () => lab.api.ok<{ antibanV2: { waiting: number } }>("GET", `${number.path}/antiban-v2`);
    await eventually(status, ({ antibanV2 }) => antibanV2.waiting === 100, "a hundred wait", 12_000);
    const refused = await lab.api.call("POST", `${number.path}/send`, { to: alice.phone, message: "one too many" });
    expect(refused).toMatchObject({ status: 429, body: { code: "queue_full" } });
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
    const answers = await Promise.all(calls);
    expect(answers.every(({ status: code, body }) => code === 200 && body.success)).toBe(true);
    await alice.received("message 99", { timeoutMs: 60_000 });
    expect(alice.inbox.map(({ text }) => text)).not.toContain("one too many");
  });
});
