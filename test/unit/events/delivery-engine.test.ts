import { describe, expect, test } from "vitest";
import { ANSWERED, deliveringNumber, FAILED, NOW } from "./support.ts";

const ALICE = "491@s.whatsapp.net";
const BOB = "492@s.whatsapp.net";
const INSURANCE = 60_000;

describe("order", () => {
  test("a chat's next event waits for the one before it, other chats do not", async () => {
    const { engine, event, attempt, underWay } = deliveringNumber();
    event(ALICE);
    event(ALICE);
    event(BOB);
    engine.pump();
    expect(underWay()).toEqual([1, 3]);
    await attempt(1).answer(ANSWERED);
    expect(underWay()).toEqual([3, 2]);
  });

  test("a failed event holds back its own chat until its retry, and nobody else", async () => {
    const { engine, event, attempt, underWay, world } = deliveringNumber();
    event(ALICE);
    event(ALICE);
    engine.pump();
    await attempt(1).answer(FAILED);
    event(BOB);
    engine.pump();
    expect(underWay()).toEqual([3]);
    world.now = NOW + 5_000;
    engine.pump();
    expect(underWay()).toEqual([3, 1]);
  });

  test("a parked event lets its chat go on", async () => {
    const { engine, event, attempt, underWay, row } = deliveringNumber();
    event(ALICE);
    event(ALICE);
    engine.pump();
    await attempt(1).answer({ ...FAILED, status: 410 });
    expect(row(1)).toMatchObject({ status: "parked" });
    expect(underWay()).toEqual([2]);
  });

  test("events of no chat wait for each other", async () => {
    const { engine, event, attempt, underWay } = deliveringNumber();
    event(null);
    event(null);
    engine.pump();
    expect(underWay()).toEqual([1]);
    await attempt(1).answer(ANSWERED);
    expect(underWay()).toEqual([2]);
  });

  test("at most six deliveries are under way, the oldest first", async () => {
    const { engine, event, attempt, underWay } = deliveringNumber();
    for (let chat = 1; chat <= 8; chat += 1) event(`${chat}@s.whatsapp.net`);
    engine.pump();
    engine.pump();
    expect(underWay()).toEqual([1, 2, 3, 4, 5, 6]);
    await attempt(4).answer(ANSWERED);
    expect(underWay()).toEqual([1, 2, 3, 5, 6, 7]);
  });
});

describe("what is sent", () => {
  test("is the event with its place in the log, to the URL as it is now", async () => {
    const { engine, event, attempt, world } = deliveringNumber();
    event(ALICE, { message: "Hello", from_me: false });
    world.url = "https://example.com/new";
    engine.pump();
    const { url, body } = attempt(1);
    expect(url).toBe("https://example.com/new");
    expect(JSON.parse(body)).toEqual({
      event_id: "evt_1",
      seq: 1,
      event: "message",
      created_at: "2026-11-01T12:00:00.000Z",
      message: "Hello",
      from_me: false,
    });
  });

  test("a retry goes to the new URL when it was changed in between", async () => {
    const { engine, event, attempt, world } = deliveringNumber();
    event(ALICE);
    engine.pump();
    await attempt(1).answer(FAILED);
    world.url = "https://example.com/new";
    world.now = NOW + 5_000;
    engine.pump();
    expect(attempt(1).url).toBe("https://example.com/new");
  });

  test("waits while there is no URL, without wake-ups", () => {
    const { engine, event, underWay, world } = deliveringNumber();
    event(ALICE);
    world.url = null;
    engine.pump();
    expect([underWay(), world.wakeUps]).toEqual([[], []]);
    world.url = "https://example.com/hook";
    engine.pump();
    expect(underWay()).toEqual([1]);
  });
});

