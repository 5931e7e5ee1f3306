/** `<message>` stanza + decrypted payload → our message. */
import type { BinaryNode } from "../baileys.ts";
import { decodeMessageNode, proto } from "../baileys.ts";
import { isNewsletter, withoutDevice } from "../identity.ts";
import type { MessageLookups, ReceivedMessage, StanzaOrigin, Unavailable } from "../session.ts";
import { normaliseContent } from "./content.ts";
import { type Addressed, voteContext } from "./vote-context.ts";

/** Our own addresses, which tell what is `fromMe`. */
export interface Me {
  id: string;
  lid: string;
}

/** What people show to all their contacts for a day: addressed to nobody. */
const STATUS_UPDATES = "status@broadcast";
const BROADCAST = /@broadcast$/;

/** The other address of whom we wrote to; WhatsApp's web client sends both forms. */
const recipientAlt = (attrs: BinaryNode["attrs"]): string | undefined =>
  attrs.peer_recipient_pn ?? attrs.peer_recipient_lid ?? attrs.recipient_pn ?? attrs.recipient_lid;

/** Which message a stanza carries; null when it belongs to no conversation. */
export function originOf(stanza: BinaryNode, me: Me): StanzaOrigin | null {
  return originIn(decodeMessageNode(stanza, me.id, me.lid).fullMessage.key);
}

/** What somebody sends to a broadcast list reaches each of its people as a message in their own chat. */
export function originIn({ id, remoteJid, participant, fromMe }: proto.IMessageKey): StanzaOrigin | null {
  if (!remoteJid || !id || remoteJid === STATUS_UPDATES) return null;
  const writer = participant ? withoutDevice(participant) : null;
  if (!BROADCAST.test(remoteJid)) return { id, chatJid: withoutDevice(remoteJid), participantJid: writer };
  return writer === null || fromMe ? null : { id, chatJid: writer, participantJid: null };
}

/** All that a stanza says of a message beside its content; null when it belongs to no conversation. */
function envelopeOf(stanza: BinaryNode, me: Me): (Addressed & Omit<ReceivedMessage, "content" | "payload">) | null {
  const { fullMessage } = decodeMessageNode(stanza, me.id, me.lid);
  const { key } = fullMessage;
  const origin = originIn(key);
  if (!origin) return null;
  const fromMe = key.fromMe === true;
  const sender = key.participantAlt ?? key.remoteJidAlt;
  // In a chat the sender of a copy of our own message is ourselves: its other address is not the chat's.
  const isCopy = fromMe && !key.participant;
  const alt = isCopy ? recipientAlt(stanza.attrs) : sender;
  return {
    ...origin,
    altJid: alt ? withoutDevice(alt) : null,
    fromMe,
    pushName: fullMessage.pushName || null,
    sentAt: Number(stanza.attrs.t) * 1_000,
  };
}

/**
 * @param payload the decrypted `proto.Message`, without its padding
 * @param lookups knows the poll that a vote is for
 * @returns null for what is not a message for people (key exchange, history, people's status updates).
 * @throws when the payload is no `proto.Message` or the stanza names no sender.
 */
export function normaliseStanza(
  stanza: BinaryNode,
  payload: Uint8Array,
  me: Me,
  lookups: Pick<MessageLookups, "poll">,
): ReceivedMessage | null {
  if (stanza.attrs.category === "peer") return null;
  const decoded = proto.Message.decode(payload);
  const message = decoded.deviceSentMessage?.message ?? decoded;
  const envelope = envelopeOf(stanza, me);
  const content = envelope && normaliseContent(message, voteContext(envelope, me, lookups));
  if (!content) return null;
  return {
    ...envelope,
    content,
    payload: decoded.deviceSentMessage ? proto.Message.encode(message).finish() : payload,
  };
}

/** A message of whose content this device has nothing; null when it belongs to no conversation. */
export function withoutContent(stanza: BinaryNode, why: Unavailable, me: Me): ReceivedMessage | null {
  if (stanza.attrs.category === "peer") return null;
  const envelope = envelopeOf(stanza, me);
  // Channels also tell of reactions and views in stanzas without content.
  if (!envelope || isNewsletter(envelope.chatJid)) return null;
  const details = { unavailable: why, ...(why === "view_once" && { viewOnce: true as const }) };
  const content = { type: "text", text: "", quoted: null, unsupported: true, details } as const;
  return { ...envelope, content, payload: new Uint8Array(0) };
}
