import { expect, test } from "vitest";
import { recordEvent } from "../../../src/events/record.ts";
import { initialWebhook } from "../../../src/events/webhook-target.ts";
import { EVENT_TYPES } from "../../../src/schemas/event-types.ts";
import { openStore } from "../../../src/store/store.ts";
import { numberStorage } from "../../support/sqlite.ts";

const NOW = Date.parse("2026-11-01T12:00:00.000Z");

test("every event is logged in order, and only messages are queued for the webhook by default", () => {
  const store = openStore(numberStorage().sql);
  const queued = EVENT_TYPES.map((type) =>
    recordEvent(store, { type, chatId: null, payload: { of: type } }, true, NOW),
  );
  expect(EVENT_TYPES.filter((_, index) => queued[index])).toEqual(["message"]);
  expect(EVENT_TYPES.map((type, index) => [type, store.events.get(index + 1)])).toEqual(
    EVENT_TYPES.map((type, index) => [
      type,
      { seq: index + 1, type, chatId: null, payload: { of: type }, createdAt: NOW },
    ]),
  );
  expect(store.deliveries.due(NOW, 10)).toEqual([
    { seq: 1, chatId: "", attempts: 0, firstAttemptAt: null, replyId: null },
  ]);
});

test("without a webhook an event is logged and nothing is ever sent for it", () => {
  const store = openStore(numberStorage().sql);
  expect(recordEvent(store, { type: "message", chatId: "491@s.whatsapp.net", payload: {} }, false, NOW)).toBe(false);
  expect(store.events.get(1)).not.toBeNull();
  expect(store.deliveries.nextDueAt()).toBeNull();
});

test.each([
  [["*"], [...EVENT_TYPES]],
  [
    ["connection", "qr"],
    ["connection", "qr"],
  ],
  [[], []],
])("with the selection %j these are queued: %j", (events, expected) => {
  const store = openStore(numberStorage().sql);
  store.webhook.save({ ...initialWebhook("whsec_x"), events });
  const queued = EVENT_TYPES.filter((type) => recordEvent(store, { type, chatId: null, payload: {} }, true, NOW));
  expect(queued).toEqual(expected);
});
