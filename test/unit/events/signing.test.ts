import { randomBytes } from "node:crypto";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { activeSecrets, newSecret, rotate, signatureHeaders } from "../../../src/events/signing.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
const BODY = JSON.stringify({ event: "message", message: "Grüße 👩‍⚕️" });
const secret = newSecret(randomBytes);
const only = { secret, previousSecret: null, previousSecretUntil: null };

/** What a receiver with the package `standardwebhooks` makes of a request. */
const verify = (key: string, body: string, headers: Record<string, string>): unknown =>
  new Webhook(key).verify(body, headers);

describe("a secret", () => {
  test("is whsec_ and 32 random bytes in base64, new each time", () => {
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(newSecret(randomBytes)).not.toBe(secret);
  });

  test("that replaces another one does so at once, and the other one signs too for 24 hours", () => {
    const rotated = rotate(only, "whsec_new", 1_000);
    expect(rotated).toEqual({ secret: "whsec_new", previousSecret: secret, previousSecretUntil: 1_000 + DAY_MS });
    expect(activeSecrets(rotated, 1_000 + DAY_MS - 1)).toEqual(["whsec_new", secret]);
    expect(activeSecrets(rotated, 1_000 + DAY_MS)).toEqual(["whsec_new"]);
    expect(activeSecrets(rotate(rotated, "whsec_newest", 2_000), 2_000)).toEqual(["whsec_newest", "whsec_new"]);
  });
});

describe("a signed request", () => {
  test("verifies with the package of the standard, and gives its body", () => {
    const headers = signatureHeaders("wa_1_evt_7", BODY, activeSecrets(only, Date.now()), Date.now());
    expect(Object.keys(headers).sort()).toEqual(["webhook-id", "webhook-signature", "webhook-timestamp"]);
    expect(verify(secret, BODY, headers)).toEqual(JSON.parse(BODY));
  });

  test("verifies with both secrets after a rotation, with no third", () => {
    const next = newSecret(randomBytes);
    const now = Date.now();
    const headers = signatureHeaders("wa_1_evt_7", BODY, activeSecrets(rotate(only, next, now), now), now);
    expect([verify(next, BODY, headers), verify(secret, BODY, headers)]).toEqual([JSON.parse(BODY), JSON.parse(BODY)]);
    expect(() => verify(newSecret(randomBytes), BODY, headers)).toThrow(WebhookVerificationError);
  });

  test.each([
    ["body", (headers: Record<string, string>) => verify(secret, BODY.replace("message", "massage"), headers)],
    ["id", (headers: Record<string, string>) => verify(secret, BODY, { ...headers, "webhook-id": "wa_1_evt_8" })],
    [
      "time",
      (headers: Record<string, string>) =>
        verify(secret, BODY, { ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) + 1) }),
    ],
  ])("with another %s fails", (_, tampered) => {
    const headers = signatureHeaders("wa_1_evt_7", BODY, [secret], Date.now());
    expect(() => tampered(headers)).toThrow(WebhookVerificationError);
  });

  test("from an hour ago fails", () => {
    const headers = signatureHeaders("wa_1_evt_7", BODY, [secret], Date.now() - 3_600_000);
    expect(() => verify(secret, BODY, headers)).toThrow("too old");
  });

  test("has the signature of the standard's own example", () => {
    const headers = signatureHeaders(
      "msg_p5jXN8AQM9LWM0D4loKWxJek",
      '{"test": 2432232314}',
      ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
      1_614_265_330_000,
    );
    expect(headers["webhook-signature"]).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });
});
