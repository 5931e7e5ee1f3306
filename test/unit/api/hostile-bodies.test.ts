/** Random and hostile bodies for every operation of the document: refused, never an accident, and nothing is asked of an object. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { DirectoryRpc, InstanceRpc } from "../../../src/durable/rpc.ts";
import { refuse } from "../../../src/errors.ts";
import { document, exampleBody, type Json, type Operation, operations, pathOf } from "../../support/operations.ts";
import { api, errorOf } from "./support.ts";

/** Bodies per operation. */
const RUNS = 60;

/** What every object of these tests answers: it shows that a request got through to one. */
const REACHED = "An object was asked";

/** Lists of an organisation that has nothing. */
const EMPTY: Readonly<Record<string, unknown>> = {
  list: { instances: [], next: null },
  findByPhone: null,
  totals: { total: 0, connected: 0 },
  metrics: [],
  listKeys: [],
  listActions: { entries: [], next: null },
  claimPhone: "wa_1",
};

/** An API whose organisation is empty and whose objects refuse everything else; `asked` lists what they were asked for. */
function refusing() {
  const asked: string[] = [];
  const objects = <T extends object>() =>
    new Proxy({} as T, {
      get: (_target, name) => {
        if (name === "then") return undefined;
        if (name in EMPTY) return async () => EMPTY[String(name)];
        return async () => {
          asked.push(String(name));
          return refuse("unavailable", REACHED);
        };
      },
      ownKeys: () => [...Object.keys(EMPTY), "createKey", "revokeKey"],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    });
  return { ...api({ instance: objects<InstanceRpc>(), directory: objects<DirectoryRpc>() }), asked };
}

/** The fields an operation's body may have. */
function fieldsOf({ body }: Operation): string[] {
  const { $ref, ...inline } = (body?.content["application/json"]?.schema ?? {}) as { $ref?: string };
  const schema = $ref === undefined ? inline : document.components.schemas[$ref.split("/").at(-1) ?? ""];
  const names = new Set<string>();
  const collect = (node: unknown): void => {
    const { properties, allOf, anyOf } = (node ?? {}) as { properties?: Json; allOf?: unknown[]; anyOf?: unknown[] };
    for (const name of Object.keys(properties ?? {})) names.add(name);
    for (const part of [...(allOf ?? []), ...(anyOf ?? [])]) collect(part);
  };
  collect(schema);
  return [...names];
}

/** What nobody expects where a field is. */
const hostile = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    1e308,
    -0,
    "",
    " ",
    "\u0000",
    "\ud800",
    "x".repeat(70_000),
    [],
    {},
    [[]],
    [null],
  ),
  fc.constantFrom<unknown>(
    "__proto__",
    "constructor",
    "javascript:alert(1)",
    "http://169.254.169.254/",
    "' OR 1=1 --",
    "../../x",
  ),
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.integer(),
  fc.double(),
  fc.array(fc.jsonValue(), { maxLength: 30 }),
  fc.jsonValue({ maxDepth: 8 }),
  fc.dictionary(fc.constantFrom("__proto__", "constructor", "prototype", "toString", "length", "a"), fc.jsonValue()),
);

/** A body with one or more fields replaced, keys of the prototype, and keys that come twice; as text. */
function bodies(operation: Operation): fc.Arbitrary<string> {
  const right = exampleBody(operation) ?? {};
  const fields = [...new Set([...fieldsOf(operation), ...Object.keys(right)])];
  const name = fc.oneof(
    fc.constantFrom("__proto__", "constructor", "toString", ...fields),
    fc.string({ maxLength: 20 }),
  );
  const pairs = fc.array(fc.tuple(name, hostile), { minLength: 1, maxLength: 5 });
  return fc.tuple(pairs, fc.boolean()).map(([replaced, keepsRest]) => {
    const written = (pair: readonly [string, unknown]) =>
      `${JSON.stringify(pair[0])}:${JSON.stringify(pair[1]) ?? "null"}`;
    return `{${[...(keepsRest ? Object.entries(right) : []), ...replaced].map(written).join(",")}}`;
  });
}

const withBody = operations.filter(({ body }) => body?.content["application/json"] !== undefined);

test.each(withBody.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))(
  "%s answers a hostile body with the error model, and a refused one reaches no object",
  async (_name, operation) => {
    const headers = { "Content-Type": "application/json" };
    const property = fc.asyncProperty(bodies(operation), async (body) => {
      const { call, asked } = refusing();
      const answer = await call(`${operation.method} ${pathOf(operation)}`, { body, headers });
      if (answer.status < 300) return;
      const error = errorOf(answer);
      expect(error).toMatchObject({ hasRequestId: true, code: expect.any(String), error: expect.any(String) });
      // What is right by chance gets through to an object, which refuses it.
      if (error.error !== REACHED)
        expect([asked, [400, 404, 409, 413, 415, 501]]).toEqual([[], expect.arrayContaining([answer.status])]);
      expect(({} as Json).polluted).toBeUndefined();
    });
    await fc.assert(property, { numRuns: RUNS, seed: 3 });
  },
);

const text = fc.string({ unit: "binary", maxLength: 300 });

test.each(operations.filter(({ method }) => method === "GET").map((operation) => [operation.path, operation] as const))(
  "GET %s takes no query that makes it fail",
  async (_path, operation) => {
    const names = operation.parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name);
    if (names.length === 0) names.push("limit");
    const property = fc.asyncProperty(fc.constantFrom(...names), text, async (name, value) => {
      const query = new URLSearchParams([[name, value.toWellFormed()]]);
      const answer = await refusing().call(`GET ${pathOf(operation)}?${query}`);
      if (answer.status < 300) return;
      expect([400, 404, 503]).toContain(answer.status);
    });
    await fc.assert(property, { numRuns: RUNS, seed: 3 });
  },
);
