/** The part of rpc.ts that is about events: the webhook, its deliveries, the log and its readers. */

export interface WebhookView {
  instanceWebhookUrl: string | null;
  effectiveWebhookUrl: string | null;
  usingGlobalDefault: boolean;
  /** Event types; `*` = all. */
  events: string[];
  headers: Record<string, string>;
  /** `whsec_…` */
  secret: string;
  /** ISO 8601: until then the secret before this one signs too; null = there is none. */
  previousSecretValidUntil: string | null;
}

/** Fields left out stay as they are. */
export interface WebhookChanges {
  webhookUrl?: string | null;
  /** Event types, `*` for all; none = nothing is delivered. */
  events?: string[];
  /** Replaces all headers there were. */
  headers?: Record<string, string>;
  rotateSecret?: boolean;
}

/** What a receiver made of a sample. */
export interface WebhookTest {
  success: boolean;
  webhookUrl: string;
  /** Null when there was no answer. */
  responseStatus: number | null;
  /** The first 500 characters; null when there was no answer. */
  responseBody: string | null;
  /** One short sentence; null for a 2xx. */
  error: string | null;
}

export interface DeliveryView {
  /** The event's id, `evt_<seq>`. */
  id: string;
  seq: number;
  /** Event type; null when the event is no longer kept. */
  event: string | null;
  chatId: string | null;
  /** `parked` = given up; it stays until it is retried, replayed, or its time is over. */
  status: "waiting" | "delivered" | "parked";
  attempts: number;
  /** When the event happened; all times are ISO 8601. */
  createdAt: string | null;
  firstAttemptAt: string | null;
  /** Null unless waiting. */
  nextAttemptAt: string | null;
  /** Of the last attempt; null when nobody answered. */
  responseStatus: number | null;
  error: string | null;
  /** The reply this event was answered with. */
  replyMessageId: string | null;
}

export interface DeliveryQuery {
  status?: DeliveryView["status"];
  /** 1–200. */
  limit: number;
  /** `next` of the page before. */
  cursor?: string;
}

/** A part of the log, by position or by time (ISO 8601, both ends included). */
export type ReplayRange = { after: number } | { from: string; to?: string };

export interface ReplayResult {
  /** How many events were queued. */
  queued: number;
  /** Where to go on with `after`; null when all were queued. */
  next: number | null;
}

/** An event as webhooks, the log and the stream show it: `event`, `event_id`, `seq` and what happened. */
export type EventBody = Record<string, unknown> & { event: string; event_id: string; seq: number };

export interface EventQuery {
  /** Only events behind this position. */
  after: number;
  /** 1–200. */
  limit: number;
  /** Only these; left out = all. */
  types?: string[];
}

export interface EventList {
  /** Oldest first. */
  events: EventBody[];
  /** Position to go on after. */
  next: number;
  /** False when `next` is the end of the log. A page may be empty and still have more behind it. */
  more: boolean;
}
