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

/** The same for a call without an instance: a list of one, in the spelling of webhooks. */
export function autoSentAnswer(message: SentMessage, instanceId: string) {
  const answer = {
    message_id: message.messageId,
    created_at: message.createdAt,
    instance_id: instanceId,
    from_phone: message.from ?? "",
    to_phone: message.to ?? message.chatId,
    message: message.text,
    message_type: message.messageType,
    status: message.status,
  };
  return [
    message.status === "failed" ? { ...answer, reason: message.reason ?? "WhatsApp refused the message" } : answer,
  ];
}

/** A message of the history. */
export function messageAnswer({ details, ...message }: StoredMessage) {
  const mediaType = isMediaType(message.type) ? message.type : null;
  const groupId = message.chatId.endsWith("@g.us") ? message.chatId : null;
  return { ...message, groupId, mediaUrl: null, mediaType, mimeType: null, fileName: null, ...details };
}
