import { describe, expect, test } from "vitest";
import { idempotencyTable, KEPT_FOR_MS } from "../../../src/idempotency/idempotency-table.ts";
import { IdempotentCalls } from "../../../src/idempotency/idempotent-calls.ts";
import { numberStorage } from "../../support/sqlite.ts";

const SEALED = { kind: "answered", answer: "sealed" } as const;
const NOW = Date.parse("2026-11-23T08:00:00.000Z");

function object() {
  const storage = numberStorage();
  const world = { now: NOW };
  const table = idempotencyTable(storage.sql);
  const start = () => new IdempotentCalls(table, () => world.now);
  return {
    calls: start(),
    world,
    restarted: start,
    rows: () => storage.sql.exec("SELECT id FROM idempotent_calls").toArray(),
  };
}

describe("a call with a key", () => {
  test("runs the first time and is answered from the store afterwards", async () => {
    const { calls } = object();
    expect(await calls.begin("id", "print")).toEqual({ state: "run" });
    calls.end("id", SEALED);
    expect(await calls.begin("id", "print")).toEqual({ state: "done", answer: "sealed" });
  });

  test("is refused when the key was used for another call, running or done", async () => {
    const { calls } = object();
    await calls.begin("id", "print");
    expect(await calls.begin("id", "other")).toEqual({ state: "mismatch" });
    calls.end("id", SEALED);
    expect(await calls.begin("id", "other")).toEqual({ state: "mismatch" });
  });

  test("that comes again while it runs waits for the answer: one execution", async () => {
    const { calls } = object();
    await calls.begin("id", "print");
    const repetitions = [calls.begin("id", "print"), calls.begin("id", "print")];
    calls.end("id", SEALED);
    expect(await Promise.all(repetitions)).toEqual([
      { state: "done", answer: "sealed" },
      { state: "done", answer: "sealed" },
    ]);
  });

  test("that was refused may be tried again: one of those who waited runs it", async () => {
    const { calls } = object();
    await calls.begin("id", "print");
    const first = calls.begin("id", "print");
    const second = calls.begin("id", "print");
    calls.end("id", { kind: "undone" });
    expect(await first).toEqual({ state: "run" });
    calls.end("id", SEALED);
    expect(await second).toEqual({ state: "done", answer: "sealed" });
  });

  test("whose outcome was not known yet runs again, and the key still belongs to this call", async () => {
    const { calls } = object();
    await calls.begin("id", "print");
    calls.end("id", { kind: "unfinished" });
    expect(await calls.begin("id", "other")).toEqual({ state: "mismatch" });
    expect(await calls.begin("id", "print")).toEqual({ state: "run" });
    calls.end("id", SEALED);
    expect(await calls.begin("id", "print")).toEqual({ state: "done", answer: "sealed" });
  });

  test("whose object was stopped in the middle runs again when it is repeated", async () => {
    const { calls, restarted } = object();
    await calls.begin("id", "print");
    const after = restarted();
    expect(await after.begin("id", "other")).toEqual({ state: "mismatch" });
    expect(await after.begin("id", "print")).toEqual({ state: "run" });
  });

  test("whose Worker was stopped in the middle, so that nobody tells its end, runs again two minutes later", async () => {
    const { calls, world } = object();
    await calls.begin("id", "print");
    world.now += 2 * 60_000;
    expect(await calls.begin("id", "other")).toEqual({ state: "mismatch" });
    expect(await calls.begin("id", "print")).toEqual({ state: "run" });
    const repetition = calls.begin("id", "print");
    calls.end("id", SEALED);
    expect(await repetition).toEqual({ state: "done", answer: "sealed" });
  });

  test("is forgotten after 24 hours, and its row removed", async () => {
    const { calls, world, rows } = object();
    await calls.begin("id", "print");
    calls.end("id", SEALED);
    world.now = NOW + KEPT_FOR_MS;
    expect(await calls.begin("id", "other")).toEqual({ state: "run" });
    calls.end("id", SEALED);
    world.now += KEPT_FOR_MS;
    await calls.begin("another", "print");
    expect(rows()).toEqual([{ id: "another" }]);
  });
});
