import { describe, expect, test } from "vitest";
import { replyIn } from "../../../src/events/reply.ts";

describe("a webhook's answer", () => {
  test("with a reply is a text to be sent, as it is", () => {
    expect(replyIn(`{"reply":" Hello\\n👋 "}`)).toBe(" Hello\n👋 ");
    expect(replyIn(JSON.stringify({ reply: "x".repeat(4_096), more: 1 }))).toBe("x".repeat(4_096));
  });

  test.each([
    ["nothing", null],
    ["an empty body", ""],
    ["plain text", "OK"],
    ["broken JSON", `{"reply":"Hello"`],
    ["a JSON text", `"Hello"`],
    ["a list", `[{"reply":"Hello"}]`],
    ["null", "null"],
    ["an object without a reply", `{"skip":true}`],
    ["an empty reply", `{"reply":""}`],
    ["a reply of spaces", `{"reply":"  \\n"}`],
    ["a reply that is no text", `{"reply":{"text":"Hello"}}`],
    ["a reply over 4,096 characters", JSON.stringify({ reply: "x".repeat(4_097) })],
  ])("that is %s sends nothing", (_, body) => {
    expect(replyIn(body)).toBeNull();
  });
});
