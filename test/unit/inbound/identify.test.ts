import { expect, test } from "vitest";
import { identify } from "../../../src/inbound/identify.ts";
import { openStore } from "../../../src/store/store.ts";
import { numberStorage } from "../../support/sqlite.ts";

const LID = "77@lid";
const PHONE = "491@s.whatsapp.net";
const NOW = Date.parse("2026-11-01T12:00:00.000Z");

/** The log tells what was known when it was written; a phone that became known is an event of its own. */
const HISTORIC = new Set(["events"]);

/** Only deliveries that are still to come are looked for by their chat. */
const NAMED: Readonly<Record<string, string>> = { chat_id: LID, status: "waiting" };

type Column = { name: string; type: string; notnull: number; pk: number };

test("a phone that becomes known moves the chat in every table that names one", () => {
  const { sql } = numberStorage();
  const tables = sql
    .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")
    .toArray()
    .map(({ name }) => ({ name, columns: sql.exec<Column>(`PRAGMA table_info(${name})`).toArray() }))
    .filter(({ name, columns }) => !HISTORIC.has(name) && columns.some((column) => column.name === "chat_id"));
  expect(tables.map(({ name }) => name).sort()).toEqual(
    expect.arrayContaining(["arrivals", "deliveries", "handoffs", "messages", "opt_outs", "sends", "unread"]),
  );
  for (const { name, columns } of tables) {
    const given = columns.filter(({ notnull, pk, name }) => notnull === 1 || pk > 0 || name === "chat_id");
    const values = given.map(({ name, type }) => NAMED[name] ?? (type === "INTEGER" ? 1 : "x"));
    const names = given.map((column) => column.name).join(", ");
    sql.exec(`INSERT INTO ${name} (${names}) VALUES (${values.map(() => "?").join(", ")})`, ...values);
  }
  identify("491", "77", { store: openStore(sql), instanceId: "wa_1", hasWebhook: false, now: NOW });
  const chats = tables.map(({ name }) => [
    name,
    sql.exec<{ chat_id: string }>(`SELECT chat_id FROM ${name}`).toArray(),
  ]);
  expect(chats).toEqual(tables.map(({ name }) => [name, [{ chat_id: PHONE }]]));
});

test("what a person wrote in groups gets their phone", () => {
  const { sql } = numberStorage();
  const store = openStore(sql);
  const group = "120363000000000001@g.us";
  store.messages.insert({
    id: "A",
    chatId: group,
    direction: "inbound",
    address: group,
    fromPhone: null,
    toPhone: "490",
    fromLid: "77",
    pushName: null,
    participant: LID,
    type: "text",
    text: "hi",
    quoted: null,
    unsupported: false,
    status: "received",
    source: null,
    sentAt: NOW,
    payload: Uint8Array.of(1),
  });
  identify("491", "77", { store, instanceId: "wa_1", hasWebhook: false, now: NOW });
  expect(store.messages.list({ limit: 1 }).messages).toMatchObject([{ chatId: group, from: "491", fromLid: "77" }]);
});
