/** Who a message goes to: from what the caller wrote to the address WhatsApp wants. */
import { ok, type Result, refuse } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { isGroup, lidJid, lidOf, phoneJid, phoneOf } from "../whatsapp/identity.ts";

export interface Recipient {
  /** Canonical chat id. */
  chatId: string;
  /** JID to send to. */
  address: string;
  /** Digits; null when only a LID is known. */
  phone: string | null;
}

export interface RecipientDeps {
  store: Store;
  /** Asks WhatsApp; digits in, phone JID or null out. */
  lookUp: (phone: string) => Promise<string | null>;
  now: () => number;
}

/**
 * Resolves `to` (digits, phone JID or LID). A phone this number never dealt with is checked first, because WhatsApp
 * takes messages to numbers that do not exist without a word. WhatsApp may know the phone under other digits (older
 * Brazilian and Mexican numbers); those are the ones used, and remembered: it sees every question.
 */
export async function resolveRecipient(to: string, { store, lookUp, now }: RecipientDeps): Promise<Result<Recipient>> {
  if (isGroup(to)) return ok({ chatId: to, address: to, phone: null });
  const lid = lidOf(to);
  if (lid) {
    const phone = store.contacts.phoneOfLid(lid);
    return ok({ chatId: phone ? phoneJid(phone) : lidJid(lid), address: lidJid(lid), phone });
  }
  const asked = phoneOf(to) ?? to;
  if (store.contacts.isKnownOnWhatsApp(asked, now())) return ok(byPhone(asked));
  const other = store.contacts.knownAs(asked);
  if (other !== asked && store.contacts.isKnownOnWhatsApp(other, now())) return ok(byPhone(other));
  const found = phoneOf(await lookUp(asked));
  if (found === null) {
    return refuse("not_on_whatsapp", `The number ${asked} is not on WhatsApp; nothing was sent.`, {
      hint: "Check the country code and the digits.",
    });
  }
  store.contacts.confirmed(found, now(), asked);
  return ok(byPhone(found));
}

const byPhone = (phone: string): Recipient => ({ chatId: phoneJid(phone), address: phoneJid(phone), phone });
