import { describe, expect, test } from "vitest";
import { isGroup, lidJid, lidOf, phoneJid, phoneOf, withoutDevice } from "../../../src/whatsapp/identity.ts";

describe("an address", () => {
  test.each([
    ["491@s.whatsapp.net", "491", null],
    ["491:7@s.whatsapp.net", "491", null],
    ["491.0:7@s.whatsapp.net", "491", null],
    ["491@c.us", "491", null],
    ["77@lid", null, "77"],
    ["77:3@lid", null, "77"],
    ["77_1:3@lid", null, "77"],
    ["120363000000000001@g.us", null, null],
    ["status@broadcast", null, null],
    ["491@s.whatsapp.net.evil", null, null],
    ["x491@s.whatsapp.net", null, null],
    ["491@lid@s.whatsapp.net", null, null],
    ["491", null, null],
    ["", null, null],
    [null, null, null],
    [undefined, null, null],
  ])("%s: phone %s, LID %s", (jid, phone, lid) => {
    expect([phoneOf(jid), lidOf(jid)]).toEqual([phone, lid]);
  });

  test("made of a phone or a LID can be read again", () => {
    expect([phoneOf(phoneJid("491")), lidOf(lidJid("77"))]).toEqual(["491", "77"]);
  });

  test("is a group's by its server", () => {
    expect(["120@g.us", "491@s.whatsapp.net", "g.us@lid"].map(isGroup)).toEqual([true, false, false]);
  });

  test("loses only its device", () => {
    expect(["491:7@s.whatsapp.net", "491@s.whatsapp.net", "120@g.us"].map(withoutDevice)).toEqual([
      "491@s.whatsapp.net",
      "491@s.whatsapp.net",
      "120@g.us",
    ]);
  });
});
