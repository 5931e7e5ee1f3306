/** Sending messages and reading the history. */
import { z } from "@hono/zod-openapi";
import { PhoneSchema, RecipientSchema, SuccessSchema, TimeSchema } from "./common.ts";
import { LIMITS } from "./limits.ts";

const MESSAGE_TYPES = [
  "text",
  "image",
  "video",
  "document",
  "audio",
  "buttons",
  "list",
  "location",
  "contact",
] as const;

/** A kind of outgoing message. */
export type MessageType = (typeof MESSAGE_TYPES)[number];

const TextSchema = z.string("Use a text").max(LIMITS.textCharacters, `Use at most ${LIMITS.textCharacters} characters`);

const sendFields = z.object({
  to: RecipientSchema.optional().openapi({
    description: "The recipient: phone number with country code, or a chat id",
    example: "60123456789",
  }),
  to_phone: RecipientSchema.optional().openapi({ description: "Another name for `to`", example: "60123456789" }),
  message: TextSchema.optional().openapi({
    description: "The text, or the caption of a medium",
    example: "Hello! How can I help you today?",
  }),
  text: TextSchema.optional().openapi({ description: "Another name for `message`", example: "Choose an option" }),
  messageType: z.enum(MESSAGE_TYPES).optional().openapi({
    description:
      "The kind of message. Left out, it follows from the other fields: `buttons`, `sections`, `mediaUrl` and so on.",
    default: "text",
    example: "text",
  }),
  mediaUrl: z.string().optional().openapi({
    description: "Where the medium is; needed for image, video, document and audio",
    example: "https://example.com/photo.jpg",
  }),
  mimeType: z.string().optional().openapi({ description: "MIME type of the medium", example: "application/pdf" }),
  fileName: z.string().optional().openapi({ description: "Name shown for a document", example: "report.pdf" }),
  ptt: z.boolean().optional().openapi({ description: "Send audio as a voice note", default: true }),
  footer: z
    .string()
    .optional()
    .openapi({ description: "Small print below buttons and lists", example: "Powered by Wasup" }),
  buttons: z
    .array(
      z.object({
        id: z.string().optional().openapi({ example: "btn_yes" }),
        text: z.string().optional().openapi({ example: "Yes" }),
      }),
    )
    .optional()
    .openapi({ description: "Up to 3 quick replies with titles of at most 20 characters" }),
  title: z.string().optional().openapi({ description: "Heading of a list", example: "Our Services" }),
  buttonText: z
    .string()
    .optional()
    .openapi({ description: "Label of the button that opens a list", default: "Menu", example: "View Options" }),
  sections: z
    .array(
      z.object({
        title: z.string().optional().openapi({ example: "Services" }),
        rows: z
          .array(
            z.object({
              title: z.string().optional().openapi({ example: "Consulting" }),
              id: z.string().optional().openapi({ example: "consulting" }),
              description: z.string().optional().openapi({ example: "Expert advice" }),
            }),
          )
          .optional(),
      }),
    )
    .optional()
    .openapi({ description: "The sections of a list, of which one row can be chosen" }),
  latitude: z.number().optional().openapi({ format: "double", description: "Latitude of a location", example: 3.1577 }),
  longitude: z
    .number()
    .optional()
    .openapi({ format: "double", description: "Longitude of a location", example: 101.7117 }),
  locationName: z.string().optional().openapi({ description: "Name of the place", example: "Petronas Twin Towers" }),
  locationAddress: z
    .string()
    .optional()
    .openapi({ description: "Address of the place", example: "KLCC, Kuala Lumpur" }),
  contactCard: z
    .object({
      displayName: z.string().optional().openapi({ example: "John Doe" }),
      phoneNumber: z.string().optional().openapi({ example: "+60123456789" }),
    })
    .optional()
    .openapi({ description: "The card of a contact message" }),
  typingSimulation: z.boolean().optional().openapi({ description: "For this message: show “typing…” or not" }),
  delayEnabled: z.boolean().optional().openapi({ description: "For this message: pause like a person or not" }),
  contactName: z
    .string()
    .optional()
    .openapi({ description: "Name under which the recipient is saved", example: "Unknown User" }),
  skipContactSave: z
    .boolean()
    .optional()
    .openapi({ description: "Do not save the recipient as a contact", default: false }),
});

/** The fields that decide the kind of a message whose `messageType` was left out. */
type KindFields = Pick<
  z.output<typeof sendFields>,
  "messageType" | "buttons" | "sections" | "mediaUrl" | "mimeType" | "latitude" | "contactCard"
>;

/** The kind of a message: the one named, or the one its fields imply. */
export function messageTypeOf(body: KindFields): MessageType {
  if (body.messageType !== undefined) return body.messageType;
  if (body.buttons !== undefined && body.buttons.length > 0) return "buttons";
  if (body.sections !== undefined && body.sections.length > 0) return "list";
  if (body.mediaUrl !== undefined) {
    const family = body.mimeType?.split("/")[0];
    return family === "image" || family === "video" || family === "audio" ? family : "document";
  }
  if (body.latitude !== undefined) return "location";
  return body.contactCard === undefined ? "text" : "contact";
}

/** A phone number and the chat id made of it name the same person. */
const withoutPhoneHost = (recipient: string) => recipient.replace(/@s\.whatsapp\.net$/, "");

/** Body of POST …/send. Aliases are merged and the kind is decided: `to`, `text` and `messageType` come out. */
export const SendMessageSchema = sendFields
  .openapi("SendMessageBody", { example: { to: "60123456789", message: "Hello from Wasup" } })
  .transform((body, context) => {
    const issue = (path: string, message: string) => {
      context.addIssue({ code: "custom", path: [path], message });
      return z.NEVER;
    };
    const to = body.to ?? body.to_phone;
    const text = body.message ?? body.text ?? "";
    const messageType = messageTypeOf(body);
    if (to === undefined) return issue("to", "Name the recipient: a phone number with country code or a chat id");
    if (body.to_phone !== undefined && withoutPhoneHost(body.to_phone) !== withoutPhoneHost(to))
      return issue("to_phone", "Give only one of to and to_phone");
    if (body.text !== undefined && body.text !== text) return issue("text", "Give only one of message and text");
    if (messageType === "text" && text.trim() === "") return issue("message", "Write the text to send");
    return { to, text, messageType };
  });

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
  messageId: z.string().openapi({ description: "WhatsApp's id of the message", example: "3EB0B430A7F9B1D2" }),
  status: z.enum(["sent", "pending", "failed"]).openapi({
    description:
      "`sent`: WhatsApp has it. `pending`: stored, goes out by itself. `failed`: not sent, see `result.reason`.",
    example: "sent",
  }),
  code: z.string().optional().openapi({ description: "Why it failed, for machines; only when `success` is false" }),
  whatsappCode: z
    .int()
    .nullable()
    .optional()
    .openapi({ type: ["integer", "null"], description: "WhatsApp's own error code; only when `success` is false" }),
  result: SendResultSchema,
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
    timestamp: TimeSchema,
    status: z
      .enum(["pending", "sent", "delivered", "read", "played", "failed", "received"])
      .openapi({ example: "delivered" }),
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
