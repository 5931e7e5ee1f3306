import { describe, expect, test } from "vitest";
import { EventFeed } from "../../../src/events/event-feed.ts";
import { openStore } from "../../../src/store/store.ts";
import { numberStorage } from "../../support/sqlite.ts";

const NOW = Date.parse("2026-11-01T12:00:00.000Z");

function feedOf(count = 0) {
  const store = openStore(numberStorage().sql);
  const world = { exists: true, pending: [] as (() => void)[] };
  const feed = new EventFeed({ store, exists: () => world.exists, later: (work) => world.pending.push(work) });
  const append = (type = "message") => store.events.append(type, null, { instance_id: "wa_1" }, NOW);
  for (let index = 0; index < count; index += 1) append();
  return {
    feed,
    world,
    append,
    /** Ends the current work: what was told to be done later is done. */
    settle() {
      for (const work of world.pending.splice(0)) work();
    },
    next: (after: number | null, waitMs = 20_000, types?: string[]) =>
      feed.next({ after, waitMs, limit: 10, ...(types && { types }) }),
  };
}

const seqs = ({ events }: { events: { seq: number }[] }) => events.map(({ seq }) => seq);

describe("a reader of the log", () => {
  test("gets events as webhooks get them", () => {
    const { feed } = feedOf(1);
    expect(feed.list({ after: 0, limit: 10 })).toEqual({
      events: [
        { event_id: "evt_1", seq: 1, event: "message", created_at: "2026-11-01T12:00:00.000Z", instance_id: "wa_1" },
      ],
      next: 1,
      more: false,
    });
  });

  test("at the end of the log is told where that is", async () => {
    expect(await feedOf(3).next(null)).toEqual({ events: [], next: 3, more: false });
  });

  test("gets what is there at once", async () => {
    const page = await feedOf(3).next(1);
    expect([seqs(page), page.next]).toEqual([[2, 3], 3]);
  });

  test("who waits gets what is appended, when the work that appended it is done", async () => {
    const { next, append, settle, world } = feedOf(1);
    const waiting = next(1);
    append();
    append();
    expect(world.pending).toHaveLength(1);
    settle();
    expect(seqs(await waiting)).toEqual([2, 3]);
  });

  test("who waits for one type goes on waiting over others", async () => {
    const { next, append, settle } = feedOf();
    const waiting = next(0, 20_000, ["call"]);
    append("message");
    settle();
    await Promise.resolve();
    append("call");
    settle();
    expect(await waiting).toMatchObject({ events: [{ seq: 2, event: "call" }], next: 2 });
  });

  test("who has waited long enough gets an empty page", async () => {
    expect(await feedOf(1).next(1, 5)).toEqual({ events: [], next: 1, more: false });
    expect(await feedOf(1).next(1, 0)).toEqual({ events: [], next: 1, more: false });
  });

  test("of a number that is removed waits no longer", async () => {
    const { feed, next, settle, world } = feedOf(1);
    const waiting = next(1);
    world.exists = false;
    feed.wakeReaders();
    settle();
    expect(await waiting).toEqual({ events: [], next: 1, more: false });
  });

  test("beyond the hundredth does not wait but is told to ask again", async () => {
    const { next, append, settle } = feedOf(1);
    const waiting = Array.from({ length: 100 }, () => next(1));
    expect(await next(1)).toEqual({ events: [], next: 1, more: false });
    append();
    settle();
    expect((await Promise.all(waiting)).map(seqs)).toEqual(waiting.map(() => [2]));
  });
});
