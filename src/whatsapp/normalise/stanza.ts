/** `<message>` stanza + decrypted payload → our message. */
import type { BinaryNode } from "../baileys.ts";
import { decodeMessageNode, proto, unpadRandomMax16 } from "../baileys.ts";
import { withoutDevice } from "../identity.ts";
import type { MessageLookups, ReceivedMessage, StanzaOrigin } from "../session.ts";
import { normaliseContent } from "./content.ts";

/** Our own addresses, which tell what is `fromMe`. */
export interface Me {
  id: string;
  lid: string;
}

/** Chats that are broadcasts, not conversations. */
const NOT_A_CHAT = /@(broadcast|newsletter)$/;

/** The other address of whom we wrote to; WhatsApp's web client sends both forms. */
const recipientAlt = (attrs: BinaryNode["attrs"]): string | undefined =>
  attrs.peer_recipient_pn ?? attrs.peer_recipient_lid ?? attrs.recipient_pn ?? attrs.recipient_lid;

const bare = (jids: readonly (string | null | undefined)[]): string[] =>
  jids.flatMap((jid) => (jid ? [withoutDevice(jid)] : []));

/** Which message a stanza carries; null when it belongs to no conversation. */
export function originOf(stanza: BinaryNode, me: Me): StanzaOrigin | null {
  return originIn(decodeMessageNode(stanza, me.id, me.lid).fullMessage.key);
}

function originIn({ id, remoteJid, participant }: proto.IMessageKey): StanzaOrigin | null {
  if (!remoteJid || !id || NOT_A_CHAT.test(remoteJid)) return null;
  return {
    id,
    chatJid: withoutDevice(remoteJid),
    participantJid: participant ? withoutDevice(participant) : null,
  };
}

/**
 * @param lookups knows the poll that a vote is for
 * @param padded the decrypted payload as Signal gave it, still padded.
 * @returns null for what is not a message for people (key exchange, history, status broadcasts).
 * @throws when the payload is no `proto.Message` or the stanza names no sender.
 */
export function normaliseStanza(
  stanza: BinaryNode,
  padded: Uint8Array,
  me: Me,
  lookups: Pick<MessageLookups, "poll">,
): ReceivedMessage | null {
  if (stanza.attrs.category === "peer") return null;
  const payload = unpadRandomMax16(padded);
  const decoded = proto.Message.decode(payload);
  const message = decoded.deviceSentMessage?.message ?? decoded;
  const { fullMessage } = decodeMessageNode(stanza, me.id, me.lid);
  const { key } = fullMessage;
  const origin = originIn(key);
  if (!origin) return null;
  const fromMe = key.fromMe === true;
  const sender = key.participantAlt ?? key.remoteJidAlt;
  // In a chat the sender of a copy of our own message is ourselves: its other address is not the chat's.
  const isCopy = fromMe && !key.participant;
  const alt = isCopy ? recipientAlt(stanza.attrs) : sender;
  const content = normaliseContent(message, {
    findPoll(messageId) {
      const poll = lookups.poll(messageId, origin.chatJid);
      return poll && { payload: poll.payload, creatorJids: poll.creatorJids ?? bare([me.lid, me.id]) };
    },
    voterJids: fromMe ? bare([me.lid, me.id]) : bare([origin.participantJid ?? origin.chatJid, alt]),
  });
  if (!content) return null;
  return {
    ...origin,
    altJid: alt ? withoutDevice(alt) : null,
    fromMe,
    pushName: fullMessage.pushName || null,
    sentAt: Number(stanza.attrs.t) * 1_000,
    content,
    payload: decoded.deviceSentMessage ? proto.Message.encode(message).finish() : payload,
  };
}
