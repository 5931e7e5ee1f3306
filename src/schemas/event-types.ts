/**
 * What can happen to a number, as the log, the webhook and the live stream name it. The catalogue in `events.ts` says
 * when each is emitted and what it carries. `webhook.test` is not here: it is no event of the log.
 */
export const EVENT_TYPES = [
  "message",
  "message.sent",
  "message.status",
  "message.media",
  "connection",
  "qr",
  "contact.identified",
  "handoff",
  "safety",
  "call",
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** What a webhook gets unless its instance says otherwise. */
export const DEFAULT_WEBHOOK_EVENTS: readonly EventType[] = ["message"];

/** In a selection: every type, those of later versions too. */
export const ALL_EVENTS = "*";