describe("the outcome", () => {
  test("of a 2xx is delivered, once", async () => {
    const { engine, event, attempt, underWay, row } = deliveringNumber();
    event(ALICE);
    engine.pump();
    await attempt(1).answer({ ...ANSWERED, status: 204 });
    engine.pump();
    expect(underWay()).toEqual([]);
    expect(row(1)).toEqual({
      status: "delivered",
      attempts: 1,
      response_status: 204,
      last_error: null,
      reply_id: null,
    });
  });

  test("of a failure is kept, with a wake-up for the retry and one line in the log", async () => {
    const { engine, event, attempt, store, row, world } = deliveringNumber();
    event(ALICE);
    engine.pump();
    await attempt(1).answer(FAILED);
    expect(row(1)).toMatchObject({ status: "waiting", attempts: 1, response_status: 500, last_error: FAILED.error });
    expect(world.wakeUps.at(-1)).toBe(NOW + 5_000);
    expect(store.logs.newest(10).map(({ level, message }) => [level, message])).toEqual([
      ["warning", "Webhook delivery of event 1 failed, it will be retried: The webhook answered 500"],
    ]);
  });

  test("of a second failure is not logged again, the last one is", async () => {
    const { engine, event, attempt, store, row, world } = deliveringNumber();
    event(ALICE);
    for (let round = 1; round <= 14; round += 1) {
      engine.pump();
      await attempt(1).answer(FAILED);
      world.now = world.wakeUps.at(-1) ?? Number.NaN;
    }
    expect(row(1)).toMatchObject({ status: "parked", attempts: 14 });
    expect(store.logs.newest(10).map(({ level }) => level)).toEqual(["error", "warning"]);
  });

  test("of an event that is no longer stored is parked", () => {
    const { engine, event, underWay, row, storage } = deliveringNumber();
    event(ALICE);
    storage.sql.exec("DELETE FROM events");
    engine.pump();
    expect(underWay()).toEqual([]);
    expect(row(1)).toMatchObject({ status: "parked", last_error: "The event is no longer stored" });
  });
});

describe("a crash in the middle of an attempt", () => {
  test("is healed: something wakes the object, and then the attempt is made again", () => {
    const before = deliveringNumber();
    before.event(ALICE);
    before.event(ALICE);
    before.engine.pump();
    expect(before.world.wakeUps).toEqual([NOW + INSURANCE]);

    const after = deliveringNumber({ store: before.store });
    after.engine.pump();
    expect(after.underWay()).toEqual([1]);
    expect(before.row(1)).toMatchObject({ attempts: 2 });
  });

  test("is healed at once when the object wakes for another reason, with what was queued but not begun", () => {
    const before = deliveringNumber();
    before.event(ALICE);
    const after = deliveringNumber({ store: before.store });
    after.engine.pump();
    expect(after.underWay()).toEqual([1]);
  });

  test("costs no wake-up at once while all places are taken", () => {
    const { engine, event, world } = deliveringNumber();
    for (let chat = 1; chat <= 8; chat += 1) event(`${chat}@s.whatsapp.net`);
    engine.pump();
    engine.pump();
    expect(world.wakeUps.filter((dueAt) => dueAt <= NOW)).toEqual([]);
    expect(world.wakeUps).toContain(NOW + INSURANCE);
  });
});

describe("a removed number", () => {
  test("takes no notice of answers that come later, nor does the number that follows it", async () => {
    const { engine, event, attempt, row, storage } = deliveringNumber();
    event(ALICE);
    engine.pump();
    const late = attempt(1);
    engine.forget();
    storage.sql.exec("DELETE FROM deliveries");
    storage.sql.exec(
      "INSERT INTO deliveries (seq, chat_id, status, due_at, is_head) VALUES (1, ?, 'waiting', 0, 1)",
      BOB,
    );
    await late.answer({ ...ANSWERED, body: `{"reply":"Hello"}` });
    expect(row(1)).toMatchObject({ status: "waiting", attempts: 0, reply_id: null });
    engine.pump();
    expect(row(1)).toMatchObject({ attempts: 1 });
  });
});

