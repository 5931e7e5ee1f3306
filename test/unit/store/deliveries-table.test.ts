import { describe, expect, test } from "vitest";
import { openStore } from "../../../src/store/store.ts";
import { numberStorage } from "../../support/sqlite.ts";

const NOW = Date.parse("2026-11-01T12:00:00.000Z");
const ALICE = "491@s.whatsapp.net";
const BOB = "492@s.whatsapp.net";
const HIDDEN = "77@lid";
const DONE = { responseStatus: 200, error: null };
const FAILED = { responseStatus: 503, error: "The webhook answered 503" };

function numberWith(...chats: (string | null)[]) {
  const storage = numberStorage();
  const store = openStore(storage.sql);
  const add = (chatId: string | null, type = "message"): number => {
    const seq = store.events.append(type, chatId, { from_me: false }, NOW);
    store.deliveries.enqueue(seq, chatId, NOW);
    return seq;
  };
  for (const chat of chats) add(chat);
  const due = (underWay: number[] = []) => store.deliveries.due(NOW, 100, underWay).map(({ seq }) => seq);
  return { storage, store, deliveries: store.deliveries, add, due };
}

describe("the next deliveries", () => {
  test("are the first of each chat, and the next of a chat when one ended", () => {
    const { deliveries, due } = numberWith(ALICE, ALICE, BOB, null, null, ALICE);
    expect(due()).toEqual([1, 3, 4]);
    deliveries.delivered(1, DONE, null);
    deliveries.park(4, FAILED);
    expect(due()).toEqual([2, 3, 5]);
  });

  test("leave out chats with one under way", () => {
    const { due, deliveries } = numberWith(ALICE, BOB);
    expect(due([1])).toEqual([2]);
    expect([deliveries.nextDueAt([1]), deliveries.nextDueAt([1, 2])]).toEqual([NOW, null]);
  });

  test("follow a chat that gets another name, in order, also when both names have waiting ones", () => {
    const { deliveries, due } = numberWith(HIDDEN, ALICE, HIDDEN);
    expect(due()).toEqual([1, 2]);
    deliveries.rekeyChat(HIDDEN, ALICE);
    expect([due(), due([2])]).toEqual([[1], []]);
    deliveries.delivered(1, DONE, null);
    expect(due()).toEqual([2]);
    deliveries.delivered(2, DONE, null);
    expect(due()).toEqual([3]);
  });

  test("cost the same however many wait behind them: the plan reads the heads only", () => {
    const { storage } = numberWith(ALICE, ALICE);
    const plan = storage.sql
      .exec<{ detail: string }>(
        "EXPLAIN QUERY PLAN SELECT seq FROM deliveries WHERE is_head = 1 AND due_at <= 5 ORDER BY due_at, seq LIMIT 6",
      )
      .toArray();
    expect(plan.map(({ detail }) => detail)).toEqual([expect.stringContaining("INDEX deliveries_heads (due_at<?)")]);
  });
});

describe("a replay", () => {
  test("queues each selected event of the range once more, old and new, and counts them", () => {
    const { store, deliveries, due, add } = numberWith(ALICE, BOB);
    deliveries.delivered(1, DONE, "reply-1");
    deliveries.park(2, FAILED);
    store.events.append("connection", null, {}, NOW);
    store.events.append("message", ALICE, {}, NOW);
    add(BOB);
    expect(due()).toEqual([5]);
    expect(deliveries.replay({ after: 0, last: 5, types: ["message"] }, NOW)).toBe(4);
    expect(due()).toEqual([1, 2]);
    expect(deliveries.get(1)).toMatchObject({ status: "waiting", attempts: 0, replyMessageId: "reply-1" });
    expect(deliveries.get(3)).toBeNull();
    expect(deliveries.replay({ after: 2, last: 5, types: null }, NOW)).toBe(3);
  });

  test("puts events that were told under a hidden id into the chat of the phone", () => {
    const { store, deliveries, due } = numberWith(HIDDEN, ALICE);
    deliveries.delivered(1, DONE, null);
    deliveries.delivered(2, DONE, null);
    store.contacts.learn("491", "77");
    deliveries.replay({ after: 0, last: 2, types: null }, NOW);
    expect(due()).toEqual([1]);
    expect(deliveries.get(1)).toMatchObject({ chatId: ALICE });
  });
});

describe("the list", () => {
  test("shows what became of each, newest first, in pages", () => {
    const { deliveries } = numberWith(ALICE, null);
    deliveries.attempting(1, NOW + 1);
    deliveries.park(1, FAILED);
    const first = deliveries.list({ limit: 1 });
    expect(first).toEqual({
      deliveries: [
        {
          id: "evt_2",
          seq: 2,
          event: "message",
          chatId: null,
          status: "waiting",
          attempts: 0,
          createdAt: "2026-11-01T12:00:00.000Z",
          firstAttemptAt: null,
          nextAttemptAt: "2026-11-01T12:00:00.000Z",
          responseStatus: null,
          error: null,
          replyMessageId: null,
        },
      ],
      next: "2",
    });
    expect(deliveries.list({ limit: 1, cursor: "2" })).toEqual({
      deliveries: [
        {
          id: "evt_1",
          seq: 1,
          event: "message",
          chatId: ALICE,
          status: "parked",
          attempts: 1,
          createdAt: "2026-11-01T12:00:00.000Z",
          firstAttemptAt: "2026-11-01T12:00:00.001Z",
          nextAttemptAt: null,
          responseStatus: 503,
          error: "The webhook answered 503",
          replyMessageId: null,
        },
      ],
      next: null,
    });
    expect(deliveries.list({ limit: 10, status: "parked" }).deliveries.map(({ seq }) => seq)).toEqual([1]);
    expect(deliveries.list({ limit: 10, status: "delivered" })).toEqual({ deliveries: [], next: null });
  });
});

test("a delivery that does not exist is not retried", () => {
  const { deliveries } = numberWith(ALICE);
  expect([deliveries.again(7, NOW), deliveries.again(1, NOW)]).toEqual([false, true]);
});
