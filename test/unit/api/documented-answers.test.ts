import { describe, expect, test, vi } from "vitest";
import { ok } from "../../../src/errors.ts";
import { assertDocumented } from "../../support/documented.ts";
import { exampleBody, operations, pathOf } from "../../support/operations.ts";
import { api } from "./support.ts";

vi.hoisted(() => {
  console.warn = console.error = () => {};
});

/** A key of an organisation, whose Directory answers as the test says. */
const KEY = `wsk_acme_k12345678901_${"s".repeat(43)}`;
const GRANT = { scopes: ["admin" as const], instances: null, expiresAt: null };

/** The example of an operation in the document. */
function exampleOf(target: string): unknown {
  const operation = operations.find(({ method, path }) => `${method} ${path}` === target);
  return operation === undefined ? null : exampleBody(operation);
}

describe("answers that no other test meets are as documented", () => {
  const repeatable = operations.filter(
    ({ method, scope }) => scope !== null && (method === "POST" || method === "PUT"),
  );
  test.each(repeatable.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))(
    "%s with an idempotency key of another call is refused with 409",
    async (_name, operation) => {
      const beginIdempotent = async () => ({ state: "mismatch" as const });
      const { call } = api({ directory: { beginIdempotent }, instance: { beginIdempotent } });
      const target = `${operation.method} ${pathOf(operation)}`;
      const json = exampleBody(operation) ?? undefined;
      const answer = await call(target, { json, headers: { "Idempotency-Key": "used" } });
      expect(answer).toMatchObject({ status: 409, body: { code: "idempotency_conflict" } });
    },
  );

  test.each(["POST /api/send", "GET /api/webhook", "POST /api/generate-api-key", "GET /api/storage/status"])(
    "%s answers 500 without a detail when a key cannot be checked",
    async (target) => {
      const checkKey = async () => Promise.reject(new Error("a detail of the inside"));
      const { call } = api({ env: { API_KEY: "the-administrator" }, directory: { checkKey } });
      const json = exampleOf(target);
      const answer = await call(target, { ...(json === null ? {} : { json }), headers: { "X-API-Key": KEY } });
      expect(answer).toMatchObject({ status: 500, body: { code: "internal" } });
      expect(JSON.stringify(answer.body)).not.toContain("detail of the inside");
    },
  );

  test("DELETE of all opt-outs tells how many there were", async () => {
    const { call } = api({
      env: { API_KEY: "the-administrator" },
      directory: { checkKey: async () => GRANT },
      instance: { removeOptOuts: async () => ok(2) },
    });
    const answer = await call("DELETE /api/instances/wa_1/opt-outs", { headers: { "X-API-Key": KEY } });
    expect(answer).toMatchObject({ status: 200, body: { success: true } });
  });

  test("the live stream is text/event-stream", async () => {
    const awaitEvents = async () => ok({ events: [], next: 0, more: false });
    const { request } = api({ instance: { awaitEvents } });
    const response = await request("GET /api/instances/wa_1/events/stream");
    const contentType = response.headers.get("Content-Type");
    assertDocumented("GET", "/api/instances/wa_1/events/stream", { status: response.status, contentType });
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  test("an upload of another kind of JSON is refused with 415", async () => {
    const { call } = api();
    const answer = await call("POST /api/upload", { body: "{}", headers: { "Content-Type": "text/json" } });
    expect(answer).toMatchObject({ status: 415, body: { code: "unsupported_media_type" } });
  });

  test("an upload that is too large is refused with 413", async () => {
    const { call } = api();
    const headers = { "Content-Type": "application/json", "Content-Length": String(40 * 1_024 * 1_024) };
    const answer = await call("POST /api/upload", { body: "{}", headers });
    expect(answer).toMatchObject({ status: 413, body: { code: "too_large" } });
  });
});
