/** Where an instance delivers its events, how, and what became of each delivery. */
import { z } from "@hono/zod-openapi";
import { SuccessSchema, TimeSchema } from "./common.ts";
import { ALL_EVENTS, EVENT_TYPES } from "./event-types.ts";
import { WebhookUrlSchema } from "./instances.ts";
import { LIMITS } from "./limits.ts";
import { WebhookHeadersSchema } from "./webhook-headers.ts";

const SELECTION_REMEDY = `Use some of ${EVENT_TYPES.join(", ")}, or "*" for all`;
const SelectionSchema = z
  .array(z.enum([...EVENT_TYPES, ALL_EVENTS], SELECTION_REMEDY), SELECTION_REMEDY)
  .max(EVENT_TYPES.length + 1)
  .transform((events) => (events.includes(ALL_EVENTS) ? [ALL_EVENTS] : [...new Set(events)]))
  .openapi({
    description: "Which events are delivered: types from the catalogue, or `*` for all; none = nothing is delivered.",
    example: ["message", "message.status"],
  });

/** Body of PUT …/webhook. */
export const SetWebhookSchema = z
  .object({
    webhookUrl: WebhookUrlSchema.optional(),
    events: SelectionSchema.optional(),
    headers: WebhookHeadersSchema.optional(),
    rotateSecret: z
      .boolean("Use true or false")
      .optional()
      .openapi({ description: "Makes a new secret; the old one signs too for 24 hours.", example: false }),
  })
  .openapi("SetWebhook", {
    example: { webhookUrl: "https://your-api.com/webhook/instance-1", events: ["message", "message.status"] },
  });

/** Which webhook is used, and how. */
export const WebhookSchema = z.object({
  success: SuccessSchema,
  instanceWebhookUrl: z.string().nullable().openapi({
    description: "The instance's own webhook; null when it has none",
    example: "https://your-api.com/webhook/instance-1",
  }),
  effectiveWebhookUrl: z.string().nullable().openapi({
    description: "The webhook that is called; null when there is none at all",
    example: "https://your-api.com/webhook/instance-1",
  }),
  usingGlobalDefault: z
    .boolean()
    .openapi({ description: "True when the deployment's default is used", example: false }),
  events: z.array(z.string()).openapi({ description: "Events that are delivered; `*` = all", example: ["message"] }),
  headers: z
    .record(z.string(), z.string())
    .nullable()
    .openapi({
      description: "Fixed headers of each delivery; null for a key without the scope `manage`",
      example: { Authorization: "Bearer my-receiver-key" },
    }),
  secret: z
    .string()
    .nullable()
    .openapi({
      description:
        "Signs each delivery (Standard Webhooks); keep it at the receiver, and nowhere else. Null for a key without the " +
        "scope `manage`",
      example: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    }),
  previousSecretValidUntil: TimeSchema.nullable().openapi({
    type: ["string", "null"],
    description: "After a rotation: until then the old secret signs too",
    example: null,
  }),
});

/** The answer of PUT …/webhook. */
export const WebhookChangedSchema = WebhookSchema.extend({
  message: z.string().openapi({ example: "Webhook updated" }),
});

/** The answer of POST …/webhook/test. */
export const WebhookTestSchema = z.object({
  success: z.boolean().openapi({ description: "True when the receiver answered with 2xx in time", example: true }),
  webhookUrl: z.string().openapi({ example: "https://acme.com/webhook" }),
  responseStatus: z
    .int()
    .nullable()
    .openapi({ type: ["integer", "null"], description: "The receiver's HTTP status; null without one", example: 200 }),
  responseBody: z
    .string()
    .nullable()
    .openapi({ description: "The first 500 characters of the answer; null without one", example: '{"ok":true}' }),
  error: z.string().optional().openapi({ description: "Why it failed", example: "The webhook is unreachable" }),
  message: z.string().openapi({ example: "Webhook test delivered successfully" }),
});

const DeliveryStatusSchema = z.enum(["waiting", "delivered", "parked"]).openapi({
  description:
    "`parked`: given up after 72 hours and at least ten attempts, or a 410; retry it when the receiver is back.",
  example: "parked",
});

