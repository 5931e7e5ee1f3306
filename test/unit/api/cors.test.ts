import { describe, expect, test } from "vitest";
import { api } from "./support.ts";

const APP = "https://app.example.com";
const listed = api({ env: { API_KEY: "k", CORS_ORIGINS: `${APP}, http://localhost:5173` } });
const off = api({ env: { API_KEY: "k" } });

const asked = { "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-api-key" };
const preflight = (world: typeof listed, origin: string) =>
  world.request("OPTIONS /api/instances", { headers: { Origin: origin, ...asked } });

/** What of an answer is about origins. */
function ofOrigins({ headers }: Response): Record<string, string> {
  const about = (name: string): boolean => name.startsWith("access-control-") || name === "vary";
  return Object.fromEntries([...headers].filter(([name]) => about(name)));
}

describe("a page of a listed origin", () => {
  test("may ask, with the headers the API reads and without cookies", async () => {
    const answer = await preflight(listed, APP);
    expect([answer.status, await answer.text()]).toEqual([204, ""]);
    expect(ofOrigins(answer)).toEqual({
      "access-control-allow-origin": APP,
      "access-control-allow-methods": "GET, HEAD, POST, PUT, DELETE",
      "access-control-allow-headers": expect.stringContaining("X-API-Key"),
      "access-control-max-age": "7200",
      vary: "Origin",
    });
  });

  test.each([
    ["a refusal", "GET /api/keys", 401],
    ["a path that does not exist", "GET /nothing", 404],
    ["the document", "GET /openapi.json", 200],
    ["a call with a body that is no JSON", "POST /api/keys", 401],
  ] as const)("reads %s", async (_what, target, status) => {
    const answer = await listed.request(target, { headers: { Origin: "http://localhost:5173" } });
    expect([answer.status, ofOrigins(answer)]).toEqual([
      status,
      {
        "access-control-allow-origin": "http://localhost:5173",
        "access-control-expose-headers": "X-Request-Id, Retry-After, Idempotent-Replayed",
        vary: "Origin",
      },
    ]);
  });
});

describe("no other page", () => {
  test.each([
    "https://evil.example.com",
    `${APP}.evil.com`,
    "https://app.example.com:8443",
    "http://app.example.com",
    "null",
  ])("such as one of %s is let in", async (origin) => {
    const asking = await preflight(listed, origin);
    const answer = await listed.request("GET /api/keys", { headers: { Origin: origin } });
    expect([asking.status, ofOrigins(asking), ofOrigins(answer)]).toEqual([
      401,
      { vary: "Origin" },
      { vary: "Origin" },
    ]);
  });

  test("is let in by a deployment that lists none", async () => {
    const asking = await preflight(off, APP);
    const answer = await off.request("GET /api/keys", { headers: { Origin: APP } });
    expect([asking.status, ofOrigins(asking), ofOrigins(answer)]).toEqual([401, {}, {}]);
  });
});

test("an answer to no page at all differs by origin too, so that no cache mixes them", async () => {
  expect(ofOrigins(await listed.request("GET /api/keys"))).toEqual({ vary: "Origin" });
});
