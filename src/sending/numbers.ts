/** What is known of a phone number: at WhatsApp, and in the history. */
import type { NumberView } from "../durable/rpc.ts";
import { ok, type Result } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { isGroup, lidJid, lidOf, phoneJid, phoneOf } from "../whatsapp/identity.ts";
import { notAnswered, notConnected } from "./not-connected.ts";
import type { SendingDeps } from "./send-message.ts";

/** Asks WhatsApp; refused unless the number is online. */
export async function lookUpNumber(
  asked: string,
  { session, store, connection, now }: SendingDeps,
): Promise<Result<NumberView>> {
  if (!session) return notConnected(connection);
  try {
    const phone = phoneOf(await session.lookUp(asked));
    if (phone === null) return ok({ phone: asked, exists: false, jid: null, lid: null, pictureUrl: null });
    store.contacts.confirmed(phone, now(), asked);
    const { lid, pictureUrl } = await session.describe(phone);
    return ok({ phone, exists: true, jid: phoneJid(phone), lid: lid && lidJid(lid), pictureUrl });
  } catch (error) {
    return notAnswered(error, connection);
  }
}

/** When this number and `to` (digits or a JID) last wrote to each other, epoch milliseconds. */
export function lastSpoke(to: string, store: Store): number | null {
  const lid = lidOf(to);
  const phone = lid ? store.contacts.phoneOfLid(lid) : store.contacts.knownAs(phoneOf(to) ?? to);
  const chatId = isGroup(to) ? to : phone ? phoneJid(phone) : to;
  return store.targets.lastSpoke(chatId);
}