/** One delivery. */
const DeliverySchema = z
  .object({
    id: z.string().openapi({ description: "The event's id", example: "evt_42" }),
    seq: z.int().openapi({ type: "integer", description: "Its position in the log", example: 42 }),
    event: z.string().nullable().openapi({ description: "Its type", example: "message" }),
    chatId: z.string().nullable().openapi({ example: "447393002183@s.whatsapp.net" }),
    status: DeliveryStatusSchema,
    attempts: z.int().openapi({ type: "integer", description: "Since it began to wait", example: 14 }),
    createdAt: TimeSchema.nullable().openapi({ type: ["string", "null"], description: "When the event happened" }),
    firstAttemptAt: TimeSchema.nullable().openapi({ type: ["string", "null"] }),
    nextAttemptAt: TimeSchema.nullable().openapi({ type: ["string", "null"], description: "Null unless waiting" }),
    responseStatus: z
      .int()
      .nullable()
      .openapi({
        type: ["integer", "null"],
        description: "Of the last attempt; null when nobody answered",
        example: 503,
      }),
    error: z.string().nullable().openapi({ example: "The webhook answered 503" }),
    replyMessageId: z
      .string()
      .nullable()
      .openapi({ description: "The reply this event was answered with", example: null }),
  })
  .openapi("WebhookDelivery");

/** Query of GET …/webhook/deliveries. */
export const DeliveryQuerySchema = z.object({
  status: DeliveryStatusSchema.optional().openapi({ description: "Only deliveries in this state" }),
  limit: z.coerce.number().int().min(1).max(LIMITS.pageRows).default(50).openapi({ description: "How many at most" }),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, "Use `next` of the page before")
    .optional()
    .openapi({ description: "`next` of the page before", example: "42" }),
});

/** The answer of GET …/webhook/deliveries. */
export const DeliveryListSchema = z.object({
  success: SuccessSchema,
  count: z.int().openapi({ type: "integer", description: "Deliveries in this answer", example: 1 }),
  deliveries: z.array(DeliverySchema).openapi({ description: "Newest first" }),
  next: z.string().nullable().openapi({ description: "Cursor of the following page; null on the last", example: null }),
});

/** The answer of POST …/webhook/deliveries/{deliveryId}/retry. */
export const DeliveryAnswerSchema = z.object({ success: SuccessSchema, delivery: DeliverySchema });

const MomentSchema = z.iso
  .datetime({ offset: true, error: "Use a time such as 2026-01-29T12:00:00.000Z" })
  .openapi({ format: "date-time", example: "2026-01-29T12:00:00.000Z" });

/** Body of POST …/webhook/replay. */
export const ReplaySchema = z
  .object({
    after: z
      .int("Use a position in the log, 0 for its beginning")
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .optional()
      .openapi({
        type: "integer",
        description: "Everything behind this position (`seq`); 0 = from the beginning",
        example: 41,
      }),
    from: MomentSchema.optional().openapi({ description: "Instead of `after`: everything from this time on" }),
    to: MomentSchema.optional().openapi({ description: "With `from`: up to this time" }),
  })
  .transform(({ after, from, to }, context) => {
    if (after !== undefined && from === undefined && to === undefined) return { after };
    if (after === undefined && from !== undefined) return { from, ...(to === undefined ? {} : { to }) };
    const path = [after === undefined ? "after" : "from"];
    context.addIssue({ code: "custom", path, message: "Give either after, or from with or without to" });
    return z.NEVER;
  })
  .openapi("Replay", { example: { after: 41 } });

/** The answer of POST …/webhook/replay. */
export const ReplayAnswerSchema = z.object({
  success: SuccessSchema,
  queued: z.int().openapi({ type: "integer", description: "Events that are delivered again", example: 12 }),
  next: z
    .int()
    .nullable()
    .openapi({
      type: ["integer", "null"],
      description: "There is more: call again with this as `after`; null = that was all",
      example: null,
    }),
  message: z.string().openapi({ example: "12 events are delivered again" }),
});
