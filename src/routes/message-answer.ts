import type { SentMessage, StoredMessage } from "../durable/rpc.ts";
import { isMediaType } from "../schemas/messaging.ts";

/** What became of a message; a refusal by WhatsApp is an answer with `success: false`, not an error. */
export function sentAnswer(message: SentMessage) {
  const { messageType, messageId, status, delayMs: delay } = message;
  if (status !== "failed") {
    const result = { sent: true, delay, typingSimulation: false, delayEnabled: false };
    return { success: true, messageType, messageId, status, result };
  }
  const reason = message.reason ?? "WhatsApp refused the message";
  const result = { sent: false, reason, delay, typingSimulation: false, delayEnabled: false };
  return { success: false, messageType, messageId, status, code: "send_failed", whatsappCode: message.code, result };
}

/** A message of the history. */
export function messageAnswer(message: StoredMessage) {
  const mediaType = isMediaType(message.type) ? message.type : null;
  return { ...message, mediaUrl: null, mediaType, mimeType: null, fileName: null };
}
