/** Appends to the event log and queues the webhook delivery with it, in the transaction of the caller. */
import type { Store } from "../store/store.ts";

/**
 * Event types; each is emitted when:
 * - `message`: a message reached this number.
 * - `message.sent`: WhatsApp took a message of this number (API, reply), or one was typed on the linked phone.
 * - `message.status`: a sent message became delivered, read, played or failed.
 * - `connection`: the connection status changed.
 * - `qr`: a new QR or pairing code is there.
 * - `contact.identified`: the phone behind a LID became known.
 */
export type EventType = "message" | "message.sent" | "message.status" | "connection" | "qr" | "contact.identified";

export interface NewEvent {
  type: EventType;
  /** Canonical chat id, or null for events of the number as a whole. */
  chatId: string | null;
  payload: Record<string, unknown>;
}

/** What a webhook gets unless its instance says otherwise. */
const DELIVERED: ReadonlySet<EventType> = new Set(["message"]);

/**
 * @param hasWebhook whether any URL is set: without one nothing is queued, and nothing is sent later for this event
 * @returns true when a delivery was queued
 */
export function recordEvent(store: Store, event: NewEvent, hasWebhook: boolean, now: number): boolean {
  const seq = store.events.append(event.type, event.chatId, event.payload, now);
  if (!hasWebhook || !DELIVERED.has(event.type)) return false;
  store.deliveries.enqueue(seq, event.chatId, now);
  return true;
}
