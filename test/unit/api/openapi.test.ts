import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { openApiSnapshot } from "../../../scripts/openapi-document.ts";
import { SCOPES } from "../../../src/schemas/scopes.ts";
import { api } from "./support.ts";

interface Operation {
  operationId?: string;
  description?: string;
  security?: unknown[];
  "x-scope"?: unknown;
  responses: Record<string, unknown>;
}

const document = JSON.parse(openApiSnapshot()) as { openapi: string; paths: Record<string, Record<string, Operation>> };
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
);

describe("the OpenAPI document", () => {
  test("is the one in docs/openapi.json: run `npm run openapi` after a change of the API", async () => {
    const file = new URL("../../../docs/openapi.json", import.meta.url);
    expect(openApiSnapshot() === (await readFile(file, "utf8")), "docs/openapi.json is stale: npm run openapi").toBe(
      true,
    );
  });

  test("is served to everyone", async () => {
    const answer = await api({ env: { API_KEY: "k" } }).call("GET /openapi.json");
    expect([answer.status, answer.body]).toEqual([200, document]);
  });

  test("is of version 3.1", () => {
    expect(document.openapi).toBe("3.1.0");
  });

  test("says for each operation but health which scope it needs", () => {
    const undeclared = operations.filter(({ operation }) => !SCOPES.some((scope) => scope === operation["x-scope"]));
    expect(
      undeclared.map(({ name }) => name),
      "declare it with ...needs(scope)",
    ).toEqual(["GET /api/health"]);
  });

  test("gives each operation a unique id and a description, and leaves only health without a key", () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(operations.length);
    expect(operations.filter(({ operation }) => (operation.description ?? "").length < 40)).toEqual([]);
    expect(operations.filter(({ operation }) => operation.security?.length === 0).map(({ name }) => name)).toEqual([
      "GET /api/health",
    ]);
    const without401 = operations.filter(({ operation }) => !("401" in operation.responses)).map(({ name }) => name);
    expect(without401).toEqual(["GET /api/health"]);
  });

  test("answers every operation that it describes", async () => {
    const directory = { totals: async () => ({ total: 0, connected: 0 }) };
    const { call } = api({ directory, env: { API_KEY: "k" } });
    for (const { name } of operations) {
      const answer = await call(name.replaceAll(/\{\w+\}/g, "wa_1"));
      expect(answer.status, name).toBe(name === "GET /api/health" ? 200 : 401);
    }
  });
});
