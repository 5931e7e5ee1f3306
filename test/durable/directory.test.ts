import { beforeEach, describe, expect, test } from "vitest";
import type { InstanceSummary } from "../../src/durable/rpc.ts";
import { directoryOf, summary as summaryOf } from "./support/objects.ts";

let orgs = 0;
let directory: ReturnType<typeof directoryOf>;

beforeEach(() => {
  directory = directoryOf(`org-${++orgs}`);
});

/** An instance made in this second of a minute. */
const summary = (id: string, second: number, fields: Partial<InstanceSummary> = {}): InstanceSummary =>
  summaryOf(id, {
    name: `name of ${id}`,
    behaviorSettings: { delayEnabled: true },
    createdAt: new Date(Date.UTC(2026, 10, 1, 12, 0, second)).toISOString(),
    ...fields,
  });

const ids = (page: { instances: InstanceSummary[] }) => page.instances.map(({ id }) => id);

describe("the list", () => {
  test("is in the order of creation, and by id within one moment", async () => {
    for (const [id, second] of [
      ["late", 9],
      ["b", 5],
      ["a", 5],
      ["early", 1],
    ] as const) {
      await directory.push(summary(id, second));
    }
    expect(await directory.list({ limit: 10 })).toEqual({
      instances: [summary("early", 1), summary("a", 5), summary("b", 5), summary("late", 9)],
      next: null,
    });
  });

  test("comes in pages that neither overlap nor skip, though instances come and go in between", async () => {
    for (let n = 0; n < 7; n += 1) await directory.push(summary(`i${n}`, n));
    const first = await directory.list({ limit: 3 });
    expect(ids(first)).toEqual(["i0", "i1", "i2"]);
    await directory.remove("i2");
    await directory.push(summary("before", 0));
    const second = await directory.list({ limit: 3, cursor: first.next ?? "" });
    expect(ids(second)).toEqual(["i3", "i4", "i5"]);
    const third = await directory.list({ limit: 3, cursor: second.next ?? "" });
    expect([ids(third), third.next]).toEqual([["i6"], null]);
  });

  test("of exactly one page has no next one", async () => {
    for (const n of [1, 2]) await directory.push(summary(`i${n}`, n));
    expect((await directory.list({ limit: 2 })).next).toBeNull();
  });

  test("starts from the beginning for a cursor nobody was given", async () => {
    await directory.push(summary("a", 1));
    for (const cursor of ["%%%", "", btoa("{}"), btoa(`[1,2]`), "'; DROP TABLE instances; --"]) {
      expect(ids(await directory.list({ limit: 10, cursor }))).toEqual(["a"]);
    }
  });

  test("can be narrowed to a status, also across pages", async () => {
    for (let n = 0; n < 6; n += 1) {
      await directory.push(summary(`i${n}`, n, { status: n % 2 === 0 ? "connected" : "connecting" }));
    }
    const first = await directory.list({ limit: 2, status: "connected" });
    const second = await directory.list({ limit: 2, status: "connected", cursor: first.next ?? "" });
    expect([ids(first), ids(second), second.next]).toEqual([["i0", "i2"], ["i4"], null]);
    expect(ids(await directory.list({ limit: 10, status: "disconnected" }))).toEqual([]);
  });

  test("of a thousand instances comes in one call", async () => {
    const expected = Array.from({ length: 1_000 }, (_, n) => `i${String(n).padStart(4, "0")}`);
    await Promise.all(expected.map((id) => directory.push(summary(id, 1))));
    const page = await directory.list({ limit: 1_000 });
    expect([ids(page), page.next]).toEqual([expected, null]);
    expect(await directory.totals()).toEqual({ total: 1_000, connected: 0 });
  });
});

describe("a summary", () => {
  test("replaces an older one, and its place among the statuses", async () => {
    await directory.push(summary("a", 1, { revision: 5 }));
    await directory.push(summary("a", 1, { revision: 6, status: "connected", connectedPhone: "491" }));
    expect(await directory.list({ limit: 10, status: "connected" })).toMatchObject({ instances: [{ revision: 6 }] });
    expect(await directory.totals()).toEqual({ total: 1, connected: 1 });
  });

  test("that is older than the one there, or the same, changes nothing", async () => {
    await directory.push(summary("a", 1, { revision: 5, name: "new" }));
    await directory.push(summary("a", 1, { revision: 4, name: "old" }));
    await directory.push(summary("a", 1, { revision: 5, name: "same" }));
    expect(await directory.list({ limit: 10 })).toMatchObject({ instances: [{ name: "new", revision: 5 }] });
  });
});

describe("a removed instance", () => {
  test("is in no list, under no phone and in no total, and can be removed again", async () => {
    await directory.push(summary("a", 1, { connectedPhone: "491", status: "connected" }));
    await directory.remove("a");
    await directory.remove("a");
    expect(await directory.list({ limit: 10 })).toEqual({ instances: [], next: null });
    expect(await directory.findByPhone("491")).toBeNull();
    expect(await directory.totals()).toEqual({ total: 0, connected: 0 });
  });

  test("leaves the others alone", async () => {
    for (const n of [1, 2, 3]) await directory.push(summary(`i${n}`, n));
    await directory.remove("i2");
    expect(ids(await directory.list({ limit: 10 }))).toEqual(["i1", "i3"]);
  });
});

describe("the instance of a phone", () => {
  test("is found by its digits, and nothing by others", async () => {
    const linked = summary("a", 1, { connectedPhone: "491" });
    await directory.push(linked);
    await directory.push(summary("b", 2));
    expect(await directory.findByPhone("491")).toEqual(linked);
    expect(await directory.findByPhone("492")).toBeNull();
  });

  test("is the connected one when an old one had the phone too", async () => {
    await directory.push(summary("old", 1, { connectedPhone: "491" }));
    await directory.push(summary("new", 2, { connectedPhone: "491", status: "connected" }));
    await directory.push(summary("older", 0, { connectedPhone: "491", status: "connecting" }));
    expect(await directory.findByPhone("491")).toMatchObject({ id: "new" });
  });
});

test("one organisation's directory knows nothing of another's", async () => {
  await directory.push(summary("a", 1, { connectedPhone: "491" }));
  const other = directoryOf("somebody-else");
  expect(await other.list({ limit: 10 })).toEqual({ instances: [], next: null });
  expect(await other.findByPhone("491")).toBeNull();
});
