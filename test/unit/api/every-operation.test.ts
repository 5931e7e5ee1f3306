/** What holds for every operation of the document, also for those that will be added. */
import { describe, expect, test, vi } from "vitest";
import type { DirectoryRpc, InstanceRpc, Scope } from "../../../src/durable/rpc.ts";
import { refuse } from "../../../src/errors.ts";
import { LIMITS } from "../../../src/schemas/limits.ts";
import { SCOPES } from "../../../src/schemas/scopes.ts";
import { exampleBody, exampleHeaders, type Operation, operations, pathOf } from "../../support/operations.ts";
import { api, errorOf } from "./support.ts";

vi.hoisted(() => {
  console.warn = console.error = () => {};
});

const KEY = `wsk_acme_k12345678901_${"s".repeat(43)}`;
const keyed = operations.filter(({ scope }) => scope !== null);
const withBody = keyed.filter(({ body }) => body?.content["application/json"] !== undefined);
const table = (list: readonly Operation[]) =>
  list.map((operation) => [`${operation.method} ${operation.path}`, operation] as const);

/** Objects on which every method does the same. */
function objects<T extends object>(answer: () => Promise<unknown>): T {
  return new Proxy({} as T, { get: (_target, name) => (name === "then" ? undefined : answer) });
}

/** A deployment on which a key with these scopes calls, and every object does the same. */
function deployment(
  scopes: readonly Scope[],
  answer: () => Promise<unknown> = async () => refuse("unavailable", "No"),
) {
  const grant = { scopes: [...scopes], instances: null, expiresAt: null };
  return api({
    env: { API_KEY: "the-administrator" },
    instance: objects<InstanceRpc>(answer),
    directory: new Proxy(objects<DirectoryRpc>(answer), {
      get: (target, name, receiver) => {
        if (name === "checkKey") return async () => grant;
        if (name === "recordAction") return async () => {};
        if (name === "beginIdempotent") return async () => ({ state: "new" });
        return Reflect.get(target, name, receiver);
      },
      // The driver spreads what it is given.
      ownKeys: () => ["checkKey"],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    }),
    mayFailAgain: () => true,
  });
}

const valid = (operation: Operation, apiKey: string | null = KEY) => {
  const json = exampleBody(operation);
  const headers = { ...exampleHeaders(operation), ...(apiKey === null ? {} : { "X-API-Key": apiKey }) };
  return { ...(json === null ? {} : { json }), headers };
};
const target = (operation: Operation) => `${operation.method} ${pathOf(operation)}`;

describe("every operation", () => {
  test.each(table(keyed))("%s: without a key is 401, too often 429", async (_name, operation) => {
    const answer = await deployment([]).call(target(operation), valid(operation, null));
    expect(errorOf(answer)).toMatchObject({ status: 401, code: "unauthorized", hasRequestId: true });
    const limited = api({ env: { API_KEY: "k" }, mayFailAgain: () => false });
    expect((await limited.call(target(operation), valid(operation, null))).status).toBe(429);
  });

  test.each(table(keyed))("%s: needs its scope and no other", async (_name, operation) => {
    const allowed: Scope[] = [];
    for (const scope of SCOPES) {
      const { status } = await deployment([scope]).call(target(operation), valid(operation));
      if (status !== 403) allowed.push(scope);
    }
    expect(allowed).toEqual(operation.scope === "admin" ? ["admin"] : [operation.scope, "admin"]);
  });

  test.each(table(operations))(
    "%s: with an object that fails is 500 without detail, or does not need it",
    async (_name, operation) => {
      const { call } = deployment(["admin"], () => Promise.reject(new Error("a secret")));
      const answer = await call(target(operation), valid(operation));
      expect(JSON.stringify(answer.body)).not.toContain("a secret");
      if (answer.status >= 400) expect(errorOf(answer)).toMatchObject({ hasRequestId: true, code: expect.any(String) });
    },
  );

  test.each(table(operations))("%s: with a wrong setting is 503 and names it", async (_name, operation) => {
    const { call } = api({ env: { RETENTION_DAYS: "many" } });
    const answer = await call(target(operation), valid(operation));
    expect([answer.status, errorOf(answer).error]).toEqual([503, expect.stringContaining("RETENTION_DAYS")]);
  });
});

