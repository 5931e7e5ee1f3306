import { expect, test } from "vitest";
import { proto } from "../../../src/whatsapp/baileys.ts";
import { composeText } from "../../../src/whatsapp/compose/text.ts";

test.each([39, 40, 41, 65_536])("a text of %i characters is encoded whole, in any alphabet", (length) => {
  for (const letter of ["a", "é", "語", "\u{1f600}"]) {
    const text = letter.repeat(length);
    expect(proto.Message.decode(composeText(text)).toJSON()).toEqual({ extendedTextMessage: { text } });
  }
});