describe("a reply", () => {
  const withReply = { ...ANSWERED, body: `{"reply":"Hello"}` };

  test("is queued together with the delivery's success, and sent", async () => {
    const { engine, event, attempt, row, world } = deliveringNumber();
    event(ALICE);
    engine.pump();
    await attempt(1).answer(withReply);
    expect(world).toMatchObject({ replies: [[1, "Hello"]], repliesSent: 1 });
    expect(row(1)).toMatchObject({ status: "delivered", reply_id: "reply-to-1" });
  });

  test("of a failed attempt is no reply", async () => {
    const { engine, event, attempt, world } = deliveringNumber();
    event(ALICE);
    engine.pump();
    await attempt(1).answer({ ...FAILED, body: withReply.body });
    expect(world.replies).toEqual([]);
  });

  test("is only taken for a message that came in", async () => {
    const { engine, event, attempt, world } = deliveringNumber();
    event(ALICE, { from_me: true });
    event(BOB, { from_me: false }, "message.status");
    engine.pump();
    await attempt(1).answer(withReply);
    await attempt(2).answer(withReply);
    expect(world.replies).toEqual([]);
  });

  test("that cannot be stored leaves the delivery undone, to be tried again", async () => {
    const refusal = new Error("disk full");
    const queueReply = () => {
      throw refusal;
    };
    const { engine, event, attempt, row, world } = deliveringNumber({ queueReply });
    event(ALICE);
    engine.pump();
    await attempt(1).answer(withReply);
    expect(row(1)).toMatchObject({ status: "waiting", attempts: 1 });
    expect(world.errors).toEqual([refusal]);
    expect(world.wakeUps.at(-1)).toBe(NOW + INSURANCE);
    world.now = NOW + INSURANCE;
    engine.pump();
    expect(row(1)).toMatchObject({ attempts: 2 });
  });
});

describe("an event that is delivered again", () => {
  const withReply = { ...ANSWERED, body: `{"reply":"Hello"}` };

  test("after a retry or a replay is not replied to twice", async () => {
    const { engine, event, attempt, store, row, world } = deliveringNumber();
    event(ALICE);
    engine.pump();
    await attempt(1).answer(withReply);
    store.deliveries.again(1, NOW);
    engine.pump();
    await attempt(1).answer(withReply);
    store.deliveries.replay({ after: 0, last: 1, types: null }, NOW);
    engine.pump();
    await attempt(1).answer(withReply);
    expect(world.replies).toEqual([[1, "Hello"]]);
    expect(row(1)).toMatchObject({ status: "delivered", attempts: 1, reply_id: "reply-to-1" });
  });

  test("gets its first reply then, when there was none", async () => {
    const { engine, event, attempt, store, world } = deliveringNumber();
    event(ALICE);
    engine.pump();
    await attempt(1).answer(ANSWERED);
    store.deliveries.again(1, NOW);
    engine.pump();
    await attempt(1).answer(withReply);
    expect(world.replies).toEqual([[1, "Hello"]]);
  });

  test("keeps its chat in order: what was later waits for it, and it waits for what is under way", async () => {
    const { engine, event, attempt, store, underWay } = deliveringNumber();
    for (let index = 0; index < 3; index += 1) event(ALICE);
    engine.pump();
    await attempt(1).answer(ANSWERED);
    expect(underWay()).toEqual([2]);
    store.deliveries.replay({ after: 0, last: 3, types: null }, NOW);
    engine.pump();
    expect(underWay()).toEqual([2]);
    await attempt(2).answer(ANSWERED);
    expect(underWay()).toEqual([1]);
    await attempt(1).answer(ANSWERED);
    await attempt(3).answer(ANSWERED);
    expect(underWay()).toEqual([]);
  });

  test("has the whole retry schedule before it", async () => {
    const { engine, event, attempt, store, row, world } = deliveringNumber();
    event(ALICE);
    engine.pump();
    await attempt(1).answer({ ...FAILED, status: 410 });
    store.deliveries.again(1, NOW);
    engine.pump();
    await attempt(1).answer(FAILED);
    expect(row(1)).toMatchObject({ status: "waiting", attempts: 1 });
    expect(world.wakeUps.at(-1)).toBe(NOW + 5_000);
  });
});
