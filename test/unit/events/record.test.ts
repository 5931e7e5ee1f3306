import { expect, test } from "vitest";
import { type EventType, recordEvent } from "../../../src/events/record.ts";
import { openStore } from "../../../src/store/store.ts";
import { numberStorage } from "../../support/sqlite.ts";

const NOW = Date.parse("2026-11-01T12:00:00.000Z");
const TYPES: EventType[] = ["message", "message.sent", "message.status", "connection", "qr", "contact.identified"];

test("every event is logged in order, and only messages are queued for the webhook by default", () => {
  const store = openStore(numberStorage().sql);
  const queued = TYPES.map((type) => recordEvent(store, { type, chatId: null, payload: { of: type } }, true, NOW));
  expect(queued).toEqual([true, false, false, false, false, false]);
  expect(TYPES.map((type, index) => [type, store.events.get(index + 1)])).toEqual(
    TYPES.map((type, index) => [type, { seq: index + 1, type, chatId: null, payload: { of: type }, createdAt: NOW }]),
  );
  expect(store.deliveries.due(NOW, 10)).toEqual([{ seq: 1, chatId: "", attempts: 0, firstAttemptAt: null }]);
});

test("without a webhook an event is logged and nothing is ever sent for it", () => {
  const store = openStore(numberStorage().sql);
  expect(recordEvent(store, { type: "message", chatId: "491@s.whatsapp.net", payload: {} }, false, NOW)).toBe(false);
  expect(store.events.get(1)).not.toBeNull();
  expect(store.deliveries.nextDueAt()).toBeNull();
});
