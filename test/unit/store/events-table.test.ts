import { describe, expect, test } from "vitest";
import { openStore } from "../../../src/store/store.ts";
import { numberStorage } from "../../support/sqlite.ts";

const NOW = Date.parse("2026-11-01T12:00:00.000Z");

function logOf(count: number, type: (seq: number) => string = () => "message", payload: object = {}) {
  const storage = numberStorage();
  const { events } = openStore(storage.sql);
  for (let seq = 1; seq <= count; seq += 1) events.append(type(seq), null, { ...payload }, NOW + seq);
  const page = (after: number, limit: number, types: string[] | null = null) => {
    const { events: found, ...rest } = events.page({ after, limit, types });
    return { seqs: found.map(({ seq }) => seq), ...rest };
  };
  return { storage, events, page };
}

describe("a page of the log", () => {
  test("goes on where the one before ended, until there is no more", () => {
    const { page } = logOf(5);
    expect(page(0, 2)).toEqual({ seqs: [1, 2], next: 2, more: true });
    expect(page(2, 2)).toEqual({ seqs: [3, 4], next: 4, more: true });
    expect(page(4, 2)).toEqual({ seqs: [5], next: 5, more: false });
    expect(page(5, 2)).toEqual({ seqs: [], next: 5, more: false });
  });

  test("of some types skips the others, and its position with them", () => {
    const { page } = logOf(6, (seq) => (seq % 3 === 0 ? "connection" : "message"));
    expect(page(0, 10, ["connection"])).toEqual({ seqs: [3, 6], next: 6, more: false });
    expect(page(0, 1, ["connection"])).toEqual({ seqs: [3], next: 3, more: true });
    expect(page(0, 10, ["call"])).toEqual({ seqs: [], next: 6, more: false });
  });

  test("looks at 5,000 positions at most: a page may be empty and say that there is more", () => {
    const { page } = logOf(5_002, (seq) => (seq === 5_001 ? "call" : "message"));
    expect(page(0, 10, ["call"])).toEqual({ seqs: [], next: 5_000, more: true });
    expect(page(5_000, 10, ["call"])).toEqual({ seqs: [5_001], next: 5_002, more: false });
  });

  test("ends early when its events are long", () => {
    const { page } = logOf(3, undefined, { message: "x".repeat(600_000) });
    expect(page(0, 10)).toEqual({ seqs: [1, 2], next: 2, more: true });
  });

  test("leaves out what is no longer kept", () => {
    const { page, storage } = logOf(4);
    storage.sql.exec("DELETE FROM events WHERE seq < 3");
    expect(page(0, 10)).toEqual({ seqs: [3, 4], next: 4, more: false });
  });
});

test("a part of the log by time is the positions of its first and last event", () => {
  const { events } = logOf(5);
  expect(events.between(NOW + 2, NOW + 4)).toEqual({ after: 1, last: 4 });
  expect(events.between(0, NOW * 2)).toEqual({ after: 0, last: 5 });
  expect(events.between(NOW * 2, NOW * 2)).toEqual({ after: 5, last: 5 });
});

test("positions are counted over gaps", () => {
  const { events, storage } = logOf(6);
  storage.sql.exec("DELETE FROM events WHERE seq IN (2, 3)");
  expect([events.seqAfter(0, 2), events.seqAfter(1, 2), events.seqAfter(4, 9)]).toEqual([4, 5, 6]);
});

test("each append is told", () => {
  const { events } = openStore(numberStorage().sql);
  let told = 0;
  events.onAppend(() => {
    told += 1;
  });
  events.append("message", null, {}, NOW);
  events.append("message", null, {}, NOW);
  expect(told).toBe(2);
});
