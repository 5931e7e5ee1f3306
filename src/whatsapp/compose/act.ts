/** Messages about other messages: reactions, edits, deletions. */
import { proto } from "../baileys.ts";

/** How WhatsApp names a message from our point of view. */
export interface MessageTarget {
  id: string;
  /** JID of its chat as it was addressed. */
  chatJid: string;
  fromMe: boolean;
  /** JID of who wrote it, for messages of others in a group. */
  participantJid: string | null;
}

const keyOf = ({ id, chatJid, fromMe, participantJid }: MessageTarget): proto.IMessageKey => ({
  id,
  remoteJid: chatJid,
  fromMe,
  ...(participantJid && !fromMe && { participant: participantJid }),
});

/** @param emoji empty to take the reaction back */
export function composeReaction(target: MessageTarget, emoji: string, now: number): proto.IMessage {
  return { reactionMessage: { key: keyOf(target), text: emoji, senderTimestampMs: now } };
}

export function composeEdit(target: MessageTarget, content: proto.IMessage, now: number): proto.IMessage {
  const type = proto.Message.ProtocolMessage.Type.MESSAGE_EDIT;
  return { protocolMessage: { key: keyOf(target), type, editedMessage: content, timestampMs: now } };
}

export function composeDelete(target: MessageTarget): proto.IMessage {
  return { protocolMessage: { key: keyOf(target), type: proto.Message.ProtocolMessage.Type.REVOKE } };
}
