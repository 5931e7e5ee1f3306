import { describe, expect, test } from "vitest";
import { call, callWith } from "./support.ts";

const withKey = (key: string): Record<string, string> => ({ "Idempotency-Key": key });

describe("the same call with the same Idempotency-Key", () => {
  test("is executed once and answered twice", async () => {
    const json = { name: "Twice" };
    const first = await call("POST /api/instances", { json, headers: withKey("create-1") });
    const second = await call("POST /api/instances", { json, headers: withKey("create-1") });
    expect(first.status).toBe(201);
    expect(second).toMatchObject({ status: 201, body: first.body });
    expect(first.headers.get("Idempotent-Replayed")).toBeNull();
    expect(second.headers.get("Idempotent-Replayed")).toBe("true");
  });

  test("sent twice at the same moment is executed once", async () => {
    const json = { id: "same-moment" };
    const answers = await Promise.all(
      [1, 2, 3].map(() => call("POST /api/instances", { json, headers: withKey("create-2") })),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    const again = await call("POST /api/instances", { json });
    expect(again).toMatchObject({ status: 409, body: { code: "already_exists" } });
  });

  test("is one call of one number too: a setting is not written over by a late repetition", async () => {
    await call("POST /api/instances", { json: { id: "late" } });
    await call("PUT /api/instances/late", { json: { name: "First" }, headers: withKey("rename-1") });
    await call("PUT /api/instances/late", { json: { name: "Second" } });
    const repeated = await call("PUT /api/instances/late", { json: { name: "First" }, headers: withKey("rename-1") });
    expect(repeated).toMatchObject({ status: 200, body: { instance: { name: "First" } } });
    expect(await call("GET /api/instances/late")).toMatchObject({ body: { instance: { name: "Second" } } });
  });

  test("gives a new key's secret again, which is stored nowhere in the clear", async () => {
    const json = { name: "Bot", scopes: ["read"] };
    const first = await call("POST /api/keys", { json, headers: withKey("new-key-1") });
    expect(first.status).toBe(201);
    expect(await call("POST /api/keys", { json, headers: withKey("new-key-1") })).toMatchObject({ body: first.body });
  });

  test("means nothing where there is no operation", async () => {
    const json = { name: "Bot", scopes: ["read"] };
    expect(await call("POST /api/keys", { json, headers: withKey("no-call-1") })).toMatchObject({ status: 201 });
    expect(await call("PUT /api/keys", { json, headers: withKey("no-call-1") })).toMatchObject({ status: 405 });
    expect(await call("PUT /api/nothing", { json, headers: withKey("no-call-1") })).toMatchObject({ status: 404 });
  });

  test("may be tried again when it was refused: nothing was done", async () => {
    const send = { json: { to: "60123456789", message: "Hello" }, headers: withKey("send-1") };
    await call("POST /api/instances", { json: { id: "refused" } });
    const refused = await call("POST /api/instances/refused/send", send);
    expect(refused).toMatchObject({ status: 409, body: { code: "not_connected" } });
    const again = await call("POST /api/instances/refused/send", send);
    expect(again).toMatchObject({ status: 409, body: { code: "not_connected" } });
    expect(again.headers.get("Idempotent-Replayed")).toBeNull();
  });
});

describe("an Idempotency-Key", () => {
  test("that was used for another body or path is refused, and nothing is done", async () => {
    await call("POST /api/instances", { json: { id: "one" }, headers: withKey("mixed") });
    const other = await call("POST /api/instances", { json: { id: "two" }, headers: withKey("mixed") });
    expect(other).toMatchObject({ status: 409, body: { code: "idempotency_conflict" } });
    expect((await call("GET /api/instances/two")).status).toBe(404);
  });

  test("covers the body however its type is written", async () => {
    const headers = { ...withKey("case"), "Content-Type": "Application/JSON" };
    expect((await call("POST /api/instances", { json: { id: "case-1" }, headers })).status).toBe(201);
    const other = await call("POST /api/instances", { json: { id: "case-2" }, headers });
    expect(other).toMatchObject({ status: 409, body: { code: "idempotency_conflict" } });
  });

  test("belongs to its caller: another organisation may use the same", async () => {
    const json = { id: "shared-key" };
    const first = await call("POST /api/instances", { json, headers: withKey("shared") });
    const other = await callWith({}, "POST /api/instances", {
      json,
      headers: { ...withKey("shared"), "X-Org-Id": "acme" },
    });
    expect([first.status, other.status]).toEqual([201, 201]);
  });

  test("must be visible ASCII of at most 255 characters", async () => {
    const answer = await call("POST /api/instances", { json: {}, headers: withKey("x".repeat(256)) });
    expect(answer).toMatchObject({ status: 400, body: { issues: [{ path: "Idempotency-Key" }] } });
  });

  test("changes nothing for reads, and creates nothing for an instance that does not exist", async () => {
    expect((await call("GET /api/instances", { headers: withKey("read") })).status).toBe(200);
    const unknown = await call("POST /api/instances/nobody/connect", { headers: withKey("nobody") });
    expect(unknown.status).toBe(404);
  });
});
