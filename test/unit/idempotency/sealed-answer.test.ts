import { describe, expect, test } from "vitest";
import { openAnswer, sealAnswer } from "../../../src/idempotency/sealed-answer.ts";

const ANSWER = {
  status: 201,
  contentType: "application/json",
  body: Buffer.from('{"key":"wsk_secret"}').toString("base64"),
};

describe("a kept answer", () => {
  test("is read with the key it was kept for", () => {
    expect(openAnswer(sealAnswer(ANSWER, "key-1"), "key-1")).toEqual(ANSWER);
  });

  test("is unreadable with another key, and when a byte was changed", () => {
    const sealed = sealAnswer(ANSWER, "key-1");
    expect(() => openAnswer(sealed, "key-2")).toThrow();
    const bytes = Buffer.from(sealed, "base64");
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    expect(() => openAnswer(bytes.toString("base64"), "key-1")).toThrow();
  });

  test("shows nothing of itself and is never the same twice", () => {
    const [first, second] = [sealAnswer(ANSWER, "key-1"), sealAnswer(ANSWER, "key-1")];
    expect(first).not.toBe(second);
    expect(Buffer.from(first, "base64").toString("latin1")).not.toContain("wsk_secret");
    expect(first).not.toContain(ANSWER.body);
  });
});
