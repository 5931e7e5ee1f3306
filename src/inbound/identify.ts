/** A phone and a LID turned out to be one person: one chat from here on, in every table. */
import { identifiedPayload } from "../events/payload.ts";
import { recordEvent } from "../events/record.ts";
import type { Store } from "../store/store.ts";
import { lidJid, phoneJid } from "../whatsapp/identity.ts";

export interface IdentityContext {
  store: Store;
  instanceId: string;
  hasWebhook: boolean;
  now: number;
  /** The phone's history says so: what was only read from it was told to nobody. */
  isHistory?: boolean;
}

/**
 * The event follows only where a LID was told without its phone before. Phone and LID are digits.
 * @returns true when a webhook delivery was queued
 */
export function identify(phone: string, lid: string, context: IdentityContext): boolean {
  const { store, instanceId, hasWebhook, now, isHistory = false } = context;
  const wasHidden = store.contacts.isHidden(lid);
  if (!store.contacts.learn(phone, lid)) return false;
  const from = lidJid(lid);
  const chatId = phoneJid(phone);
  const hadChat = store.messages.hasAny(from);
  store.messages.rekeyChat({ from, to: chatId, phone, lid });
  store.sends.rekeyChat(from, chatId);
  store.chats.rekeyChat(from, chatId);
  store.placeholders.rekeyChat(from, chatId);
  store.deliveries.rekeyChat(from, chatId);
  if (!wasHidden && (!hadChat || isHistory)) return false;
  const payload = identifiedPayload(instanceId, { chatId, phone, lid });
  return recordEvent(store, { type: "contact.identified", chatId, payload }, hasWebhook, now);
}
