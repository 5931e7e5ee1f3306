/** The fields of `message` and `message.sent`: the contract's `WebhookPayload`, flat, with what we add to it. */
import { z } from "@hono/zod-openapi";
import { nullable, text } from "./payload-fields.ts";
import { UnavailableSchema } from "./unavailable.ts";

const messageRef = z.object({ message_id: text("The message it is about", "3EB0A9253FA64269E11C9D") });
const card = z.object({ display_name: z.string(), phone_number: z.string().nullable() });

/** What a message may say beyond its text; each only there when the message has it. */
const detailFields = {
  location: z
    .object({
      latitude: z.number(),
      longitude: z.number(),
      name: z.string().nullable(),
      address: z.string().nullable(),
      live: z.boolean(),
    })
    .optional()
    .openapi({ description: "A place, in degrees" }),
  contact: card.optional().openapi({ description: "A contact card" }),
  contacts: z.array(card).optional().openapi({ description: "All cards, when there are several" }),
  reaction: messageRef
    .extend({ emoji: z.string() })
    .optional()
    .openapi({ description: "A reaction; an empty emoji takes it back" }),
  button_reply: z
    .object({ id: z.string(), text: z.string() })
    .optional()
    .openapi({ description: "A button was chosen" }),
  list_reply: z.object({ id: z.string(), title: z.string() }).optional().openapi({ description: "A row was chosen" }),
  poll: z
    .object({ question: z.string(), options: z.array(z.string()), selectable_count: z.int() })
    .optional()
    .openapi({ description: "A poll" }),
  poll_vote: messageRef
    .extend({ options: z.array(z.string()).nullable() })
    .optional()
    .openapi({ description: "A vote: the options now chosen; null when the poll is not stored" }),
  edited: messageRef.optional().openapi({ description: "This text replaces that of another message" }),
  deleted: messageRef.optional().openapi({ description: "Another message was taken back" }),
  album: z.object({ images: z.int(), videos: z.int() }).optional().openapi({ description: "So many files follow" }),
  album_id: z.string().optional().openapi({ description: "The album a file belongs to" }),
  forwarded: z.literal(true).optional(),
  view_once: z.literal(true).optional(),
  ephemeral: z.literal(true).optional(),
  unavailable: UnavailableSchema,
  recovered: z.literal(true).optional().openapi({
    description:
      "The content of a message that was told without it (`unavailable`) before, under the same `message_id`",
  }),
  mentions: z.array(z.string()).optional().openapi({ description: "Digits of the people mentioned; LIDs as `…@lid`" }),
  unsupported: z
    .literal(true)
    .optional()
    .openapi({ description: "A kind this version can't show; `message` is empty" }),
};

const file = z.object({
  id: z.string(),
  status: z.enum(["pending", "stored", "failed"]).openapi({
    description: "`failed`: not there (so far); it is fetched again by itself, and by `POST …/media/{mediaId}/retry`",
  }),
  downloadUrl: z.string().nullable(),
  mimeType: z.string().nullable(),
  size: z.int().nullable(),
  sha256: z.string().nullable(),
  fileName: z.string().nullable(),
  seconds: z.int().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
});

/** What `message.media` tells of a file. */
export const fileFields = {
  media_id: text("Id of the file, for `GET …/media/{mediaId}`", "9f86d081884c7d659a2feaa0c55ad015"),
  media_url: nullable(z.string(), "Where the file can be downloaded; null while it is not there", null),
  mime_type: nullable(z.string(), "MIME type of the file", "image/jpeg"),
  file_name: nullable(z.string(), "Name of a document", null),
  media: file.openapi({ description: "The file, and how it stands" }),
};

/** The kinds of the contract; finer ones are in `type`. */
const mediaType = z
  .enum(["text", "image", "video", "audio", "document", "sticker", "location", "contact"])
  .openapi({ description: "The kind of message", example: "text" });

/** What both directions have. */
const common = {
  message_id: text("WhatsApp's id", "3EB0A9253FA64269E11C9D"),
  from_phone: nullable(z.string(), "Digits of the sender; null when WhatsApp only tells a LID", "447835156367"),
  to_phone: nullable(z.string(), "Digits of the recipient; null for a group or a hidden phone", "358942721757"),
  message: z.string().openapi({ description: "Text or caption; empty when there is none", example: "Hello!" }),
  media_type: mediaType,
  type: text("The kind, finer than `media_type`: also `reaction`, `poll`, …", "text"),
  media_id: z.string().optional().openapi({ description: "Id of the file, for `GET …/media/{mediaId}`" }),
  media: file
    .optional()
    .openapi({ description: "The file; the event waits for it for a while before it is delivered" }),
  webhook_id: text("The instance again, under the contract's name", "wa_lxyz123_abc45"),
  chat_id: text("Canonical id of the chat", "447835156367@s.whatsapp.net"),
  from_lid: nullable(z.string(), "The sender's hidden id, if known", "123456789012345"),
  ...detailFields,
};

/** What is known of a message that was received, or typed on the phone. */
const received = {
  media_url: nullable(z.string(), "Where the file can be downloaded; null without one", null),
  mime_type: nullable(z.string(), "MIME type of the file", null),
  file_name: nullable(z.string(), "Name of a document", null),
  quoted_message: nullable(z.string(), "Text of the message it quotes", null),
  quoted: nullable(messageRef.extend({ text: z.string() }), "The message it quotes", null),
  push_name: nullable(z.string(), "The name the sender gave themselves", "Ana"),
  is_group: z.boolean().openapi({ example: false }),
  group_id: nullable(z.string(), "The group; null for a person", null),
  participant: nullable(z.string(), "Who wrote it, in a group", null),
};

export const messageFields = {
  ...common,
  ...received,
  status: z.string().openapi({ description: "Always `received`", example: "received" }),
  from_me: z.literal(false).openapi({ example: false }),
  handoff: z
    .boolean()
    .optional()
    .openapi({ description: "True while a person has taken over the chat: a reply is not sent" }),
};

export const sentFields = {
  ...common,
  // Messages that were typed on the phone have these too.
  ...z.object(received).partial().shape,
  status: z.string().openapi({ description: "`sent`, or further when a receipt came first", example: "sent" }),
  from_me: z.literal(true).openapi({ example: true }),
  source: z.enum(["api", "reply", "phone"]).openapi({
    description: "Sent through the API, as a webhook's reply, or typed on the linked phone",
    example: "api",
  }),
};
