import { describe, expect, test } from "vitest";
import type { EventList } from "../../../src/durable/rpc.ts";
import { ok, refuse } from "../../../src/errors.ts";
import { eventStream } from "../../../src/routes/event-stream.ts";
import { api, errorOf, issuePaths } from "./support.ts";

const body = (seq: number) => ({ event_id: `evt_${seq}`, seq, event: "message", message: "a\nb" });
const page = (seqs: number[], next: number, more = false): EventList => ({ events: seqs.map(body), next, more });
const asText = (seq: number) => `id: ${seq}\nevent: message\ndata: ${JSON.stringify(body(seq))}\n\n`;

/** A stream over these pages; what it asks for is listed. */
function streaming(first: EventList, pages: (EventList | null)[]) {
  const world = { now: 0, asked: [] as [number, number][], slept: [] as number[] };
  const stream = eventStream(first, {
    async next(after, waitMs) {
      world.asked.push([after, waitMs]);
      world.now += waitMs;
      return pages.shift() ?? null;
    },
    now: () => world.now,
    async sleep(ms) {
      world.slept.push(ms);
      world.now += ms;
    },
  });
  return { world, stream };
}

const textOf = (stream: ReadableStream<Uint8Array>) => new Response(stream).text();

describe("a stream of events", () => {
  test("tells each with its position, type and JSON on one line, and asks on behind it", async () => {
    const { world, stream } = streaming(page([1], 1), [page([2, 3], 3), null]);
    expect(await textOf(stream)).toBe(`retry: 1000\n\n${asText(1)}${asText(2)}${asText(3)}`);
    expect(world.asked).toEqual([
      [1, 15_000],
      [3, 15_000],
    ]);
  });

  test("is kept alive by a comment when nothing happens for 15 seconds", async () => {
    const { world, stream } = streaming(page([], 5), [page([], 5), page([6], 6), null]);
    expect(await textOf(stream)).toBe(`retry: 1000\n\n: still here\n\n${asText(6)}`);
    expect(world.slept).toEqual([]);
  });

  test("does not wait for more of a log that goes on, also when a page had nothing of the wanted types", async () => {
    const { world, stream } = streaming(page([1], 1, true), [page([], 5_001, true), page([5_002], 5_002), null]);
    expect(await textOf(stream)).toBe(`retry: 1000\n\n${asText(1)}${asText(5_002)}`);
    expect(world.asked).toEqual([
      [1, 0],
      [5_001, 0],
      [5_002, 15_000],
    ]);
  });

  test("asks once a second at most when there is no place to wait", async () => {
    const world = { now: 0, slept: [] as number[] };
    const answers = [page([], 5), page([], 5), null];
    const stream = eventStream(page([], 5), {
      next: async () => answers.shift() ?? null,
      now: () => world.now,
      async sleep(ms) {
        world.slept.push(ms);
      },
    });
    await textOf(stream);
    expect(world.slept).toEqual([1_000, 1_000]);
  });

  test("ends after five minutes", async () => {
    const { world, stream } = streaming(
      page([], 5),
      Array.from({ length: 100 }, () => page([], 5)),
    );
    await textOf(stream);
    expect(world.asked).toHaveLength(20);
  });

  test("ends when the number can't be asked any more", async () => {
    const stream = eventStream(page([1], 1), {
      next: () => Promise.reject(new Error("restarting")),
      now: () => 0,
      sleep: async () => {},
    });
    expect(await textOf(stream)).toBe(`retry: 1000\n\n${asText(1)}`);
  });

  test("asks for nothing while its client does not read", async () => {
    const { world, stream } = streaming(
      page([1], 1),
      Array.from({ length: 100 }, (_, index) => page([index + 2], index + 2)),
    );
    const reader = stream.getReader();
    await reader.read();
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    expect(world.asked.length).toBeLessThanOrEqual(1);
    await reader.cancel();
  });
});

describe("GET …/events/stream", () => {
  const path = "/api/instances/wa_1/events/stream";

  async function positionOf(query: string, headers: Record<string, string> = {}) {
    const asked: unknown[] = [];
    const { request } = api({
      instance: {
        awaitEvents: async (_orgId, { after, types, waitMs }) => {
          asked.push({ after, types, waitMs });
          return asked.length === 1 ? ok(page([], 9)) : refuse("not_found", "Gone");
        },
      },
    });
    const response = await request(`GET ${path}${query}`, { headers });
    expect([response.status, response.headers.get("Content-Type")]).toEqual([200, "text/event-stream"]);
    await response.text();
    return asked[0];
  }

  test("begins with what happens from now on, behind a position, or where the client left off", async () => {
    expect(await positionOf("")).toEqual({ after: null, waitMs: 0 });
    expect(await positionOf("?after=7&types=message,call")).toEqual({
      after: 7,
      types: ["message", "call"],
      waitMs: 0,
    });
    expect(await positionOf("?after=7", { "Last-Event-ID": "8" })).toEqual({ after: 8, waitMs: 0 });
    expect(await positionOf("", { "Last-Event-ID": "none" })).toEqual({ after: null, waitMs: 0 });
  });

  test("of an unknown instance is an error, not a stream", async () => {
    const { call } = api({ instance: { awaitEvents: async () => refuse("not_found", "Instance not found") } });
    expect(errorOf(await call(`GET ${path}`))).toMatchObject({ status: 404, code: "not_found" });
  });

  test("refuses types and positions that do not exist", async () => {
    expect(issuePaths(await api().call(`GET ${path}?types=message,massage`))).toEqual(["types"]);
    expect(issuePaths(await api().call(`GET ${path}?after=-1`))).toEqual(["after"]);
  });
});

/** A whole event, as the log keeps it. */
const LINKING = {
  event: "qr",
  event_id: "evt_8",
  seq: 8,
  instance_id: "wa_1",
  created_at: "2026-01-29T12:00:00.000Z",
  method: "qr",
};

test("GET …/events gives a page of the log", async () => {
  const asked: unknown[] = [];
  const { call } = api({
    instance: {
      listEvents: async (_orgId, query) => {
        asked.push(query);
        return ok({ events: [LINKING], next: 8, more: true });
      },
    },
  });
  expect((await call("GET /api/instances/wa_1/events?after=7&limit=1&types=message")).body).toEqual({
    success: true,
    count: 1,
    events: [LINKING],
    next: 8,
    more: true,
  });
  await call("GET /api/instances/wa_1/events");
  expect(asked).toEqual([
    { after: 7, limit: 1, types: ["message"] },
    { after: 0, limit: 50 },
  ]);
});
