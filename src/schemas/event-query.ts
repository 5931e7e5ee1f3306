/** Reading the log of events: pages and the live stream. */
import { z } from "@hono/zod-openapi";
import { SuccessSchema } from "./common.ts";
import { EVENT_TYPES, type EventType } from "./event-types.ts";
import { EventSchema } from "./events.ts";
import { LIMITS } from "./limits.ts";

const TYPES_REMEDY = `Use some of ${EVENT_TYPES.join(", ")}, separated by commas`;
const isType = (text: string): text is EventType => (EVENT_TYPES as readonly string[]).includes(text);

const TypesSchema = z
  .string(TYPES_REMEDY)
  .transform((text, context) => {
    const types = text.split(",").map((type) => type.trim());
    if (types.every(isType)) return [...new Set(types)];
    context.addIssue({ code: "custom", message: TYPES_REMEDY });
    return z.NEVER;
  })
  .optional()
  .openapi({
    type: "string",
    description: "Only these types, separated by commas; left out = all",
    example: "message,message.status",
  });

const PositionSchema = z.coerce.number("Use a position in the log").int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Query of GET …/events. */
export const EventQuerySchema = z.object({
  after: PositionSchema.default(0).openapi({
    description: "Only events behind this position: `next` of the page before; 0 = from the beginning",
    example: 41,
  }),
  limit: z.coerce.number().int().min(1).max(LIMITS.pageRows).default(50).openapi({ description: "How many at most" }),
  types: TypesSchema,
});

/** The answer of GET …/events. */
export const EventListSchema = z.object({
  success: SuccessSchema,
  count: z.int().openapi({ type: "integer", description: "Events in this answer", example: 1 }),
  events: z.array(EventSchema).openapi({ description: "Oldest first, each as the webhook gets it" }),
  next: z.int().openapi({ type: "integer", description: "Go on with this as `after`", example: 42 }),
  more: z.boolean().openapi({
    description:
      "True when the log goes on behind `next`; a page of rare types may be empty and still have more behind it",
    example: false,
  }),
});

/** Query of GET …/events/stream. */
export const StreamQuerySchema = z.object({
  after: PositionSchema.optional().openapi({
    description: "Begin behind this position; left out = with what happens from now on",
    example: 41,
  }),
  types: TypesSchema,
});

/** Headers of GET …/events/stream; one that is no position is ignored, as the header's standard wants it. */
export const StreamHeadersSchema = z.object({
  "last-event-id": z
    .string()
    .optional()
    .transform((text) => (text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined))
    .openapi({
      type: "string",
      description: "`id` of the last event that was read: goes on behind it; wins over `after`",
      example: "41",
    }),
});
