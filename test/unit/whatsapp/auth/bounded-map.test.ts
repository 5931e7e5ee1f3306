import { describe, expect, test } from "vitest";
import { BoundedMap } from "../../../../src/whatsapp/auth/bounded-map.ts";

/** A map of three, filled with a, b and c in this order. */
const filled = () => {
  const map = new BoundedMap<string, number>(3);
  for (const [index, key] of ["a", "b", "c"].entries()) map.set(key, index);
  return map;
};

const keysOf = (map: BoundedMap<string, number>) =>
  ["a", "b", "c", "d", "e"].filter((key) => map.get(key) !== undefined);

describe("a bounded map", () => {
  test("forgets what was not used for longest", () => {
    const map = filled();
    map.set("d", 3);
    expect(keysOf(map)).toEqual(["b", "c", "d"]);
  });

  test("takes reading and writing for use", () => {
    const map = filled();
    map.get("a");
    map.set("b", 9);
    map.set("d", 3);
    expect(keysOf(map)).toEqual(["a", "b", "d"]);
    expect([map.get("b"), map.size]).toEqual([9, 3]);
  });

  test("never grows over its limit", () => {
    const map = new BoundedMap<number, number>(100);
    for (let n = 0; n < 10_000; n += 1) map.set(n, n);
    expect([map.size, map.get(9_900), map.get(9_899)]).toEqual([100, 9_900, undefined]);
  });

  test("forgets one entry, or all", () => {
    const map = filled();
    map.delete("b");
    expect(keysOf(map)).toEqual(["a", "c"]);
    map.clear();
    expect(map.size).toBe(0);
  });
});
