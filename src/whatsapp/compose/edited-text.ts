import { normalizeMessageContent, proto } from "../baileys.ts";

/** A stored message with another text or caption; null for a kind that has none to change. */
export function withText(payload: Uint8Array, text: string): proto.IMessage | null {
  const content = normalizeMessageContent(proto.Message.decode(payload));
  if (content?.conversation || content?.extendedTextMessage) return { extendedTextMessage: { text } };
  if (content?.imageMessage) return { imageMessage: { ...content.imageMessage, caption: text } };
  if (content?.videoMessage) return { videoMessage: { ...content.videoMessage, caption: text } };
  if (content?.documentMessage) return { documentMessage: { ...content.documentMessage, caption: text } };
  return null;
}
