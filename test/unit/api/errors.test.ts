import { beforeEach, describe, expect, test, vi } from "vitest";
import { ok, refuse } from "../../../src/errors.ts";
import { api, errorOf, issuePaths, view } from "./support.ts";

/** What the log wrote; taken over before log.ts loads, because that keeps the console functions it finds then. */
const logged = vi.hoisted(() => {
  const lines: string[] = [];
  console.warn = console.error = (line: string) => lines.push(line);
  return lines;
});
beforeEach(() => {
  logged.length = 0;
});

const { call } = api();

describe("a request that fits no route", () => {
  test("is 404 with JSON, whatever the path", async () => {
    expect(errorOf(await call("GET /api/nothing"))).toEqual({
      status: 404,
      hasRequestId: true,
      error: "No such route",
      code: "not_found",
      hint: "GET /openapi.json lists every route",
    });
    expect((await call("GET /")).status).toBe(404);
    expect((await call("GET /api/instances/")).status).toBe(404);
    expect((await call("GET /api/instances/wa_1/nothing")).status).toBe(404);
  });

  test("is 405 with the methods that exist when only the method is wrong", async () => {
    const answer = await call("PATCH /api/instances/wa_1");
    expect(errorOf(answer)).toEqual({
      status: 405,
      hasRequestId: true,
      error: "PATCH is not possible here",
      code: "method_not_allowed",
      hint: "Use DELETE or GET or HEAD or PUT",
    });
    expect(answer.headers.get("Allow")).toBe("DELETE, GET, HEAD, PUT");
    expect((await call("GET /api/generate-api-key")).headers.get("Allow")).toBe("POST");
    expect((await call("POST /openapi.json")).headers.get("Allow")).toBe("GET, HEAD");
  });

  test("is 404 when the id is one that no instance can have, and no object is named", async () => {
    const world = api();
    for (const id of ["a%2Fb", "a%20b", "x".repeat(65), "ä", "%00", "a.b", "%E0%A4%A"]) {
      expect((await world.call(`GET /api/instances/${id}`)).status, id).toBe(404);
    }
    expect(world.named).toEqual([]);
  });
});

