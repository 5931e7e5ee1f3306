import { beforeEach, describe, expect, test } from "vitest";
import { type ContactsTable, contactsTable } from "../../../src/store/contacts-table.ts";
import { numberStorage } from "../../support/sqlite.ts";

const NOW = Date.parse("2026-11-01T12:00:00.000Z");
const MONTH = 30 * 24 * 60 * 60 * 1_000;

let contacts: ContactsTable;
let rows: () => unknown[];

beforeEach(() => {
  const { sql } = numberStorage();
  contacts = contactsTable(sql);
  rows = () => sql.exec("SELECT lid, phone, push_name FROM contacts ORDER BY phone, lid").toArray();
});

describe("phone and LID of a person", () => {
  test("are learned once", () => {
    expect(contacts.learn("491", "77")).toBe(true);
    expect(contacts.learn("491", "77")).toBe(false);
    expect([contacts.phoneOfLid("77"), contacts.lidOfPhone("491")]).toEqual(["491", "77"]);
  });

  test("of whom only the phone was known, are joined", () => {
    contacts.confirmed("491", NOW);
    expect(contacts.learn("491", "77")).toBe(true);
    expect(rows()).toEqual([{ lid: "77", phone: "491", push_name: null }]);
  });

  test("of whom only the LID was known, are joined", () => {
    contacts.seen({ phone: null, lid: "77", pushName: "Alice" }, NOW);
    expect(contacts.learn("491", "77")).toBe(true);
    expect(rows()).toEqual([{ lid: "77", phone: "491", push_name: "Alice" }]);
    expect(contacts.isKnownOnWhatsApp("491", NOW)).toBe(true);
  });

  test("of whom both were known, each by itself, become one, with the name", () => {
    contacts.confirmed("491", NOW - 2 * MONTH);
    contacts.seen({ phone: null, lid: "77", pushName: "Alice" }, NOW);
    expect(contacts.learn("491", "77")).toBe(true);
    expect(rows()).toEqual([{ lid: "77", phone: "491", push_name: "Alice" }]);
    expect(contacts.isKnownOnWhatsApp("491", NOW)).toBe(true);
  });

  test("follow a person to a new phone, and a phone to its new owner", () => {
    contacts.learn("491", "77");
    expect(contacts.learn("492", "77")).toBe(true);
    expect(rows()).toEqual([{ lid: "77", phone: "492", push_name: null }]);
    expect(contacts.learn("492", "78")).toBe(true);
    expect(rows()).toEqual([{ lid: "78", phone: "492", push_name: null }]);
  });
});

describe("whether a phone is on WhatsApp", () => {
  test("is believed for thirty days after WhatsApp said so or a message came", () => {
    contacts.confirmed("491", NOW);
    contacts.seen({ phone: "492", lid: null, pushName: null }, NOW);
    for (const phone of ["491", "492"]) {
      expect(contacts.isKnownOnWhatsApp(phone, NOW + MONTH - 1)).toBe(true);
      expect(contacts.isKnownOnWhatsApp(phone, NOW + MONTH)).toBe(false);
    }
  });

  test("is not known of a phone that was only learned", () => {
    contacts.learn("491", "77");
    expect(contacts.isKnownOnWhatsApp("491", NOW)).toBe(false);
  });
});

describe("who wrote", () => {
  test("keeps the newest name, and the old one when none comes along", () => {
    contacts.seen({ phone: "491", lid: null, pushName: "Alice" }, NOW);
    contacts.seen({ phone: "491", lid: null, pushName: null }, NOW);
    expect(rows()).toEqual([{ lid: null, phone: "491", push_name: "Alice" }]);
    contacts.seen({ phone: "491", lid: null, pushName: "Alicia" }, NOW);
    expect(rows()).toEqual([{ lid: null, phone: "491", push_name: "Alicia" }]);
  });

  test("is nobody without a phone and a LID", () => {
    contacts.seen({ phone: null, lid: null, pushName: "Ghost" }, NOW);
    expect(rows()).toEqual([]);
  });
});

test("a chat's id is the phone's when it is known by any way, else the LID's", () => {
  contacts.learn("491", "77");
  expect([
    contacts.chatIdOf({ phone: "491", lid: null }),
    contacts.chatIdOf({ phone: null, lid: "77" }),
    contacts.chatIdOf({ phone: null, lid: "78" }),
    contacts.chatIdOf({ phone: null, lid: null }),
  ]).toEqual(["491@s.whatsapp.net", "491@s.whatsapp.net", "78@lid", null]);
});
