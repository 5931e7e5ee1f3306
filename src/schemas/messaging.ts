/** What became of messages, and the history. */
import { z } from "@hono/zod-openapi";
import { PhoneSchema, SuccessSchema, TimeSchema } from "./common.ts";
import { LIMITS } from "./limits.ts";
import { FileSchema } from "./media.ts";
import { messageDetails } from "./message-details.ts";

/** What became of a message. */
export const SendResultSchema = z
  .object({
    sent: z.boolean().openapi({ description: "False when nothing reached WhatsApp", example: true }),
    delay: z
      .int()
      .optional()
      .openapi({ type: "integer", description: "Milliseconds waited before sending", example: 3_500 }),
    typingSimulation: z.boolean().optional().openapi({ description: "Whether “typing…” was shown", example: false }),
    delayEnabled: z.boolean().optional().openapi({ description: "Whether a human pause was made", example: false }),
    reason: z.string().optional().openapi({ description: "Why the message was not sent" }),
    waitTime: z.int().optional().openapi({
      type: "integer",
      description: "Milliseconds after which it may be tried again, when limits blocked it",
    }),
  })
  .openapi("SendResult");

/** The answer of POST …/send. */
export const SentSchema = z.object({
  success: z.boolean().openapi({ description: "False when the message was blocked or refused", example: true }),
  messageType: z.string().openapi({ example: "text" }),
  messageId: z
    .string()
    .nullable()
    .openapi({
      type: ["string", "null"],
      description: "WhatsApp's id of the message; null when it was held back",
      example: "3EB0B430A7F9B1D2",
    }),
  status: z.enum(["sent", "pending", "failed", "blocked"]).openapi({
    description:
      "`sent`: WhatsApp has it. `pending`: stored, goes out by itself. `failed`: not sent, see `result.reason`. " +
      "`blocked`: held back by the limits of the instance, nothing is stored; try again after `result.waitTime`.",
    example: "sent",
  }),
  code: z.string().optional().openapi({ description: "Why it failed, for machines; only when `success` is false" }),
  hint: z.string().optional().openapi({ description: "What to do when it was held back" }),
  retryAt: TimeSchema.nullable()
    .optional()
    .openapi({ description: "When a held back message may be tried again; null: not before somebody acts" }),
  whatsappCode: z
    .int()
    .nullable()
    .optional()
    .openapi({ type: ["integer", "null"], description: "WhatsApp's own error code; only when `success` is false" }),
  result: SendResultSchema,
});

/** The answer of POST /api/send: a list of one. */
export const AutoSentSchema = z.array(
  z.object({
    message_id: z.string().openapi({ description: "WhatsApp's id of the message", example: "3EB0B430A7F9B1D2" }),
    created_at: TimeSchema,
    instance_id: z.string().openapi({ description: "The instance that was chosen", example: "wa_lxyz123_abc45" }),
    from_phone: z.string().openapi({ example: "60111111111" }),
    to_phone: z.string().openapi({ description: "Digits, or the chat id", example: "60123456789" }),
    message: z.string().openapi({ example: "Hello from Wasup" }),
    message_type: z.string().openapi({ example: "text" }),
    status: z.enum(["sent", "pending", "rate_limited", "failed"]).openapi({ example: "sent" }),
    reason: z.string().optional().openapi({ description: "Why it was not sent" }),
    code: z.string().optional().openapi({ description: "With `rate_limited`: which rule held it back" }),
    hint: z.string().optional().openapi({ description: "With `rate_limited`: what to do" }),
    wait_time: z.int().optional().openapi({ type: "integer", description: "Milliseconds after which to try again" }),
    retry_at: TimeSchema.nullable().optional().openapi({ description: "The same as a time" }),
  }),
);

/** The answer of POST …/react. */
export const ReactedSchema = z.object({
  success: z.boolean().openapi({ description: "False when WhatsApp refused it", example: true }),
  emoji: z.string().openapi({ example: "🔥" }),
  messageId: z.string().openapi({ description: "The message reacted to", example: "3EB0DAC5F4A2E1B7" }),
  reason: z.string().optional().openapi({ description: "Why WhatsApp refused it" }),
});

/** The answer of POST /api/react. */
export const AutoReactedSchema = ReactedSchema.extend({
  instance_id: z.string().openapi({ description: "The instance that was chosen", example: "wa_lxyz123_abc45" }),
});

/** The answer of GET …/numbers/{phone}. */
export const NumberSchema = z.object({
  success: SuccessSchema,
  phone: z.string().openapi({ description: "The digits WhatsApp knows it by", example: "447393002183" }),
  exists: z.boolean().openapi({ description: "Whether it is on WhatsApp", example: true }),
  jid: z.string().nullable().openapi({ example: "447393002183@s.whatsapp.net" }),
  lid: z.string().nullable().openapi({ description: "Its hidden id", example: "190000000007919@lid" }),
  pictureUrl: z.string().nullable().openapi({ description: "Null when there is none, or none for us", example: null }),
});

