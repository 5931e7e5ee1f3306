import { expect, test } from "vitest";
import { waitAfterRefusalMs } from "../../../src/whatsapp/asking-again.ts";

const SECOND = 1_000;

test.each([
  ["too many at once", 429, 1, 2 * SECOND],
  ["an error of WhatsApp", 500, 2, 8 * SECOND],
  ["WhatsApp being busy", 503, 3, 30 * SECOND],
  ["no answer to a question", null, 4, 120 * SECOND],
  ["no answer again and again", null, 50, 120 * SECOND],
  ["the fifth time", 503, 5, null],
  ["a restricted number", 463, 1, null],
  ["a malformed message", 479, 1, null],
  ["a code nobody knows", 499, 1, null],
])("after %s (%s) it is tried again, or has failed", (_what, code, refusals, delay) => {
  expect(waitAfterRefusalMs(code, refusals)).toBe(delay);
});
