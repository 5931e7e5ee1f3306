import { once } from "node:events";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { useLab } from "./lab.ts";

const lab = useLab();

test.each([
  [503, 503],
  ["xmlstreamend", 428],
] as const)("a stream ended with %s closes the client with %d, and it can come back", async (how, status) => {
  const { phone, client } = await lab.linked();
  const since = client.mark();
  await lab.server.endsStream(phone, how);
  expect(await client.closed(since)).toBe(status);
  await client.connect().open(since);
});

test("a stream error 515 asks the client to restart at once", async () => {
  const { phone, client } = await lab.linked();
  const since = client.mark();
  await lab.server.endsStream(phone, 515);
  expect(await client.closed(since)).toBe(515);
  await client.open(since);
});

test("a dropped connection closes the client with 428", async () => {
  const { phone, client } = await lab.linked();
  const since = client.mark();
  await lab.server.drops(phone);
  expect(await client.closed(since)).toBe(428);
  await phone.offline();
});

test("a replaced connection closes the client with 440", async () => {
  const { phone, client } = await lab.linked();
  const since = client.mark();
  await lab.server.replaces(phone);
  expect(await client.closed(since)).toBe(440);
});

test("the same device logging in twice replaces its first connection, and the second goes on working", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  const since = client.mark();
  const first = client.socket;
  client.connect();
  expect(await client.closed(since)).toBe(440);
  await client.open(since);
  expect(client.socket).not.toBe(first);
  await phone.online();
  await alice.says("still there?", { to: phone });
  await client.text("still there?");
});

test("a device removed by the phone is closed with 401 and refused with 401 afterwards", async () => {
  const { phone, client } = await lab.linked();
  const since = client.mark();
  await phone.removesDevice();
  expect(await client.closed(since)).toBe(401);
  const later = client.mark();
  expect(await client.connect().closed(later)).toBe(401);
});

test("removing one of two devices leaves the other linked", async () => {
  const { phone, client } = await lab.linked();
  const second = await lab.companion(phone);
  await phone.removesDevice(1);
  expect(await client.closed()).toBe(515);
  expect(
    await client.closed(client.events.findIndex(({ data }) => "connection" in data && data.connection === "open")),
  ).toBe(401);
  const alice = lab.server.contact();
  await alice.says("to the one that is left", { to: phone });
  await second.text("to the one that is left");
});

test("a client that logs itself out is unlinked", async () => {
  const { client } = await lab.linked();
  const since = client.mark();
  const unlinked = lab.server.expects({ tag: "iq", child: "remove-companion-device" });
  await client.socket.logout();
  expect(await client.closed(since)).toBe(401);
  await unlinked;
  const later = client.mark();
  expect(await client.connect().closed(later)).toBe(401);
});

test.each([401, 403, 405, 503] as const)(
  "a login refused with %d closes the client with it, and the next one is let in",
  async (reason) => {
    const { phone, client } = await lab.linked();
    await lab.cutOff({ phone, client });
    lab.server.failsLogin(phone, reason);
    const since = client.mark();
    expect(await client.connect().closed(since)).toBe(reason);
    const later = client.mark();
    await client.connect().open(later);
  },
);

test("a server that cuts new connections keeps the client out, until it lets it in again", async () => {
  const { phone, client } = await lab.linked();
  await lab.cutOff({ phone, client });
  lab.server.refusesConnections();
  const since = client.mark();
  expect(await client.connect().closed(since)).toBe(408);
  lab.server.refusesConnections(false);
  const later = client.mark();
  await client.connect().open(later);
});

test("a server that is unavailable answers the upgrade with HTTP 503", async () => {
  lab.server.refusesConnections("unavailable");
  // Not with Baileys: on Node it takes no notice of the answer.
  const socket = new WebSocket(lab.server.whatsappUrl);
  const [, response] = await once(socket, "unexpected-response");
  expect(response.statusCode).toBe(503);
  socket.on("error", () => {});
  socket.terminate();
});

test("edge routing given by the server introduces the next connection", async () => {
  const { phone, client } = await lab.linked();
  expect(lab.server.routingOf(phone)).toBeUndefined();
  const routing = lab.server.setsRouting(phone, Buffer.from("080d0802", "hex"));
  expect(routing).toBe("080d0802");
  await client.find("creds.update", ({ routingInfo }) => routingInfo, { what: "routing" });
  await lab.cutOff({ phone, client });
  const since = client.mark();
  await client.connect().open(since);
  expect(lab.server.routingOf(phone)).toBe("080d0802");
});

test("unanswered pings and a silent server both end as connection lost, 408", async () => {
  const muted = await lab.linked({}, { keepAliveIntervalMs: 500 });
  const silent = await lab.linked({}, { keepAliveIntervalMs: 500 });
  await lab.server.expects({ tag: "iq", child: "ping", phone: muted.phone.phone });
  const marks = [muted.client.mark(), silent.client.mark()];
  lab.server.mutesKeepalive(muted.phone);
  lab.server.goesSilent(silent.phone);
  expect(await Promise.all([muted.client.closed(marks[0]), silent.client.closed(marks[1])])).toEqual([408, 408]);
});

test("a fault for a number that is not connected is an error that says who is", async () => {
  const phone = lab.server.phone({ phone: "5511900000005" });
  await expect(lab.server.drops(phone)).rejects.toThrow(
    "no linked device of 5511900000005 is connected; connected: nobody",
  );
});
