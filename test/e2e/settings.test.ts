import { expect, test } from "vitest";
import { exampleBody, operationOf } from "../support/operations.ts";
import { useLab } from "./support/lab.ts";

const lab = useLab();

/** What answers with 200 whatever state the instance is in; the driver holds each answer against the document. */
const ALWAYS = [
  "GET /behavior",
  "PUT /behavior",
  "GET /anti-ban",
  "PUT /anti-ban",
  "GET /antiban-v2",
  "GET /antiban-v2/config",
  "PUT /antiban-v2/config",
  "GET /antiban-v2/health",
  "GET /antiban-v2/warmup",
  "GET /antiban-v2/lid-mappings",
  "POST /antiban-v2/pause",
  "POST /antiban-v2/resume",
  "POST /antiban-v2/reset",
  "GET /opt-outs",
  "GET /handoff",
  "GET /handoff/settings",
  "PUT /handoff/settings",
  "GET /profile",
  "GET /logs",
  "GET /messages",
  "GET /webhook",
];

test.each(ALWAYS)("%s of a new instance answers as documented", async (target) => {
  const [method = "", part = ""] = target.split(" ");
  const id = `set-${ALWAYS.indexOf(target)}`;
  await lab.number(id);
  const path = `/api/instances/${id}${part}`;
  const operation = operationOf(method, path);
  if (operation === undefined) throw new Error(`${target} is not in the document`);
  const body = exampleBody(operation) ?? undefined;
  expect((await lab.api.call(method, path, body)).status).toBe(200);
});

test("a key is made, listed and revoked; the audit log says so", async () => {
  const { key } = (await lab.api.created("/api/keys", { name: "Desk", scopes: ["read"] })) as { key: { id: string } };
  expect(await lab.api.ok("GET", "/api/keys")).toMatchObject({ keys: [{ id: key.id, name: "Desk" }] });
  await lab.api.ok("DELETE", `/api/keys/${key.id}`);
  expect(await lab.api.ok("GET", "/api/audit?limit=2")).toMatchObject({
    entries: [
      { action: "revokeKey", target: key.id, status: 200 },
      { action: "createKey", target: key.id, status: 201 },
    ],
  });
});
