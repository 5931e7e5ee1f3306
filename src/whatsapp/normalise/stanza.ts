/** `<message>` stanza + decrypted payload → our message. */
import type { BinaryNode } from "../baileys.ts";
import { decodeMessageNode, proto, unpadRandomMax16 } from "../baileys.ts";
import { withoutDevice } from "../identity.ts";
import type { ReceivedMessage } from "../session.ts";
import { normaliseContent } from "./content.ts";

/** Our own addresses, which tell what is `fromMe`. */
export interface Me {
  id: string;
  lid: string;
}

/** Chats that are broadcasts, not conversations. */
const NOT_A_CHAT = /@(broadcast|newsletter)$/;

/**
 * @param padded the decrypted payload as Signal gave it, still padded.
 * @returns null for what is not a message for people (key exchange, history, status broadcasts).
 * @throws when the payload is no `proto.Message` or the stanza names no sender.
 */
export function normaliseStanza(stanza: BinaryNode, padded: Uint8Array, me: Me): ReceivedMessage | null {
  if (stanza.attrs.category === "peer") return null;
  const payload = unpadRandomMax16(padded);
  const decoded = proto.Message.decode(payload);
  const message = decoded.deviceSentMessage?.message ?? decoded;
  const content = normaliseContent(message);
  if (!content) return null;
  const { fullMessage } = decodeMessageNode(stanza, me.id, me.lid);
  const { key } = fullMessage;
  if (!key.remoteJid || !key.id || NOT_A_CHAT.test(key.remoteJid)) return null;
  const fromMe = key.fromMe === true;
  // Baileys gives the sender's other address, which for a copy of our own message is our own.
  const alt = fromMe ? (stanza.attrs.recipient_pn ?? stanza.attrs.recipient_lid) : key.remoteJidAlt;
  return {
    id: key.id,
    chatJid: withoutDevice(key.remoteJid),
    chatAltJid: alt ? withoutDevice(alt) : null,
    participantJid: key.participant ? withoutDevice(key.participant) : null,
    fromMe,
    pushName: fullMessage.pushName || null,
    sentAt: Number(stanza.attrs.t) * 1_000,
    content,
    payload: decoded.deviceSentMessage ? proto.Message.encode(message).finish() : payload,
  };
}