/** Query of GET …/messages. */
export const MessageQuerySchema = z.object({
  direction: z
    .enum(["inbound", "outbound"])
    .optional()
    .openapi({ description: "Only one direction; both when left out" }),
  limit: z.coerce.number().int().min(1).max(LIMITS.pageRows).default(50).openapi({ description: "How many at most" }),
  since: z.iso
    .datetime({ offset: true, error: "Use an ISO 8601 time such as 2026-01-29T00:00:00.000Z (write + as %2B)" })
    .transform((text) => new Date(text).toISOString())
    .optional()
    .openapi({
      type: "string",
      format: "date-time",
      description: "Only messages after this time",
      example: "2026-01-29T00:00:00.000Z",
    }),
  phone: PhoneSchema.optional().openapi({ description: "Only messages with this number", example: "447393002183" }),
  q: z
    .string()
    .min(1)
    .max(LIMITS.searchCharacters)
    .optional()
    .openapi({ description: "Only messages whose text contains this, in any case", example: "order" }),
  cursor: z
    .string()
    .min(1)
    .max(LIMITS.cursorCharacters)
    .optional()
    .openapi({ description: "`next` of the page before" }),
});

const MEDIA_TYPES = ["image", "video", "audio", "document", "sticker"] as const;

/** A message of the history. */
export const MessageSchema = z
  .object({
    id: z.string().openapi({ description: "WhatsApp's id", example: "3EB0B430A7F9B1D2" }),
    direction: z.enum(["inbound", "outbound"]).openapi({ example: "inbound" }),
    chatId: z.string().openapi({ description: "The chat it belongs to", example: "447393002183@s.whatsapp.net" }),
    from: z
      .string()
      .nullable()
      .openapi({ description: "Sender's number; null when WhatsApp hides it", example: "447393002183" }),
    to: z
      .string()
      .nullable()
      .openapi({ description: "Recipient's number; null for groups or hidden numbers", example: "60123456789" }),
    fromLid: z.string().nullable().openapi({ description: "Sender's hidden id, when that is known", example: null }),
    pushName: z.string().nullable().openapi({ description: "The sender's own name", example: "Ana" }),
    type: z.string().openapi({ description: "The kind of message", example: "text" }),
    text: z.string().openapi({ example: "Hello, I need help with my order" }),
    mediaUrl: z
      .string()
      .nullable()
      .openapi({ description: "Where the medium can be downloaded, once it is stored", example: null }),
    mediaType: z
      .enum(MEDIA_TYPES)
      .nullable()
      .openapi({ description: "The kind of medium; null without one", example: null }),
    mimeType: z.string().nullable().openapi({ description: "MIME type of the medium", example: null }),
    fileName: z.string().nullable().openapi({ description: "Name of a document", example: null }),
    quoted: z
      .object({ messageId: z.string(), text: z.string() })
      .nullable()
      .openapi({ description: "What it quotes", example: null }),
    groupId: z.string().nullable().openapi({ description: "The group it was written in", example: null }),
    participant: z
      .string()
      .nullable()
      .openapi({ description: "Who wrote it, in a group: the chat id of a person", example: null }),
    unsupported: z
      .boolean()
      .openapi({ description: "A kind of message that cannot be shown; its text is empty", example: false }),
    editedAt: TimeSchema.nullable().openapi({ description: "When its text was replaced", example: null }),
    deletedAt: TimeSchema.nullable().openapi({ description: "When it was taken back by its writer", example: null }),
    media: FileSchema.nullable().openapi({ description: "Its file" }),
    ...messageDetails,
    timestamp: TimeSchema,
    status: z.enum(["pending", "sent", "delivered", "read", "played", "failed", "received"]).openapi({
      description: "How far it came; in a group as far as for all its members. `received` for incoming ones",
      example: "delivered",
    }),
    failure: z
      .object({
        code: z
          .int()
          .nullable()
          .openapi({ type: ["integer", "null"], description: "WhatsApp's code, if it gave one", example: 463 }),
        reason: z.string().nullable().openapi({ example: "WhatsApp restricts this number from starting new chats" }),
      })
      .nullable()
      .openapi({ description: "Why it failed; null unless it did", example: null }),
    source: z.enum(["api", "reply", "phone"]).nullable().openapi({
      description: "Who wrote an outgoing message: a call, a webhook's reply, or the phone",
      example: null,
    }),
  })
  .openapi("Message");

/** True for the kinds of message that carry a file. */
export function isMediaType(type: string): type is (typeof MEDIA_TYPES)[number] {
  return (MEDIA_TYPES as readonly string[]).includes(type);
}

/** The answer of GET …/messages. */
export const MessageListSchema = z.object({
  success: SuccessSchema,
  count: z.int().openapi({ type: "integer", description: "Messages in this answer", example: 1 }),
  messages: z.array(MessageSchema).openapi({ description: "Newest first" }),
  next: z.string().nullable().openapi({ description: "Cursor of the following page; null on the last", example: null }),
});
