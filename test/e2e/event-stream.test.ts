import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import type { EventType } from "../../src/schemas/event-types.ts";
import { EVENT_SCHEMAS } from "../../src/schemas/events.ts";
import { EventSourceClient } from "./support/event-source.ts";
import { useLab } from "./support/lab.ts";
import type { GatewayNumber } from "./support/number.ts";

const lab = useLab();

interface Page {
  events: ({ seq: number; event: EventType } & Record<string, unknown>)[];
  next: number;
  more: boolean;
}

/** The whole log of a number, in pages of seven. */
async function log(number: GatewayNumber): Promise<Page["events"]> {
  const events: Page["events"] = [];
  for (let after = 0, more = true; more; ) {
    const page = await lab.api.ok<Page>("GET", `${number.path}/events?limit=7&after=${after}`);
    events.push(...page.events);
    [after, more] = [page.next, page.more];
  }
  return events;
}

describe("the live stream", () => {
  it("begins with what happens now, and resumes without gap or repeat over disconnects and a SIGKILL of the runtime", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("streamed");
    await number.isLinkedBy(phone);
    await alice.says("before anybody listens", { to: phone });
    await lab.hook.received(({ message }) => message === "before anybody listens");

    const client = new EventSourceClient(() => `${lab.url}${number.path}/events/stream`);
    await client.connects();
    await alice.says("live", { to: phone });
    await client.got(({ data }) => data.message === "live");
    expect(client.events[0]).toMatchObject({ event: "message", data: { message: "live", event: "message" } });

    await client.disconnects();
    await alice.says("while the client was away", { to: phone });
    await lab.hook.received(({ message }) => message === "while the client was away");
    await client.connects();
    await client.got(({ data }) => data.message === "while the client was away");

    const saying = (async () => {
      for (let index = 1; index <= 20; index += 1) await alice.says(`during ${index}`, { to: phone });
    })();
    await client.got(({ data }) => data.message === "during 5");
    await lab.crashesAndStarts();
    await client.ended();
    await client.connects();
    await saying;
    await client.got(({ data }) => data.message === "during 20", 90_000);

    const streamed = [...client.events];
    const first = streamed[0]?.id ?? 0;
    const last = streamed.at(-1)?.id ?? 0;
    const logged = (await log(number)).filter(({ seq }) => seq >= first && seq <= last);
    expect(streamed.map(({ data }) => data)).toEqual(logged);
    await client.disconnects();
  });

  it("begins at a position, with the wanted types only", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("filtered");
    await number.isLinkedBy(phone);
    const { messageId } = await number.sends(alice.phone, "out");
    await number.messageReaches(messageId, "delivered");
    await alice.says("in", { to: phone });
    const client = new EventSourceClient(
      () => `${lab.url}${number.path}/events/stream?after=0&types=connection,message`,
    );
    await client.connects();
    await client.got(({ data }) => data.message === "in");
    expect(client.events.map(({ event }) => event)).toEqual(["connection", "connection", "message"]);
    await client.disconnects();
  });

  it("of a client that stops reading slows nobody: the number receives and delivers, other clients read on", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("stuck");
    await number.isLinkedBy(phone);
    const { hostname, port } = new URL(lab.url);
    const stuck = connect({ host: hostname, port: Number(port) });
    stuck.on("error", () => {});
    stuck.pause();
    stuck.write(`GET ${number.path}/events/stream?after=0 HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
    const client = new EventSourceClient(() => `${lab.url}${number.path}/events/stream`);
    await client.connects();
    const long = "x".repeat(60_000);
    for (let index = 1; index <= 60; index += 1) await alice.says(`${long} ${index}`, { to: phone });
    await lab.hook.received(({ message }) => message === `${long} 60`, 60_000);
    await client.got(({ data }) => data.message === `${long} 60`, 60_000);
    await number.isConnected();
    stuck.destroy();
    await client.disconnects();
  });
});

describe("every event of a number's life", () => {
  it("fits its documented schema and tells no secret", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("documented");
    const { secret } = await lab.api.ok<{ secret: string }>("GET", `${number.path}/webhook`);
    await lab.api.ok("POST", `${number.path}/connect`);
    const qr = await number.qrText();
    await phone.scans(qr);
    await number.isConnected();
    await phone.online();
    await alice.says("hello", { to: phone });
    await lab.hook.received(({ message, webhook_id }) => message === "hello" && webhook_id === "documented");
    const carol = lab.whatsApp.contact();
    await carol.sends({ conversation: "who am I?" }, { to: phone, isAnonymous: true });
    await carol.says("it is me", { to: phone });
    await lab.hook.received(({ message }) => message === "it is me");
    const { messageId } = await number.sends(alice.phone, "hi");
    await alice.received("hi");
    await alice.reads(messageId);
    await number.messageReaches(messageId, "read");
    alice.rejectsWith(463);
    await number.sends(alice.phone, "refused");
    await phone.says("typed", { to: alice });
    await alice.received("typed");
    for (const active of [true, false]) {
      await lab.api.ok("POST", `${number.path}/handoff`, { phone: alice.phone, active });
    }
    await lab.api.ok("POST", `${number.path}/antiban-v2/pause`);
    const held = await lab.api.call("POST", `${number.path}/send`, { to: alice.phone, message: "held back" });
    expect(held.body).toMatchObject({ success: false });
    await lab.api.ok("POST", `${number.path}/antiban-v2/resume`);
    await lab.api.ok("POST", `${number.path}/disconnect`);

    const events = await log(number);
    expect(new Set(events.map(({ event }) => event))).toEqual(
      new Set([
        "connection",
        "qr",
        "contact.identified",
        "message",
        "message.sent",
        "message.status",
        "handoff",
        "safety",
      ]),
    );
    // What a schema does not describe it drops: an undocumented field shows as a difference.
    for (const event of events) expect(EVENT_SCHEMAS[event.event].parse(event)).toEqual(event);
    const told = JSON.stringify([events, lab.hook.deliveries]);
    const secrets = [secret, ...(qr.split("#").at(-1)?.split(",") ?? [])].filter((part) => part.length > 10);
    expect(secrets.length).toBeGreaterThanOrEqual(4);
    expect(secrets.filter((part) => told.includes(part))).toEqual([]);
  });
});
