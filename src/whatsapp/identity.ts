/**
 * Phones, LIDs and JIDs. WhatsApp addresses a person by phone (`<digits>@s.whatsapp.net`) or by a LID
 * (`<digits>@lid`), an opaque number that hides the phone; a device is added as `user:device@server`.
 */

/** Digits of a phone; null for anything that is not a phone JID. */
export function phoneOf(jid: string | null | undefined): string | null {
  return userOf(jid, "s.whatsapp.net") ?? userOf(jid, "c.us");
}

/** Digits of a LID; null for anything else. */
export function lidOf(jid: string | null | undefined): string | null {
  return userOf(jid, "lid");
}

export function isGroup(jid: string): boolean {
  return jid.endsWith("@g.us");
}

/** A channel: one side writes, nobody answers. */
export function isNewsletter(jid: string): boolean {
  return jid.endsWith("@newsletter");
}

export const phoneJid = (phone: string): string => `${phone}@s.whatsapp.net`;
export const lidJid = (lid: string): string => `${lid}@lid`;

/** A JID without its device: `123:4@lid` → `123@lid`. */
export function withoutDevice(jid: string): string {
  return jid.replace(/:\d+@/, "@");
}

function userOf(jid: string | null | undefined, server: string): string | null {
  const match = jid ? /^(\d+)(?:[.:_]\d+)*@(.+)$/.exec(jid) : null;
  return match?.[2] === server ? (match[1] ?? null) : null;
}
