/**
 * The catalogue of events: what each type means, when it is emitted, and what it carries. The same object is the body
 * of a webhook delivery, an entry of the log and the data of a streamed event. Receivers should ignore fields they do
 * not know: later versions may add some, never take one away.
 */
import { z } from "@hono/zod-openapi";
import type { EventBody } from "../durable/rpc.ts";
import { EVENT_TYPES, type EventType } from "./event-types.ts";
import { fileFields, messageFields, sentFields } from "./message-event.ts";
import { head, nullable, text } from "./payload-fields.ts";

/** One type: an object schema that names it, and the sentence of the catalogue. */
interface EventDescription {
  /** "X is emitted when …" and what a receiver should do. */
  description: string;
  fields: z.ZodRawShape;
}

const chatId = text("Canonical id of the chat", "447393002183@s.whatsapp.net");

export const EVENT_CATALOGUE: Readonly<Record<EventType, EventDescription>> = {
  message: {
    description:
      "Emitted when a message reached this number: text, media, location, contact, reaction, answer to buttons or a " +
      'list, poll vote, edit, deletion. Answer with `{ "reply": "text" }` to reply.',
    fields: messageFields,
  },
  "message.sent": {
    description:
      "Emitted when WhatsApp took a message of this number, or when one was typed on the linked phone; `source` tells " +
      "which. Use it to keep a copy of whole conversations.",
    fields: sentFields,
  },
  "message.status": {
    description:
      "Emitted when a sent message was delivered, read, played, or failed. A status only moves forward; steps may be " +
      "missing. On `failed`, `code` and `reason` tell why.",
    fields: {
      message_id: text("WhatsApp's id of the message", "3EB0A9253FA64269E11C9D"),
      chat_id: chatId,
      to_phone: nullable(z.string(), "Digits of the recipient; null for a group or a hidden phone", "447393002183"),
      to_lid: nullable(z.string(), "The recipient's hidden id, when the chat is known by it only", null),
      status: z.enum(["sent", "delivered", "read", "played", "failed"]).openapi({ example: "delivered" }),
      code: nullable(z.int(), "WhatsApp's error code of a failed message", null),
      reason: nullable(z.string(), "Why it failed", null),
    },
  },
  "message.media": {
    description:
      "Emitted when the file of a message changed its `media.status`: `stored`, it can be downloaded now; `failed`, it could " +
      "not be fetched so far. A file that failed and is fetched later is told of by this event only. The webhook of the " +
      "message itself waits a while for its file, and then may tell the same.",
    fields: {
      message_id: text("WhatsApp's id of the message", "3EB0A9253FA64269E11C9D"),
      chat_id: chatId,
      ...fileFields,
    },
  },
  connection: {
    description:
      "Emitted when the connection's status changed. `next_action` says whether it comes back by itself, or the number " +
      "has to be linked again.",
    fields: {
      status: z.enum(["disconnected", "connecting", "connected"]).openapi({ example: "disconnected" }),
      reason: nullable(z.string(), "A stable word for why it was lost", "logged_out"),
      code: nullable(z.int(), "WhatsApp's status code", 401),
      next_action: nullable(z.enum(["reconnect", "link_again", "none"]), "What happens next", "link_again"),
    },
  },
  qr: {
    description:
      "Emitted when there is a new QR or pairing code to link the number with. It is not in the event, because it opens " +
      "the number: fetch it with `GET /api/instances/{instanceId}/qr`, at once, since it is valid for seconds.",
    fields: { method: z.enum(["qr", "code"]).openapi({ example: "qr" }) },
  },
  "contact.identified": {
    description:
      "Emitted when the phone behind a hidden id (LID) became known. Events from before carry `from_lid` only: join them " +
      "with this contact.",
    fields: {
      chat_id: chatId,
      phone: text("Digits", "447393002183"),
      lid: text("The hidden id", "123456789012345"),
    },
  },
  handoff: {
    description:
      "Emitted when a chat entered or left handoff: while a person has taken over, webhook replies are not sent.",
    fields: {
      chat_id: chatId,
      active: z.boolean().openapi({ example: true }),
      by: z.enum(["api", "phone", "keyword"]).openapi({ example: "api" }),
    },
  },
  safety: {
    description:
      "Emitted when the risk level changed, sending was paused or resumed, or a message was held back (`refused`).",
    fields: {
      change: z.enum(["risk", "paused", "resumed", "refused"]).openapi({ example: "risk" }),
      risk: z.string().optional().openapi({ description: "The level now", example: "medium" }),
      previous: z.string().optional().openapi({ description: "With `risk`: the level before", example: "low" }),
      score: z.number().optional().openapi({ description: "0 safe to 100 worst", example: 40 }),
      reasons: z
        .array(z.string())
        .optional()
        .openapi({ example: ["2 failed sends within an hour"] }),
      is_paused: z.boolean().optional().openapi({ example: false }),
      by: z.string().optional().openapi({ description: "Who paused: `operator` or `risk`", example: "operator" }),
      chat_id: chatId.optional(),
      code: z.string().optional().openapi({ description: "Why a message was refused, for machines" }),
      reason: z.string().optional().openapi({ description: "The same for people" }),
      retry_at: z.string().nullable().optional().openapi({ description: "When it may be sent; ISO 8601" }),
    },
  },
  call: {
    description: "Emitted when somebody calls the number. Calls can't be taken through the API.",
    fields: {
      call_id: text("WhatsApp's id of the call", "C1A2B3"),
      chat_id: chatId,
      from_phone: nullable(z.string(), "Digits of the caller; null when hidden", "447393002183"),
      from_lid: nullable(z.string(), "The caller's hidden id", null),
      video: z.boolean().openapi({ example: false }),
      group_id: nullable(z.string(), "The group, for a call in one", null),
    },
  },
};

const schemaName = (type: string): string =>
  `${type.replace(/(?:^|\.)(\w)/g, (_, letter: string) => letter.toUpperCase())}Event`;

const schemaOf = (type: EventType) => {
  const { description, fields } = EVENT_CATALOGUE[type];
  return z
    .object({ event: z.literal(type), ...head, ...fields })
    .openapi(type === "message" ? "WebhookPayload" : schemaName(type), { description });
};

/** The schema of each type. */
export const EVENT_SCHEMAS = Object.fromEntries(EVENT_TYPES.map((type) => [type, schemaOf(type)])) as Record<
  EventType,
  ReturnType<typeof schemaOf>
>;

const [first, ...others] = EVENT_TYPES.map((type) => EVENT_SCHEMAS[type]);

/** Any event of the log. */
export const EventSchema = z.union([first as NonNullable<typeof first>, ...others]) as unknown as z.ZodType<EventBody>;

/** What the test endpoint posts: a message that nobody wrote, and that is in no log. */
export const TestEventSchema = z
  .object({
    ...head,
    ...messageFields,
    event: z.literal("webhook.test"),
    event_id: text("Unique for each test", "evt_test_5f1d0a"),
    seq: z.null().openapi({ type: "null", description: "It is not in the log" }),
  })
  .openapi("WebhookTestEvent", {
    description: "Emitted by `POST …/webhook/test` only, to the webhook only. A reply in the answer is not sent.",
  });
