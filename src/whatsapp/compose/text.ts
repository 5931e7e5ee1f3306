import { proto } from "../baileys.ts";

/** A plain text as WhatsApp's own clients send it. @returns the encoded `proto.Message` */
export function composeText(text: string): Uint8Array {
  return proto.Message.encode({ extendedTextMessage: { text } }).finish();
}