describe("a body", () => {
  const send = "POST /api/instances/wa_1/send";

  test.each(["{", " ", "nonsense", '{"to":1,}'])("that is not JSON (%j) is 400", async (body) => {
    const answer = await call(send, { body, headers: { "Content-Type": "application/json" } });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: "invalid_request" });
  });

  test.each([[[]], ["text"], [7], [null]])("that is JSON but no object (%j) is 400", async (json) => {
    expect((await call(send, { json })).body).toMatchObject({ code: "invalid_request", issues: [{ path: "" }] });
  });

  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonx",
  ])("of type %s is 415", async (type) => {
    const answer = await call(send, { body: '{"to":"60123456789"}', headers: { "Content-Type": type } });
    expect(errorOf(answer)).toEqual({
      status: 415,
      hasRequestId: true,
      error: "The body is not declared as JSON",
      code: "unsupported_media_type",
      hint: "Send JSON with the header Content-Type: application/json",
    });
  });

  test("without a type is 415", async () => {
    const body = new TextEncoder().encode("{}");
    expect((await call(send, { body })).status).toBe(415);
    expect((await call("POST /api/instances", { body })).status).toBe(415);
  });

  test("over 1 MiB is 413, by its declared or by its counted size", async () => {
    const large = `{"to":"60123456789","message":"${"x".repeat(1_048_576)}"}`;
    const expected = { code: "too_large", hint: "Send at most 1,048,576 bytes" };
    const headers = { "Content-Type": "application/json" };
    expect((await call(send, { body: "{}", headers: { ...headers, "Content-Length": "1048577" } })).body).toMatchObject(
      expected,
    );
    const stream = new Blob([large]).stream();
    const answer = await call(send, { body: stream, headers });
    expect(answer.status).toBe(413);
    expect(answer.body).toMatchObject(expected);
  });

  test("that says it is too large is read to its end, or not at all: else its sender would see no answer", async () => {
    const readOf = async (size: number) => {
      let left = size;
      const body = new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            if (left === 0) controller.close();
            else controller.enqueue(new Uint8Array(Math.min(left, 65_536)));
            left = Math.max(0, left - 65_536);
          },
        },
        { highWaterMark: 0 },
      );
      const headers = { "Content-Type": "application/json", "Content-Length": String(size) };
      return [(await call(send, { body, headers })).status, size - left];
    };
    expect(await readOf(9_437_184)).toEqual([413, 9_437_184]);
    expect(await readOf(9_437_185)).toEqual([413, 0]);
  });

  test("is no longer read once it is too large", async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const answer = await call(send, { body: endless, headers: { "Content-Type": "application/json" } });
    expect(answer.status).toBe(413);
    expect(pulled).toBeLessThan(25);
  });

  test("that breaks off before its end is 400, whatever the runtime calls it", async () => {
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"to":"x",')),
      pull: (controller) => controller.error(Object.assign(new Error("Network connection lost."), { retryable: true })),
    });
    const answer = await call(send, { body: broken, headers: { "Content-Type": "application/json" } });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: "invalid_request", error: "The body broke off before its end" });
  });

  test("may be nested 20 levels deep and no deeper", async () => {
    const nested = (levels: number) => `{"to":"x","extra":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;
    const headers = { "Content-Type": "application/json" };
    expect(issuePaths(await call(send, { body: nested(20), headers }))).toEqual(["to"]);
    expect((await call(send, { body: nested(21), headers })).body).toMatchObject({
      error: "The body is nested too deeply",
      hint: "Nest objects and arrays at most 20 levels deep",
    });
    const brackets = JSON.stringify({ to: "x", message: `"${"[".repeat(50)}\\` });
    expect(issuePaths(await call(send, { body: brackets, headers }))).toEqual(["to"]);
  });

  test("that is not UTF-8 is 400", async () => {
    const body = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    const answer = await call(send, { body, headers: { "Content-Type": "application/json" } });
    expect(answer.body).toMatchObject({ code: "invalid_request", error: "The body is not UTF-8" });
  });

  test("that is long is UTF-8 wherever its characters lie, and is not when it ends inside one", async () => {
    const headers = { "Content-Type": "application/json" };
    for (const before of [0, 1, 2, 3]) {
      const body = `{"to":"x","extra":"${"-".repeat(before)}${"😀".repeat(20_000)}"}`;
      expect(issuePaths(await call(send, { body, headers }))).toEqual(["to"]);
      const cut = new TextEncoder().encode(`${body}😀`).subarray(0, -1);
      expect((await call(send, { body: cut, headers })).body).toMatchObject({ error: "The body is not UTF-8" });
    }
  });

  test("may carry fields nobody knows, even __proto__, and they go nowhere", async () => {
    const given: unknown[] = [];
    const world = api({
      instance: {
        update: async (orgId, changes) => {
          given.push(orgId, changes);
          return ok(view());
        },
      },
    });
    const body = '{"name":"A","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"nope":1}';
    const answer = await world.call("PUT /api/instances/wa_1", {
      body,
      headers: { "Content-Type": "application/json; charset=utf-8" },
    });
    expect(answer.status).toBe(200);
    expect(given).toEqual(["default", { name: "A" }]);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  test("names every wrong field with its remedy, at most 20 of them", async () => {
    const answer = await call("POST /api/instances", {
      json: { id: "a b", name: 7, behaviorSettings: { behaviorProfile: "x" } },
    });
    expect(issuePaths(answer)).toEqual(["id", "name", "behaviorSettings.behaviorProfile"]);
    const mentions = Array.from({ length: 1_000 }, () => 1);
    expect(issuePaths(await call(send, { json: { to: "60123456789", mentions } }))).toHaveLength(20);
  });
});

describe("every answer", () => {
  const health = { directory: { totals: async () => ({ total: 0, connected: 0 }) } };

  test("carries the caller's request id when it is fit for a log line, else a new one", async () => {
    const world = api(health);
    const idOf = async (id: string) => {
      const answer = await world.call("GET /api/health", { headers: { "X-Request-Id": id } });
      return answer.headers.get("X-Request-Id");
    };
    expect(await idOf("abc-1:2.3_4")).toBe("abc-1:2.3_4");
    expect(await idOf("x".repeat(128))).toBe("x".repeat(128));
    const uuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
    expect(await idOf("x".repeat(129))).toMatch(uuid);
    expect(await idOf('a"b')).toMatch(uuid);
    expect(await idOf("")).toMatch(uuid);
    const refused = await world.call("GET /nothing", { headers: { "X-Request-Id": "mine" } });
    expect(refused.headers.get("X-Request-Id")).toBe("mine");
    expect(refused.body).toMatchObject({ requestId: "mine" });
  });

  test("stays out of caches and referrers and is not sniffed", async () => {
    const world = api(health);
    for (const target of ["GET /api/health", "GET /nothing", "GET /openapi.json", "POST /api/instances"]) {
      const { headers } = await world.call(target);
      expect([
        headers.get("Cache-Control"),
        headers.get("Referrer-Policy"),
        headers.get("X-Content-Type-Options"),
      ]).toEqual(["no-store", "no-referrer", "nosniff"]);
    }
  });
});

describe("a refusal of the instance", () => {
  test("becomes its status, sentence, hint and retry time", async () => {
    const refusal = refuse("unavailable", "No code came in time", { hint: "Try again", retryAfterMs: 4_100 });
    const world = api({ instance: { requestPairingCode: async () => refusal } });
    const answer = await world.call("POST /api/instances/wa_1/pair", { json: { phoneNumber: "447393002183" } });
    expect(errorOf(answer)).toEqual({
      status: 503,
      hasRequestId: true,
      error: "No code came in time",
      code: "unavailable",
      hint: "Try again",
    });
    expect(answer.headers.get("Retry-After")).toBe("5");
  });

  test.each([
    ["not_found", 404],
    ["not_on_whatsapp", 404],
    ["not_connected", 409],
    ["wrong_state", 409],
  ] as const)("with the code %s is %i", async (code, status) => {
    const world = api({ instance: { send: async () => refuse(code, "No") } });
    const answer = await world.call("POST /api/instances/wa_1/send", { json: { to: "60123456789", message: "hi" } });
    expect(errorOf(answer)).toEqual({ status, hasRequestId: true, error: "No", code });
  });
});

describe("an exception", () => {
  const failing = (error: unknown) => api({ instance: { describe: () => Promise.reject(error) } });

  test("is 500 without a detail, and the log has the request id but not the exception's text", async () => {
    const world = failing(new Error("the key is hunter2 of +447393002183"));
    const answer = await world.call("GET /api/instances/wa_1", { headers: { "X-Request-Id": "req-7" } });
    expect(errorOf(answer)).toMatchObject({ status: 500, error: "Something went wrong", code: "internal" });
    expect(JSON.stringify(answer.body)).not.toContain("hunter2");
    expect(logged.join()).toContain('"requestId":"req-7"');
    expect(logged.join()).not.toMatch(/hunter2|447393002183/);
  });

  test.each(["overloaded", "retryable"])("marked %s by the runtime is 503 with Retry-After", async (mark) => {
    const answer = await failing(Object.assign(new Error("x"), { [mark]: true })).call("GET /api/instances/wa_1");
    expect(answer.body).toMatchObject({ code: "unavailable" });
    expect(answer.headers.get("Retry-After")).toBe("1");
  });
});

describe("an error that nobody foresaw is logged with its route", () => {
  test.each([
    ["GET /media/secret-file/secret-proof", "/media/:file/:signature"],
    ["GET /api/instances/wa_1/numbers/447393002183", "/api/instances/:instanceId/numbers/:phone"],
  ])("and not with the path of %s, which is a link to a file or holds a phone number", async (target, route) => {
    const broken = () => Promise.reject(new TypeError("broken"));
    const world = api({ media: { serveLink: broken }, instance: { lookUpNumber: broken } });
    expect((await world.call(target)).status).toBe(500);
    expect(logged.map((line) => JSON.parse(line))).toMatchObject([
      { message: "Unexpected error", method: "GET", route },
    ]);
    expect(logged.join()).not.toMatch(/secret|447393002183/);
  });
});