describe("every operation with a key", () => {
  test.each(table(keyed))("%s: for an organisation that cannot be is 400", async (_name, operation) => {
    const { call, named } = api({ env: { API_KEY: "k" } });
    const options = valid(operation, "k");
    const answer = await call(target(operation), { ...options, headers: { ...options.headers, "X-Org-Id": "A B" } });
    expect([answer.status, named]).toEqual([400, []]);
  });

  const conflicting = keyed.filter(({ path, responses }) => path.includes("{instanceId}") && "409" in responses);
  test.each(table(conflicting))("%s: in the wrong state is 409", async (_name, operation) => {
    const answer = await deployment(["admin"], async () => refuse("wrong_state", "No")).call(
      target(operation),
      valid(operation),
    );
    expect(errorOf(answer)).toMatchObject({ status: 409, code: "wrong_state" });
  });

  const bodyless = keyed.filter(({ method, body }) => (method === "POST" || method === "PUT") && body === null);
  test.each(table(bodyless))("%s: with a large body that nobody asked for is 413", async (_name, operation) => {
    const headers = { "X-API-Key": KEY, "Content-Type": "application/json" };
    const answer = await deployment(["admin"]).call(target(operation), { body: `"${"x".repeat(1_048_576)}"`, headers });
    expect(errorOf(answer)).toMatchObject({ status: 413, code: "too_large" });
  });
});

describe("every operation of an instance", () => {
  const below = keyed.filter(({ path }) => path.includes("{instanceId}"));

  test.each(table(below))("%s: of an instance that does not exist is 404", async (_name, operation) => {
    const unknown = async () => refuse("not_found", "Instance not found.");
    const answer = await deployment(["admin"], unknown).call(target(operation), valid(operation));
    expect(errorOf(answer)).toMatchObject({ status: 404, code: "not_found" });
  });

  test.each(table(below))("%s: with an id that cannot be is 404", async (_name, operation) => {
    const path = pathOf(operation, { instanceId: "a%2Fb" });
    expect((await deployment(["admin"]).call(`${operation.method} ${path}`, valid(operation))).status).toBe(404);
  });
});

describe("every operation with a body", () => {
  const headers = { "X-API-Key": KEY, "Content-Type": "application/json" };
  const sent = (operation: Operation, body: string | Uint8Array<ArrayBuffer>, type = "application/json") => {
    const world = deployment(["admin"]);
    const options = { body, headers: { ...headers, "Content-Type": type } };
    return world.call(target(operation), options).then((answer) => [answer.status, errorOf(answer).hasRequestId]);
  };

  test.each(table(withBody))("%s: refuses what is no JSON object", async (_name, operation) => {
    const nested = `${'{"a":'.repeat(21)}1${"}".repeat(21)}`;
    for (const body of ["{", "nonsense", "[]", "1", '"text"', "null", `${"[".repeat(100_000)}`, nested]) {
      expect([body.slice(0, 20), ...(await sent(operation, body))]).toEqual([body.slice(0, 20), 400, true]);
    }
    expect(await sent(operation, Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d))).toEqual([400, true]);
  });

  test.each(table(withBody))("%s: refuses another content type and what is too large", async (_name, operation) => {
    const types = Object.keys(operation.body?.content ?? {});
    // An operation that takes files as they are takes any type.
    if (!types.includes("application/octet-stream")) {
      expect(await sent(operation, "{}", "text/plain")).toEqual([415, true]);
    }
    const largest = operation.id === "importSession" ? LIMITS.sessionBodyBytes : LIMITS.jsonBodyBytes;
    if (types.length === 1) expect(await sent(operation, `{"a":"${"x".repeat(largest)}"}`)).toEqual([413, true]);
  });
});
