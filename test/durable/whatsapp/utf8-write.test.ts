import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { proto } from "../../../src/whatsapp/baileys.ts";
import { composeMessage } from "../../../src/whatsapp/compose/compose-message.ts";

test.each([39, 40, 41, 65_536])("a text of %i characters is encoded whole, in any alphabet", (length) => {
  for (const letter of ["a", "é", "語", "\u{1f600}"]) {
    const text = letter.repeat(length);
    const payload = composeMessage({ kind: "text", text }, { randomBytes, now: 0 });
    expect(proto.Message.decode(payload).toJSON()).toEqual({ extendedTextMessage: { text } });
  }
});
