/**
 * `proto.Message` → what the API reports of it. Kinds this version cannot carry are reported as unsupported, never
 * dropped; messages between a person's own devices (keys, history, settings) are no messages at all.
 */
import type { proto } from "../baileys.ts";
import { normalizeMessageContent } from "../baileys.ts";
import type { MessageContent, MessageType } from "../session.ts";

type Kind = readonly [field: keyof proto.IMessage, type: MessageType];

/** The first field that is present decides. */
const MEDIA: readonly Kind[] = [
  ["imageMessage", "image"],
  ["videoMessage", "video"],
  ["ptvMessage", "video"],
  ["audioMessage", "audio"],
  ["documentMessage", "document"],
  ["stickerMessage", "sticker"],
  ["locationMessage", "location"],
  ["liveLocationMessage", "location"],
  ["contactMessage", "contact"],
  ["contactsArrayMessage", "contact"],
];

/** Fields that carry no content for people. */
const SILENT: readonly (keyof proto.IMessage)[] = [
  "protocolMessage",
  "senderKeyDistributionMessage",
  "fastRatchetKeySenderKeyDistributionMessage",
  "messageContextInfo",
  "deviceSentMessage",
  "keepInChatMessage",
  "encReactionMessage",
];

interface Part {
  caption?: string | null;
  contextInfo?: proto.IContextInfo | null;
}

function quotedBy(context: proto.IContextInfo | null | undefined): MessageContent["quoted"] {
  if (!context?.stanzaId || !context.quotedMessage) return null;
  const text = normaliseContent(context.quotedMessage)?.text ?? "";
  return { messageId: context.stanzaId, text };
}

/** @returns null when the message is not for people: key exchange, settings, an empty shell. */
export function normaliseContent(message: proto.IMessage | null | undefined): MessageContent | null {
  const content = normalizeMessageContent(message);
  if (!content) return null;
  if (content.conversation) return { type: "text", text: content.conversation, quoted: null, unsupported: false };
  const extended = content.extendedTextMessage;
  if (extended) {
    return { type: "text", text: extended.text ?? "", quoted: quotedBy(extended.contextInfo), unsupported: false };
  }
  for (const [field, type] of MEDIA) {
    const part = content[field] as Part | null | undefined;
    if (part) return { type, text: part.caption ?? "", quoted: quotedBy(part.contextInfo), unsupported: false };
  }
  const present = Object.entries(content).filter(([, value]) => value !== null && value !== undefined);
  const forPeople = present.some(([field]) => !SILENT.includes(field as keyof proto.IMessage));
  return forPeople ? { type: "text", text: "", quoted: null, unsupported: true } : null;
}
