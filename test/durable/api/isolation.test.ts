/** Two organisations on one deployment: for every operation of the document, neither can see or change the other's. */
import { beforeAll, expect, test } from "vitest";
import { exampleBody, exampleHeaders, type Operation, operations, pathOf } from "../../support/operations.ts";
import { callWith } from "./support.ts";

const DEPLOYMENT = { API_KEY: "k-admin" };
const OURS = "wa_ours";
/** Both organisations have an instance of this name. */
const SAME = "wa_same";

interface Organisation {
  id: string;
  apiKey: string;
  keyId: string;
}

const call = (org: Organisation, target: string, json?: unknown) =>
  callWith(DEPLOYMENT, target, { headers: { "X-API-Key": org.apiKey }, ...(json === undefined ? {} : { json }) });

async function organisation(id: string, instances: string[]): Promise<Organisation> {
  const headers = { "X-API-Key": DEPLOYMENT.API_KEY, "X-Org-Id": id };
  const created = await callWith(DEPLOYMENT, "POST /api/keys", { json: { name: id, scopes: ["admin"] }, headers });
  const { apiKey, key } = created.body as { apiKey: string; key: { id: string } };
  const org = { id, apiKey, keyId: key.id };
  for (const instance of instances) await call(org, "POST /api/instances", { id: instance, name: id });
  return org;
}

/** All that an organisation can see of itself; times of use aside. */
async function seen(org: Organisation): Promise<unknown> {
  const targets = ["GET /api/instances", "GET /api/keys", "GET /api/audit", "GET /api/status"];
  for (const id of [OURS, SAME]) {
    for (const { method, path } of operations) {
      // Left out: parts that need an id of their own, the stream, which has no end, and the export, which is audited.
      if (method === "GET" && /^\/api\/instances\/\{instanceId\}(?!.*(?:\{|\/stream$|\/session$))/.test(path)) {
        targets.push(`GET ${path.replace("{instanceId}", id)}`);
      }
    }
  }
  const answers = await Promise.all(targets.map((target) => call(org, target)));
  return answers.map(({ status, body }, i) => [
    targets[i],
    status,
    JSON.parse(JSON.stringify(body, (key, value: unknown) => (key === "lastUsedAt" ? "then" : value))),
  ]);
}

let ours: Organisation;
let theirs: Organisation;
beforeAll(async () => {
  ours = await organisation("iso-ours", [OURS, SAME]);
  theirs = await organisation("iso-theirs", [SAME]);
});

const keyed = operations.filter(({ scope }) => scope !== null);
const named = (list: readonly Operation[]) =>
  list.map((operation) => [`${operation.method} ${operation.path}`, operation] as const);

test.each(named(keyed))(
  "%s with the key of another organisation shows and changes nothing of ours",
  async (_name, operation) => {
    const before = await seen(ours);
    const path = pathOf(operation, { instanceId: OURS, keyId: ours.keyId });
    const json = exampleBody(operation);
    const answer = await callWith(DEPLOYMENT, `${operation.method} ${path}`, {
      headers: { ...exampleHeaders(operation), "X-API-Key": theirs.apiKey },
      ...(json === null ? {} : { json }),
    });
    if (operation.path.includes("{")) expect([answer.status, answer.body]).toMatchObject([404, { code: "not_found" }]);
    // The audit log of the other organisation has the names it tried itself.
    const text = operation.id === "listAudit" ? "" : JSON.stringify(answer.body);
    expect([text.includes(OURS), text.includes(ours.keyId), text.includes(ours.apiKey)]).toEqual([false, false, false]);
    expect(await seen(ours)).toEqual(before);
  },
);

test("an instance of the same name in another organisation is another instance", async () => {
  const before = await seen(ours);
  expect((await call(theirs, `PUT /api/instances/${SAME}`, { name: "changed" })).status).toBe(200);
  expect((await call(theirs, `POST /api/instances/${SAME}/clear-auth`)).status).toBe(200);
  expect((await call(theirs, `DELETE /api/instances/${SAME}`)).status).toBe(200);
  expect(await seen(ours)).toEqual(before);
});

const withBody = keyed.filter(({ body }) => body?.content["application/json"] !== undefined);
const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
const HOSTILE: readonly (readonly [string, unknown])[] = [
  ["an array", []],
  ["21 levels", deep(21)],
  ["a long text everywhere", "LONG"],
  ["wrong types everywhere", "TYPES"],
  ["more than a mebibyte", { a: "x".repeat(1_048_576) }],
];

test.each(named(withBody))("%s with a hostile body is refused and changes nothing", async (_name, operation) => {
  const path = `${operation.method} ${pathOf(operation, { instanceId: OURS })}`;
  const fields = Object.keys(exampleBody(operation) ?? {});
  const before = await seen(ours);
  for (const [what, given] of HOSTILE) {
    const value = given === "LONG" ? "x".repeat(70_000) : given === "TYPES" ? [{ a: [] }] : null;
    const json = value === null ? given : Object.fromEntries(fields.map((name) => [name, value]));
    // Without fields of its own, an operation takes any object.
    if (value !== null && fields.length === 0) continue;
    const { status, body } = await call(ours, path, json);
    expect([what, [400, 409, 413].includes(status), body]).toEqual([
      what,
      true,
      expect.objectContaining({ code: expect.any(String) }),
    ]);
  }
  // The refusals themselves are in the audit log.
  const withoutAudit = (all: unknown) => (all as unknown[][]).filter(([target]) => target !== "GET /api/audit");
  expect(withoutAudit(await seen(ours))).toEqual(withoutAudit(before));
});
