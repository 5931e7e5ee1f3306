import { describe, expect, test } from "vitest";
import { ok } from "../../../src/errors.ts";
import { lastSpoke } from "../../../src/sending/numbers.ts";
import { resolveRecipient } from "../../../src/sending/recipient.ts";
import { openStore } from "../../../src/store/store.ts";
import { numberStorage } from "../../support/sqlite.ts";
import { NOW, outbound } from "./support.ts";

const ALICE = { chatId: "491@s.whatsapp.net", address: "491@s.whatsapp.net", phone: "491" };

/** @param onWhatsApp what WhatsApp answers for each phone it knows */
function asking(onWhatsApp: Record<string, string> = {}) {
  const store = openStore(numberStorage().sql);
  const asked: string[] = [];
  const lookUp = async (phone: string) => {
    asked.push(phone);
    return onWhatsApp[phone] ?? null;
  };
  return { store, asked, resolve: (to: string) => resolveRecipient(to, { store, lookUp, now: () => NOW }) };
}

describe("a phone", () => {
  test("this number never dealt with is asked for once", async () => {
    const { asked, resolve } = asking({ 491: "491@s.whatsapp.net" });
    expect(await resolve("491")).toEqual(ok(ALICE));
    expect(await resolve("491@s.whatsapp.net")).toEqual(ok(ALICE));
    expect(asked).toEqual(["491"]);
  });

  test("that wrote to this number is not asked for at all", async () => {
    const { asked, resolve, store } = asking();
    store.contacts.seen({ phone: "491", lid: null, pushName: null }, NOW);
    expect(await resolve("491")).toEqual(ok(ALICE));
    expect(asked).toEqual([]);
  });

  test("that is not on WhatsApp is refused, and asked for again next time", async () => {
    const { asked, resolve } = asking();
    for (const _ of [1, 2]) {
      expect(await resolve("491")).toMatchObject({ ok: false, error: { code: "not_on_whatsapp" } });
    }
    expect(asked).toEqual(["491", "491"]);
  });

  test("that WhatsApp knows under other digits is written to under those, and asked for once", async () => {
    const { asked, resolve, store } = asking({ 5511987654321: "551187654321@s.whatsapp.net" });
    const found = {
      chatId: "551187654321@s.whatsapp.net",
      address: "551187654321@s.whatsapp.net",
      phone: "551187654321",
    };
    expect(await resolve("5511987654321")).toEqual(ok(found));
    expect(await resolve("5511987654321")).toEqual(ok(found));
    expect(asked).toEqual(["5511987654321"]);
    store.messages.insert(outbound("A", { chatId: found.chatId }));
    expect(lastSpoke("5511987654321", store)).toBe(NOW);
  });

  test("that WhatsApp came to know by these digits is written to under them", async () => {
    const known = { 5511987654321: "551187654321@s.whatsapp.net" };
    const { resolve, store } = asking(known);
    await resolve("5511987654321");
    store.contacts.seen({ phone: "5511987654321", lid: null, pushName: null }, NOW);
    expect(await resolve("5511987654321")).toMatchObject({ value: { phone: "5511987654321" } });
  });
});

describe("a LID", () => {
  test("is written to as it is, in the chat of its phone when that is known", async () => {
    const { asked, resolve, store } = asking();
    expect(await resolve("77@lid")).toEqual(ok({ chatId: "77@lid", address: "77@lid", phone: null }));
    store.contacts.learn("491", "77");
    expect(await resolve("77@lid")).toEqual(ok({ ...ALICE, address: "77@lid" }));
    expect(asked).toEqual([]);
  });
});

test("a group is its own chat and address, without a question to WhatsApp", async () => {
  const { asked, resolve } = asking();
  const group = "120363000000000001@g.us";
  expect(await resolve(group)).toEqual(ok({ chatId: group, address: group, phone: null }));
  expect(asked).toEqual([]);
});
