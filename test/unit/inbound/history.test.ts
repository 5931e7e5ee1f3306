import { beforeEach, describe, expect, test } from "vitest";
import { type HistoryContext, storeHistory } from "../../../src/inbound/history.ts";
import { receive } from "../../../src/inbound/receive.ts";
import { openStore, type Store } from "../../../src/store/store.ts";
import type { HistoryPart } from "../../../src/whatsapp/history-part.ts";
import type { ReceivedMessage } from "../../../src/whatsapp/session.ts";
import { REMOTE_PICTURE } from "../../support/remote-file.ts";
import { numberStorage } from "../../support/sqlite.ts";

const NOW = Date.parse("2026-11-01T12:00:00.000Z");
const DAY = 24 * 60 * 60 * 1_000;
const ALICE = "491@s.whatsapp.net";

let store: Store;
let context: HistoryContext;
let events: () => number;

beforeEach(() => {
  const { sql } = numberStorage();
  store = openStore(sql);
  let files = 0;
  context = {
    store,
    instanceId: "wa_1",
    hasWebhook: true,
    ownPhone: "490",
    newFile: () => ({ id: `f${++files}`, key: `o/i/media/f${files}` }),
    now: NOW,
    keptSince: NOW - 30 * DAY,
    withMessages: true,
  };
  events = () => sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM events").one().n;
});

const message = (id: string, sentAt: number, fields: Partial<ReceivedMessage> = {}): ReceivedMessage => ({
  id,
  chatJid: ALICE,
  altJid: null,
  participantJid: null,
  fromMe: false,
  pushName: null,
  sentAt,
  content: { type: "text", text: `text of ${id}`, quoted: null, unsupported: false },
  payload: Uint8Array.of(1),
  ...fields,
});

const part = (id: string, sentAt: number, fields: Partial<ReceivedMessage> = {}): HistoryPart => ({
  kind: "message",
  message: message(id, sentAt, fields),
  status: "received",
});

const ids = (query = {}) => store.messages.list({ limit: 200, ...query }).messages.map(({ id }) => id);

describe("messages of the phone's history", () => {
  test("stand before all others, by their times, in pages too", () => {
    const live = { ...context, onStored: () => undefined };
    receive(message("live", NOW - 40 * DAY), live);
    for (const [id, at] of [
      ["C", NOW - 1 * DAY],
      ["B2", NOW - 2 * DAY + 20],
      ["B1", NOW - 2 * DAY],
      ["A", NOW - 9 * DAY],
      ["D", NOW - 1_000],
    ] as const) {
      expect(storeHistory(part(id, at), context)).toBe(true);
    }
    receive(message("live2", NOW), live);
    expect(ids()).toEqual(["live2", "live", "D", "C", "B2", "B1", "A"]);
    const first = store.messages.list({ limit: 3 });
    expect(ids({ limit: 2, cursor: first.next })).toEqual(["C", "B2"]);
  });

  test("are told of nowhere, and no unknown people are strangers any more", () => {
    storeHistory(part("A", NOW - DAY), context);
    storeHistory(part("B", NOW - 2 * DAY), context);
    expect([events(), store.deliveries.nextDueAt(), store.chats.nextUnreadAt(), store.sends.since(0)]).toEqual([
      0,
      null,
      null,
      0,
    ]);
    expect(store.chats.wroteAt(ALICE)).toBe(NOW - DAY);
  });

  test("are stored once, whether live or read again", () => {
    receive(message("A", NOW), { ...context, onStored: () => undefined });
    expect(storeHistory(part("A", NOW), context)).toBe(false);
    expect([storeHistory(part("B", NOW), context), storeHistory(part("B", NOW), context)]).toEqual([true, false]);
    expect(ids()).toEqual(["A", "B"]);
  });

  test("are not stored when they are older than messages are kept, or only about others", () => {
    const reaction = { type: "reaction", text: "x", quoted: null, unsupported: false } as const;
    expect(storeHistory(part("A", NOW - 31 * DAY), context)).toBe(false);
    expect(storeHistory(part("B", NOW, { content: reaction }), context)).toBe(false);
    expect(ids()).toEqual([]);
  });

  test.each([
    ["milliseconds instead of seconds", NOW * 1_000],
    ["beyond all dates", 2 ** 63],
    ["no number", Number.NaN],
  ])("whose time is %s hide no other", (_, sentAt) => {
    expect(storeHistory(part("A", sentAt), context)).toBe(true);
    receive(message("live", NOW), { ...context, onStored: () => undefined });
    expect(ids()).toEqual(["live", "A"]);
  });

  test("have files that are fetched on request", () => {
    const file = REMOTE_PICTURE;
    storeHistory(
      part("A", NOW, { content: { type: "image", text: "", quoted: null, unsupported: false, file } }),
      context,
    );
    expect(store.media.ofMessage({ id: "A", chatId: ALICE, direction: "inbound" })).toMatchObject({
      status: "failed",
      attempts: 0,
    });
    expect(store.media.nextDueAt()).toBeNull();
  });

  test("go when they are too old", () => {
    for (const days of [1, 5, 20]) storeHistory(part(`${days}`, NOW - days * DAY), context);
    store.pruning.slice({ events: null, messages: Number.MIN_SAFE_INTEGER, logs: null }, NOW - 4 * DAY, 10);
    expect(ids()).toEqual(["1"]);
  });
});

describe("who is who", () => {
  const pair: HistoryPart = { kind: "pair", phone: "491", lid: "77" };

  test("joins what was read under the LID, without an event", () => {
    storeHistory(part("A", NOW, { chatJid: "77@lid" }), context);
    storeHistory(pair, context);
    expect(store.messages.list({ limit: 1 }).messages).toMatchObject([{ chatId: ALICE, from: "491", fromLid: "77" }]);
    expect([events(), store.chats.wroteAt(ALICE)]).toEqual([0, NOW]);
  });

  test("is told where a live message was told by LID", () => {
    receive(message("A", NOW, { chatJid: "77@lid" }), { ...context, onStored: () => undefined });
    storeHistory(pair, context);
    expect(events()).toBe(2);
  });

  test("is all that is taken when the messages are not wanted", () => {
    const quiet = { ...context, withMessages: false };
    storeHistory(part("A", NOW), quiet);
    storeHistory({ kind: "name", jid: ALICE, name: "Alice" }, quiet);
    storeHistory(pair, quiet);
    expect([ids(), store.contacts.pairs("", 10)]).toEqual([[], [{ lid: "77", phone: "491", pushName: null }]]);
  });

  test("comes with names, where no newer one is known", () => {
    storeHistory({ kind: "name", jid: ALICE, name: "Alice" }, context);
    storeHistory(pair, context);
    expect(store.contacts.pairs("", 10)).toMatchObject([{ pushName: "Alice" }]);
    store.contacts.seen({ phone: "491", lid: "77", pushName: "Ali" }, NOW);
    storeHistory({ kind: "name", jid: ALICE, name: "Alice" }, context);
    expect(store.contacts.pairs("", 10)).toMatchObject([{ pushName: "Ali" }]);
  });
});
