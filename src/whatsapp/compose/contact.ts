import type { proto } from "../baileys.ts";
import { type ComposeContext, contextInfo } from "./context.ts";

/** vCard 3.0 (RFC 2426): backslash, comma and semicolon are escaped, a line break would begin a new field. */
const escaped = (text: string): string => text.replace(/[\\,;]/g, "\\$&").replace(/[\r\n]+/g, " ");

/** `waid` is what makes WhatsApp offer the chat with that number. */
export function vCard(displayName: string, phone: string): string {
  const name = escaped(displayName);
  return [
    "BEGIN:VCARD",
    "VERSION:3.0",
    `N:;${name};;;`,
    `FN:${name}`,
    `TEL;type=CELL;type=VOICE;waid=${phone}:+${phone}`,
    "END:VCARD",
  ].join("\n");
}

/** @param card `phoneNumber` as digits */
export function composeContact(
  { displayName, phoneNumber }: { displayName: string; phoneNumber: string },
  context: ComposeContext,
): proto.IMessage {
  return { contactMessage: { displayName, vcard: vCard(displayName, phoneNumber), ...contextInfo(context) } };
}
