/** A received message and its row: who it is from and to, in which chat. */
import type { NewMessage } from "../store/messages-table.ts";
import type { Store } from "../store/store.ts";
import { isGroup, lidOf, phoneOf } from "../whatsapp/identity.ts";
import type { ReceivedMessage } from "../whatsapp/session.ts";

export interface Person {
  phone: string | null;
  lid: string | null;
}

export function whoIs(jid: string, alt: string | null): Person {
  return { phone: phoneOf(jid) ?? phoneOf(alt), lid: lidOf(jid) ?? lidOf(alt) };
}

/** Clocks differ by some minutes; milliseconds (ours). */
const MOST_AHEAD_MS = 24 * 60 * 60 * 1_000;

/** A clock of the other side may be wrong or missing; ours is the fallback. Both in epoch milliseconds. */
const isPlausible = (sentAt: number, now: number): boolean => sentAt > 0 && sentAt <= now + MOST_AHEAD_MS;

/** @param person who wrote it, or to whom it was written; in a group its writer */
export function storedMessage(
  received: ReceivedMessage,
  person: Person,
  { store, ownPhone, now }: { store: Store; ownPhone: string | null; now: number },
): NewMessage {
  const { chatJid, fromMe, content } = received;
  const group = isGroup(chatJid);
  const phone = person.phone ?? (person.lid ? store.contacts.phoneOfLid(person.lid) : null);
  const lid = person.lid ?? (phone ? store.contacts.lidOfPhone(phone) : null);
  return {
    id: received.id,
    chatId: group ? chatJid : (store.contacts.chatIdOf({ phone, lid }) ?? chatJid),
    direction: fromMe ? "outbound" : "inbound",
    address: chatJid,
    fromPhone: fromMe ? ownPhone : phone,
    toPhone: fromMe ? (group ? null : phone) : ownPhone,
    fromLid: fromMe ? null : lid,
    pushName: fromMe ? null : received.pushName,
    participant: received.participantJid,
    type: content.type,
    text: content.text,
    quoted: content.quoted,
    unsupported: content.unsupported,
    details: content.details ?? {},
    status: fromMe ? "sent" : "received",
    source: fromMe ? "phone" : null,
    sentAt: isPlausible(received.sentAt, now) ? received.sentAt : now,
    payload: received.payload,
  };
}
