/** Appends to the event log and queues the webhook delivery with it, in the transaction of the caller. */
import { DEFAULT_WEBHOOK_EVENTS, type EventType } from "../schemas/event-types.ts";
import type { Store } from "../store/store.ts";
import { isSelected } from "./webhook-target.ts";

export interface NewEvent {
  /** The catalogue in `schemas/events.ts` says when each is emitted. */
  type: EventType;
  /** Canonical chat id, or null for events of the number as a whole. */
  chatId: string | null;
  payload: Record<string, unknown>;
}

/**
 * @param hasWebhook whether any URL is set: without one nothing is queued, and nothing is sent later for this event
 * @returns true when a delivery was queued
 */
export function recordEvent(store: Store, event: NewEvent, hasWebhook: boolean, now: number): boolean {
  const seq = store.events.append(event.type, event.chatId, event.payload, now);
  if (!hasWebhook || !isSelected(store.webhook.events() ?? DEFAULT_WEBHOOK_EVENTS, event.type)) return false;
  store.deliveries.enqueue(seq, event.chatId, now);
  return true;
}
