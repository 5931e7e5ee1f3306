/** Runs after the end-to-end tests and looks for secrets in all that their gateways wrote. */
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Secret, secretsIn } from "./secrets.ts";
import { readTraces } from "./traces.ts";

const notText = (secrets: readonly Secret[]): Secret[] => secrets.filter(({ kind }) => kind !== "message-text");

const traces = readTraces();

describe("what the end-to-end tests made a gateway write holds no secret", () => {
  test.each(traces.map((trace) => [trace.from, trace] as const))("%s", (_from, trace) => {
    const { secrets, output, logs, events, refusals } = trace;
    expect({
      output: secretsIn(output, secrets),
      logs: secretsIn(logs.join("\n"), secrets),
      // A message is what an event is about.
      events: secretsIn(events.join("\n"), notText(secrets)),
      refusals: secretsIn(refusals.join("\n"), notText(secrets)),
    }).toEqual({ output: [], logs: [], events: [], refusals: [] });
  });
});

test("secrets of every kind were there to be found, and all kinds of writing to look through", () => {
  const kinds = new Set(traces.flatMap(({ secrets }) => secrets.map(({ kind }) => kind)));
  expect([...kinds].sort()).toEqual(
    expect.arrayContaining(["api-key", "message-text", "private-key", "webhook-secret"]),
  );
  const sizes = traces.map(({ output, logs, events, refusals }) => [output, logs, events, refusals]);
  const total = [0, 1, 2, 3].map((i) => sizes.reduce((sum, parts) => sum + (parts[i]?.length ?? 0), 0));
  expect(total.every((length) => length > 0)).toBe(true);
});

describe("the search finds", () => {
  const bytes = randomBytes(32);
  const key: Secret = { kind: "private-key", value: bytes.toString("base64") };
  const hex = bytes.toString("hex");

  test.each([
    ["base64", `{"private":{"type":"Buffer","data":"${bytes.toString("base64")}"}}`],
    ["base64url", `key=${bytes.toString("base64url")}`],
    ["hexadecimal", `key ${hex}`],
    ["what Node prints", `privKey: <Buffer ${hex.replace(/../g, "$& ").trim()}>`],
    ["a typed array", `Uint8Array(32) [ ${[...bytes].join(", ")} ]`],
    ["JSON of a typed array", JSON.stringify({ data: [...bytes] })],
  ])("a private key as %s", (_name, text) => {
    expect(secretsIn(text, [key])).toEqual([expect.stringMatching(/^private-key/)]);
    expect(secretsIn(text, [{ ...key, value: randomBytes(32).toString("base64") }])).toEqual([]);
  });

  test.each<[Secret["kind"], string, string]>([
    ["api-key", "wsk_default_k12345678901_abc", "Bearer wsk_default_k12345678901_abc"],
    ["webhook-secret", "whsec_c2VjcmV0", '{"secret":"whsec_c2VjcmV0"}'],
    ["webhook-header", "Token a/b=c", "?token=Token%20a%2Fb%3Dc"],
    ["passphrase", 'correct "horse"', '{"passphrase":"correct \\"horse\\""}'],
    ["message-text", "See you at nine\nor ten", '{"message":"See you at nine\\nor ten"}'],
  ])("a secret of the kind %s", (kind, value, text) => {
    expect(secretsIn(`before ${text} after`, [{ kind, value }])).toEqual([expect.stringMatching(`^${kind}`)]);
  });

  test("nothing where there is nothing, and no text that is too short to tell", () => {
    expect(secretsIn("ok ok ok", [{ kind: "message-text", value: "ok" }, key])).toEqual([]);
  });
});
