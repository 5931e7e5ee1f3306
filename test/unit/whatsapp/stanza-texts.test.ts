import { encodeBinaryNode } from "@whiskeysockets/baileys";
import { describe, expect, test } from "vitest";
import { decodeBinaryNode } from "../../../src/whatsapp/baileys.ts";
import { isAnswerable } from "../../../src/whatsapp/stanza-texts.ts";

const withId = (id: string, attrs: Record<string, string> = {}) => ({ tag: "message", attrs: { id, ...attrs } });

describe("a stanza that WhatsApp wants to see acknowledged", () => {
  test.each(["3EB0A1", "3EB0-a.b:c", "available", "12", "with space", "é"])("may have the id %j", async (id) => {
    expect(isAnswerable("CB:message", withId(id))).toBe(true);
    const written = await decodeBinaryNode(Buffer.from(encodeBinaryNode(withId(id))));
    expect(written.attrs.id).toBe(id);
  });

  test.each(["@", "3EB0@", "@3EB0", "a@b", "constructor", "toString", "__proto__"])(
    "may not have the id %j, which Baileys writes as something else",
    async (id) => {
      for (const event of ["CB:message", "CB:receipt", "CB:notification", "CB:call"]) {
        expect(isAnswerable(event, withId(id))).toBe(false);
        expect(isAnswerable(event, withId("3EB0", { type: id }))).toBe(false);
      }
    },
  );

  test("is not what comes under another event", () => {
    expect(isAnswerable("CB:iq,type:result", withId("a@b"))).toBe(true);
    expect(isAnswerable("open", undefined as never)).toBe(true);
  });
});
