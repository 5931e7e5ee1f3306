import type { ContactCard } from "../session.ts";

/** WhatsApp writes the number as `waid=<digits>`; other apps only as a telephone number. */
const WAID = /waid=(\d{5,20})/;
const TEL = /^(?:item\d+\.)?TEL[^:\n]*:(.+)$/im;

/** The name and number of a vCard; whatever else it holds is not reported. */
export function contactCard(displayName: string | null | undefined, vcard: string | null | undefined): ContactCard {
  const text = vcard ?? "";
  const name = displayName || /^FN[^:\n]*:(.+)$/im.exec(text)?.[1]?.trim() || "";
  const digits = WAID.exec(text)?.[1] ?? TEL.exec(text)?.[1]?.replace(/\D/g, "");
  return { displayName: name, phoneNumber: digits || null };
}
