import type { Context } from "hono";
import type { MediaView, SentMessage, StoredMessage } from "../durable/rpc.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { isMediaType } from "../schemas/messaging.ts";

/** What became of a message; a refusal, by the rules or by WhatsApp, is an answer with `success: false`, not an error. */
export function sentAnswer(message: SentMessage) {
  const {
    messageType,
    messageId,
    status,
    delayMs: delay,
    blocked,
    typingSimulation = false,
    delayEnabled = false,
  } = message;
  if (status !== "failed") {
    return {
      success: true,
      messageType,
      messageId,
      status,
      result: { sent: true, delay, typingSimulation, delayEnabled },
    };
  }
  const reason = message.reason ?? "WhatsApp refused the message";
  if (blocked) {
    const { code, hint, waitMs, retryAt } = blocked;
    const result = { sent: false, reason, ...(waitMs === null ? {} : { waitTime: waitMs }) };
    return { success: false, messageType, messageId: null, status: "blocked" as const, code, hint, retryAt, result };
  }
  const result = { sent: false, reason, delay, typingSimulation, delayEnabled };
  return { success: false, messageType, messageId, status, code: "send_failed", whatsappCode: message.code, result };
}

/** What goes with a send that was held back: the header with the wait in whole seconds, and a mark for idempotency. */
export function retryAfter(c: Context<AppEnv>, { blocked, status }: SentMessage): Record<string, string> {
  if (status === "pending") c.set("sending", "pending");
  if (!blocked) return {};
  c.set("sending", "held_back");
  return blocked.waitMs === null ? {} : { "Retry-After": String(Math.ceil(blocked.waitMs / 1_000)) };
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
  const { blocked, status } = message;
  if (status !== "failed") return [answer];
  const reason = message.reason ?? "WhatsApp refused the message";
  if (!blocked) return [{ ...answer, reason }];
  const { code, hint, waitMs, retryAt } = blocked;
  const held = { message_id: "", status: "rate_limited" as const, reason, code, hint, retry_at: retryAt };
  return [{ ...answer, ...held, ...(waitMs === null ? {} : { wait_time: waitMs }) }];
}

/** A message of the history. @param base of public links */
export function messageAnswer({ details, media, ...message }: StoredMessage, base: string) {
  const mediaType = isMediaType(message.type) ? message.type : null;
  const groupId = message.chatId.endsWith("@g.us") ? message.chatId : null;
  const { mimeType = null, fileName = null, link = null } = media ?? {};
  const mediaUrl = link === null ? null : `${base}${link}`;
  return {
    ...message,
    groupId,
    mediaUrl,
    mediaType,
    mimeType,
    fileName,
    media: fileAnswer(media, mediaUrl),
    ...details,
  };
}

function fileAnswer(media: MediaView | null, downloadUrl: string | null) {
  if (media === null) return null;
  const { link: _, ...file } = media;
  return { ...file, downloadUrl };
}
