import { beforeEach, describe, expect, test } from "vitest";
import { deviceLists } from "../../../../src/whatsapp/auth/device-lists.ts";
import { numberStorage } from "../../../support/sqlite.ts";

const NOW = Date.parse("2026-11-01T12:00:00.000Z");
const DAY = 24 * 60 * 60 * 1_000;
const DEVICES = [
  { user: "111", device: 0 },
  { user: "111", device: 3, server: "lid" },
];

let now: number;
let lists: ReturnType<typeof deviceLists>;

beforeEach(() => {
  now = NOW;
  lists = deviceLists(numberStorage().sql, () => now);
});

describe("the devices of a contact", () => {
  test("are believed for a day", () => {
    lists.set("111", DEVICES);
    now = NOW + DAY - 1;
    expect(lists.get("111")).toEqual(DEVICES);
    now = NOW + DAY;
    expect(lists.get("111")).toBeUndefined();
  });

  test("are replaced by newer ones, which last a day from then", () => {
    lists.set("111", DEVICES);
    now = NOW + DAY - 1;
    lists.set("111", []);
    now = NOW + DAY;
    expect(lists.get("111")).toEqual([]);
  });

  test("are asked for as soon as one of several people's is missing or too old", () => {
    lists.set("111", DEVICES);
    now = NOW + 1;
    lists.set("222", []);
    expect([lists.lacks([]), lists.lacks(["111", "222"]), lists.lacks(["111", "333"])]).toEqual([false, false, true]);
    now = NOW + DAY;
    expect([lists.lacks(["222"]), lists.lacks(["222", "111"])]).toEqual([false, true]);
  });

  test("can be forgotten, one contact's or all", () => {
    for (const user of ["111", "222", "333"]) lists.set(user, DEVICES);
    lists.del("222");
    expect(["111", "222", "333"].map((user) => lists.get(user) !== undefined)).toEqual([true, false, true]);
    lists.flushAll();
    expect(lists.get("111")).toBeUndefined();
  });
});
