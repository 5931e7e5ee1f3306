import { describe, expect, test } from "vitest";
import { assertDocumented, mismatches } from "../../support/documented.ts";
import { operationOf, operations } from "../../support/operations.ts";

const ERROR = { error: "No", code: "not_found", requestId: "r" };
const listed = (json: unknown, status = 200, contentType: string | null = "application/json") =>
  mismatches(operationOf("GET", "/api/keys") ?? fail(), { status, contentType, json });
const fail = (): never => {
  throw new Error("GET /api/keys is not documented");
};

const KEY = {
  id: "k",
  name: "Desk",
  scopes: ["read"],
  instances: null,
  createdAt: "2026-01-29T12:00:00.000Z",
  createdBy: "admin",
  expiresAt: null,
  lastUsedAt: null,
};

describe("the check of answers against the document", () => {
  test("passes what is documented, shared errors too", () => {
    expect(listed({ success: true, count: 1, keys: [KEY] })).toEqual([]);
    expect(listed({ ...ERROR, hint: "h", issues: [{ path: "a", message: "b" }] }, 503)).toEqual([]);
  });

  test.each([
    ["a status", () => listed({}, 418), "the status is not documented"],
    ["a content type", () => listed({}, 200, "text/plain"), "the content type text/plain is not documented"],
    ["a missing field", () => listed({ success: true, count: 1 }), "must have required property 'keys'"],
    ["a field of another type", () => listed({ success: true, count: "1", keys: [] }), "/count must be integer"],
    [
      "a time in another form",
      () => listed({ success: true, count: 1, keys: [{ ...KEY, createdAt: "now" }] }),
      "date-time",
    ],
    ["a field nobody knows", () => listed({ success: true, count: 0, keys: [], extra: 1 }), "unevaluated"],
    ["one deeper down", () => listed({ success: true, count: 1, keys: [{ ...KEY, hash: "h" }] }), "unevaluated"],
    ["a wrong error", () => listed({ error: "No" }, 401), "must have required property 'code'"],
  ])("reports %s", (_what, found, text) => {
    expect(found().join()).toContain(text);
  });

  test("reports an answer of an operation that the document does not have", () => {
    const answer = { status: 200, contentType: "application/json", json: {} };
    expect(() => assertDocumented("GET", "/api/secret", answer)).toThrow("not documented");
    expect(() => assertDocumented("GET", "/api/secret", { ...answer, status: 404 })).not.toThrow();
  });

  test("finds the operation of every path, fixed parts before parameters", () => {
    for (const operation of operations) expect(operationOf(operation.method, operation.path)).toBe(operation);
  });
});
