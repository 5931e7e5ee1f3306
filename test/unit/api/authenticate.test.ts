import { beforeEach, describe, expect, test, vi } from "vitest";
import { keysEqual, presentedKey } from "../../../src/middleware/authenticate.ts";
import { api, errorOf, issuePaths } from "./support.ts";

/** What the log wrote; taken over before log.ts loads, because that keeps the console functions it finds then. */
const logged = vi.hoisted(() => {
  const lines: string[] = [];
  console.warn = console.error = (line: string) => lines.push(line);
  return lines;
});
beforeEach(() => {
  logged.length = 0;
});

const KEY = "k-0123456789";
const directory = {
  list: async () => ({ instances: [], next: null }),
  totals: async () => ({ total: 3, connected: 2 }),
};
const closed = () => api({ directory, env: { API_KEY: KEY } });
const list = "GET /api/instances";

describe("a deployment with a key", () => {
  test("lets the key pass in either header, and in both when they agree", async () => {
    const { call } = closed();
    expect((await call(list, { headers: { "X-API-Key": KEY } })).status).toBe(200);
    expect((await call(list, { headers: { Authorization: `Bearer ${KEY}` } })).status).toBe(200);
    expect((await call(list, { headers: { Authorization: `bearer ${KEY}` } })).status).toBe(200);
    expect((await call(list, { headers: { "X-API-Key": KEY, Authorization: `Bearer ${KEY}` } })).status).toBe(200);
    expect((await call(list, { headers: { "X-API-Key": KEY, Authorization: "Basic eDp5" } })).status).toBe(200);
  });

  test.each([
    [{}],
    [{ "X-API-Key": "wrong" }],
    [{ "X-API-Key": "" }],
    [{ "X-API-Key": KEY.slice(0, -1) }],
    [{ "X-API-Key": `${KEY}0` }],
    [{ "X-API-Key": KEY.toUpperCase() }],
    [{ Authorization: KEY }],
    [{ Authorization: "Bearer" }],
    [{ Authorization: `Basic ${KEY}` }],
    [{ "X-API-Key": KEY, Authorization: "Bearer other" }],
    [{ "X-API-Key": "other", Authorization: `Bearer ${KEY}` }],
  ])("refuses %j with 401", async (headers) => {
    const world = closed();
    const answer = await world.call(list, { headers });
    expect(errorOf(answer)).toMatchObject({
      status: 401,
      hasRequestId: true,
      error: "Unauthorized",
      code: "unauthorized",
      message: "Valid API key required. Use X-API-Key header or Authorization Bearer",
    });
    expect(answer.headers.get("WWW-Authenticate")).toBe("Bearer");
    expect(world.named).toEqual([]);
  });

  test("does not read the body of a caller without the key", async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled += 1;
          controller.enqueue(new Uint8Array(1_024));
        },
      },
      { highWaterMark: 0 },
    );
    const answer = await closed().call("POST /api/instances", {
      body,
      headers: { "Content-Type": "application/json" },
    });
    expect([answer.status, pulled]).toEqual([401, 0]);
  });

  test("answers health and the document to everyone, and unknown routes below /api to nobody", async () => {
    const { call } = closed();
    expect((await call("GET /api/health")).body).toEqual({
      status: "ok",
      uptime: 0,
      instances: { total: 3, connected: 2 },
    });
    expect((await call("GET /openapi.json")).status).toBe(200);
    expect((await call("GET /api/nothing")).status).toBe(401);
  });

  test("takes the organisation from X-Org-Id only together with the key", async () => {
    const world = closed();
    expect((await world.call(list, { headers: { "X-Org-Id": "acme" } })).status).toBe(401);
    expect(world.named).toEqual([]);
    await world.call(list, { headers: { "X-API-Key": KEY, "X-Org-Id": "acme" } });
    await world.call(list, { headers: { "X-API-Key": KEY } });
    expect(world.named).toEqual(["acme", "default"]);
  });

  test.each(["ACME", "a_b", "a/b", "", "a".repeat(33), "../x"])("refuses the organisation %j with 400", async (org) => {
    const world = closed();
    const answer = await world.call(list, { headers: { "X-API-Key": KEY, "X-Org-Id": org } });
    expect([answer.status, issuePaths(answer), world.named]).toEqual([400, ["X-Org-Id"], []]);
  });
});

describe("a deployment without a key", () => {
  test("is open, says so in health and once in the log", async () => {
    const world = api({ directory, env: {} });
    expect((await world.call(list)).status).toBe(200);
    expect((await world.call(list, { headers: { "X-Org-Id": "acme" } })).status).toBe(200);
    expect(world.named).toEqual(["default", "acme"]);
    expect(logged).toEqual([
      '{"level":"warning","message":"API_KEY is not set: everyone who can reach this deployment can use it"}',
    ]);
    expect((await world.call("GET /api/health")).body).toMatchObject({
      open: true,
      hint: expect.stringContaining("API_KEY"),
    });
  });
});

test("a wrong setting refuses every request with its name and never its value", async () => {
  const { call } = api({ directory, env: { API_KEY: "hunter 2" } });
  for (const target of ["GET /api/health", list]) {
    const answer = await call(target);
    expect(errorOf(answer)).toMatchObject({
      status: 503,
      code: "misconfigured",
      error: expect.stringContaining("API_KEY"),
    });
    expect(JSON.stringify(answer.body)).not.toContain("hunter");
  }
});

describe("keys", () => {
  test("are equal only when every byte is", () => {
    expect(keysEqual("a", "a")).toBe(true);
    expect(keysEqual("a", "b")).toBe(false);
    expect(keysEqual("a", "aa")).toBe(false);
    expect(keysEqual("", "a")).toBe(false);
  });

  test("come from either header", () => {
    expect(presentedKey(undefined, undefined)).toBeNull();
    expect(presentedKey("a", undefined)).toBe("a");
    expect(presentedKey(undefined, "Bearer  a ")).toBe("a");
    expect(presentedKey("a", "Bearer b")).toBe("conflict");
  });
});
