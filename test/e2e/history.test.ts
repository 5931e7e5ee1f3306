/** The phone's history: taken at the first link when that is set, into the message store and nowhere else. */
import type { proto } from "@whiskeysockets/baileys";
import { describe, expect, it } from "vitest";
import { useLab } from "./support/lab.ts";

const lab = useLab({ gateway: "wrangler dev" });

const DAY_S = 24 * 60 * 60;
const now = Math.floor(Date.now() / 1_000);
const ALICE = "5511977770001";
const BOB_LID = "990000000000077";
const BOB = "5511977770002";
const GROUP = "120363000000000777@g.us";

const said = (
  jid: string,
  id: string,
  text: string,
  secondsAgo: number,
  fields: proto.IWebMessageInfo | object = {},
) => ({
  message: {
    key: { remoteJid: jid, id, fromMe: false },
    message: { conversation: text },
    messageTimestamp: now - secondsAgo,
    ...fields,
  },
});

const sent = (jid: string, id: string, text: string, secondsAgo: number, status: number) =>
  said(jid, id, text, secondsAgo, { key: { remoteJid: jid, id, fromMe: true }, status });

const alice = `${ALICE}@s.whatsapp.net`;

const HISTORY = {
  history: [
    {
      id: alice,
      messages: [
        said(alice, "A3", "the newest", 60),
        sent(alice, "A2", "our answer", 120, 4),
        said(alice, "A1", "hello", 180),
      ],
    },
  ],
  laterHistory: {
    names: [
      { id: alice, pushname: "Alice" },
      { id: "5511977770009@s.whatsapp.net", pushname: "-" },
    ],
    recent: [
      {
        conversations: [
          {
            id: alice,
            messages: [said(alice, "A3", "the newest", 60), said(alice, "A0", "from last week", 7 * DAY_S)],
          },
          {
            id: `${BOB_LID}@lid`,
            messages: [said(`${BOB_LID}@lid`, "B1", "I am Bob", 2 * DAY_S)],
            tcToken: Buffer.from("token"),
            tcTokenTimestamp: now - DAY_S,
          },
          {
            id: GROUP,
            messages: [
              said(GROUP, "G1", "in the group", 3 * DAY_S, { key: { remoteJid: GROUP, id: "G1", participant: alice } }),
            ],
          },
          { id: alice, messages: [said(alice, "OLD", "long ago", 400 * DAY_S)] },
        ],
        phoneNumberToLidMappings: [{ pnJid: `${BOB}@s.whatsapp.net`, lidJid: `${BOB_LID}@lid` }],
      },
      {
        conversations: Array.from({ length: 40 }, (_, chat) => ({
          id: `55119800000${chat + 10}@s.whatsapp.net`,
          messages: Array.from({ length: 25 }, (_, index) =>
            said(`55119800000${chat + 10}@s.whatsapp.net`, `M${chat}-${index}`, "x".repeat(1_000), 5 * DAY_S + index),
          ),
        })),
      },
    ],
  },
};

describe("with syncHistory", () => {
  it("the phone's messages and names are in the history, in order and once, and nobody is told", async () => {
    const phone = lab.whatsApp.phone({ businessName: "Clinic", ...HISTORY });
    const number = await lab.number("history", { syncHistory: true });
    await number.isLinkedBy(phone);
    const all = async () =>
      (await lab.api.ok<{ messages: { id: string }[] }>("GET", `${number.path}/messages?limit=1&q=from+last`)).messages;
    await expect
      .poll(async () => (await number.logs()).filter((line) => line.includes("history")), { timeout: 60_000 })
      .toEqual([
        "Took 1000 messages from the phone's history",
        "Took 3 messages from the phone's history",
        "Took 3 messages from the phone's history",
      ]);
    expect(await all()).toMatchObject([{ id: "A0" }]);
    const chat = await number.messages(`&phone=${ALICE}`);
    expect(chat).toMatchObject([
      { id: "A0", text: "from last week", direction: "inbound", from: ALICE, status: "received" },
      { id: "G1", text: "in the group", groupId: GROUP, from: ALICE },
      { id: "A1", text: "hello" },
      { id: "A2", text: "our answer", direction: "outbound", to: ALICE, status: "read", source: "phone" },
      { id: "A3", text: "the newest" },
    ]);
    expect(await number.messages(`&phone=${BOB}`)).toMatchObject([{ id: "B1", from: BOB, fromLid: BOB_LID }]);
    const { events } = await lab.api.ok<{ events: { event: string }[] }>("GET", `${number.path}/events?limit=50`);
    expect(events.filter(({ event }) => event.startsWith("message") || event.startsWith("contact"))).toEqual([]);
    expect(lab.hook.deliveries).toEqual([]);
  });

  it("a live message comes after all of it, and one that the history had is told of nowhere twice", async () => {
    const phone = lab.whatsApp.phone();
    const carol = lab.whatsApp.contact({ name: "Carol" });
    const jid = `${carol.phone}@s.whatsapp.net`;
    const other = lab.whatsApp.phone({
      businessName: "Second",
      history: [{ id: jid, messages: [said(jid, "C1", "before", 30)] }],
    });
    expect(phone.phone).not.toBe(other.phone);
    const number = await lab.number("history-2", { syncHistory: true });
    await number.isLinkedBy(other);
    await expect.poll(async () => (await number.messages()).length, { timeout: 60_000 }).toBe(1);
    const id = await carol.says("now", { to: other });
    await lab.hook.received(({ message_id }) => message_id === id);
    expect((await number.messages()).map(({ text }) => text)).toEqual(["before", "now"]);
    const first = await lab.api.ok<{ messages: { id: string }[]; next: string }>(
      "GET",
      `${number.path}/messages?limit=1`,
    );
    const second = await lab.api.call("GET", `${number.path}/messages?limit=1&cursor=${first.next}`);
    expect([first.messages[0]?.id, (second.body.messages as { id: string }[])[0]?.id]).toEqual([id, "C1"]);
  });
});

describe("without it", () => {
  it("the phone's history is acknowledged and not stored", async () => {
    const phone = lab.whatsApp.phone({ businessName: "Quiet", ...HISTORY });
    const number = await lab.number("quiet");
    const since = lab.whatsApp.mark();
    await number.isLinkedBy(phone);
    await phone.online();
    await lab.whatsApp.expects({ tag: "receipt", attrs: { type: "hist_sync" }, phone: phone.phone }, { since });
    const dave = lab.whatsApp.contact();
    const id = await dave.says("live", { to: phone });
    await lab.hook.received(({ message_id }) => message_id === id);
    expect((await number.messages()).map(({ text }) => text)).toEqual(["live"]);
  });
});
