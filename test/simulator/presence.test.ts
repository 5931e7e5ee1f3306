import { expect, test } from "vitest";
import { useLab } from "./lab.ts";

const lab = useLab();

test("a client sees whom it subscribed to come and go", async () => {
  const { client } = await lab.linked();
  const alice = lab.server.contact();
  await client.socket.presenceSubscribe(`${alice.lid}@lid`);
  const seen = (state: string) =>
    client.find(
      "presence.update",
      ({ id, presences }) => (id === `${alice.lid}@lid` && presences[id]?.lastKnownPresence === state) || undefined,
      { what: state },
    );
  await seen("available");
  await alice.appears("unavailable");
  await seen("unavailable");
});

test("a client sees a contact typing, recording and pausing", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  for (const [state, shown] of [
    ["composing", "composing"],
    ["recording", "recording"],
    ["paused", "available"],
  ] as const) {
    await alice.typing(phone, state);
    await client.find(
      "presence.update",
      ({ presences }) => presences[`${alice.lid}@lid`]?.lastKnownPresence === shown || undefined,
      {
        what: shown,
      },
    );
  }
});

test("a contact sees a client come online, type and go offline", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  await alice.sawPresence(phone, "available");
  await client.socket.sendPresenceUpdate("composing", `${alice.phone}@s.whatsapp.net`);
  expect(await alice.sawTyping(phone)).toEqual({ from: phone.phone, state: "composing" });
  await client.socket.sendPresenceUpdate("recording", `${alice.lid}@lid`);
  await alice.sawTyping(phone, { state: "recording" });
  await client.socket.sendPresenceUpdate("unavailable");
  await alice.sawPresence(phone, "unavailable");
});

test("a client that is gone is no longer available", async () => {
  const { phone } = await lab.linked();
  const alice = lab.server.contact();
  await alice.sawPresence(phone, "available");
  await lab.server.drops(phone);
  await alice.sawPresence(phone, "unavailable");
});
