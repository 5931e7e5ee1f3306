import { describe, expect, it } from "vitest";
import type { Phone } from "../../simulator/index.ts";
import { useLab } from "./support/lab.ts";
import type { GatewayNumber } from "./support/number.ts";

const lab = useLab();

async function online(id: string): Promise<{ phone: Phone; number: GatewayNumber; since: string }> {
  const phone = lab.whatsApp.phone();
  const number = await lab.number(id);
  await number.isLinkedBy(phone);
  return { phone, number, since: new Date().toISOString() };
}

/** Messages flow in both directions over the connection there is now. */
async function messagesFlow(number: GatewayNumber, phone: Phone): Promise<void> {
  const contact = lab.whatsApp.contact();
  expect(await number.sends(contact.phone, `still here, ${number.id}`)).toMatchObject({
    success: true,
    status: "sent",
  });
  await contact.received(`still here, ${number.id}`);
  await contact.says(`me too, ${number.id}`, { to: phone });
  await lab.hook.received(({ message }) => message === `me too, ${number.id}`);
}

describe("the phone removes the device", () => {
  it("disconnects, says why, and asks for a new QR", async () => {
    const { phone, number } = await online("removed");
    await phone.removesDevice();
    await number.isDisconnected();
    expect(await number.describes()).toMatchObject({
      linked: false,
      connectedPhone: null,
      lastDisconnect: { reason: "logged_out", code: 401, nextAction: "link_again" },
    });
    expect((await number.logs()).join("\n")).toContain("The phone removed this device");
    await number.isLinkedBy(phone);
    await messagesFlow(number, phone);
  });

  it("is noticed at the next login when it happened while offline", async () => {
    const { phone, number } = await online("removed-offline");
    await lab.api.ok("POST", `${number.path}/disconnect`);
    await phone.offline();
    await phone.removesDevice();
    await number.connects();
    await number.isDisconnected();
    expect(await number.describes()).toMatchObject({
      linked: false,
      lastDisconnect: { reason: "logged_out", code: 401 },
    });
  });
});

describe("another connection takes over (440)", () => {
  it("is not fought: disconnected until somebody connects again", async () => {
    const { phone, number } = await online("replaced");
    await lab.whatsApp.replaces(phone);
    await number.isDisconnected();
    expect(await number.describes()).toMatchObject({
      linked: true,
      lastDisconnect: { reason: "replaced", code: 440, nextAction: "none" },
    });
    await number.connects();
    await number.isConnected();
    await messagesFlow(number, phone);
  });
});

describe("the number comes back by itself", () => {
  it("after WhatsApp says it is busy (503)", async () => {
    const { phone, number, since } = await online("busy");
    await lab.whatsApp.endsStream(phone, 503);
    await number.isConnectedSince(since);
    expect(await number.describes()).toMatchObject({ lastDisconnect: { reason: "server_busy", code: 503 } });
    await messagesFlow(number, phone);
  });

  it("at once when WhatsApp asks for a new connection (515)", async () => {
    const { phone, number, since } = await online("restart");
    await lab.whatsApp.endsStream(phone, 515);
    await number.isConnectedSince(since);
    expect(await number.describes()).toMatchObject({ lastDisconnect: { reason: "restart_required", code: 515 } });
    await messagesFlow(number, phone);
  });

  it("after the stream's plain end and after a dropped socket", async () => {
    const { phone, number, since } = await online("dropped");
    await lab.whatsApp.endsStream(phone, "xmlstreamend");
    await number.isConnectedSince(since);
    const again = new Date().toISOString();
    await lab.whatsApp.drops(phone);
    await number.isConnectedSince(again);
    expect(await number.describes()).toMatchObject({ lastDisconnect: { reason: "connection_closed", code: 428 } });
    await messagesFlow(number, phone);
  });

  it("after the server fell silent", async () => {
    const { phone, number, since } = await online("silent");
    lab.whatsApp.goesSilent(phone);
    await number.isConnectedSince(since, 90_000);
    expect(await number.describes()).toMatchObject({ lastDisconnect: { reason: "timed_out", code: 408 } });
    await messagesFlow(number, phone);
  });

  it("after logins that failed with 503, and messages stored meanwhile are not lost", async () => {
    const { phone, number, since } = await online("login-busy");
    const contact = lab.whatsApp.contact();
    lab.whatsApp.failsLogin(phone, 503, { times: 2 });
    await lab.whatsApp.drops(phone);
    await contact.says("are you there?", { to: phone });
    await number.isConnectedSince(since);
    await lab.hook.received(({ message }) => message === "are you there?");
  });

  it("with the routing WhatsApp gave it", async () => {
    const { phone, number, since } = await online("routing");
    const routing = lab.whatsApp.setsRouting(phone);
    await lab.whatsApp.endsStream(phone, 515);
    await number.isConnectedSince(since);
    expect(lab.whatsApp.routingOf(phone)).toBe(routing);
  });
});

describe("WhatsApp refuses the login", () => {
  it.each([
    [403, "banned", "none"],
    [405, "client_outdated", "none"],
  ] as const)("with %i: the number stays disconnected and says why", async (code, reason, nextAction) => {
    const { phone, number } = await online(`refused-${code}`);
    lab.whatsApp.failsLogin(phone, code);
    await lab.whatsApp.drops(phone);
    await number.isDisconnected();
    expect(await number.describes()).toMatchObject({ linked: true, lastDisconnect: { reason, code, nextAction } });
    await number.connects();
    await number.isConnected();
  });
});

describe("prekeys", () => {
  it("are replenished when WhatsApp runs low", async () => {
    const { phone, number } = await online("prekeys");
    lab.whatsApp.lowPrekeys(phone, 2);
    await lab.whatsApp.expects({ phone: phone.phone, tag: "iq", attrs: { xmlns: "encrypt", type: "set" } });
    await messagesFlow(number, phone);
  });
});
