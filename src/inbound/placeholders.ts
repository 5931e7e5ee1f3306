/** Messages that came without their content: told of when it did not come in time, forgotten when there is none. */
import { messagePayload } from "../events/payload.ts";
import { recordEvent } from "../events/record.ts";
import { isGroup, lidOf, phoneOf } from "../whatsapp/identity.ts";
import type { StanzaOrigin } from "../whatsapp/session.ts";
import type { InboundContext } from "./receive.ts";

/** Tells of those whose time has come. @returns true when a webhook delivery was queued */
export function tellPlaceholders({ store, instanceId, hasWebhook, now }: InboundContext): boolean {
  let isQueued = false;
  for (const message of store.placeholders.due(now)) {
    store.placeholders.drop(message);
    const isOurs = message.direction === "outbound";
    const payload = messagePayload(message, instanceId);
    if (isOurs) payload.source = "phone";
    else payload.handoff = store.chats.handoffs.has(message.chatId);
    store.logs.add("warning", `A message came without its content (${message.details?.unavailable})`, now);
    const type = isOurs ? "message.sent" : "message";
    isQueued = recordEvent(store, { type, chatId: message.chatId, payload }, hasWebhook, now) || isQueued;
  }
  return isQueued;
}

/** The message turned out to carry nothing for people: as long as nobody was told of it, it is forgotten. */
export function forgetPlaceholder({ id, chatJid, participantJid }: StanzaOrigin, { store }: InboundContext): void {
  const person = { phone: phoneOf(chatJid), lid: lidOf(chatJid) };
  const chatId = isGroup(chatJid) ? chatJid : (store.contacts.chatIdOf(person) ?? chatJid);
  store.placeholders.forget(id, chatId, participantJid);
}
