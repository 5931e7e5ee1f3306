/** Short forms for the fields of events, and those that every event has. */
import { z } from "@hono/zod-openapi";

export const text = (description: string, example: string) => z.string().openapi({ description, example });

/** A field that is always there and may be null. */
export const nullable = <T extends z.ZodType>(schema: T, description: string, example: unknown) =>
  schema.nullable().openapi({ description, example });

/** Every event. */
export const head = {
  event_id: text("The same in every attempt and replay: drop what you know already", "evt_42"),
  seq: z.int().openapi({ type: "integer", description: "Position in the instance's log: 1, 2, 3 …", example: 42 }),
  created_at: z.string().openapi({
    format: "date-time",
    description: "When it happened; for messages when WhatsApp says it was sent. ISO 8601",
    example: "2026-01-29T12:00:00.000Z",
  }),
  instance_id: text("The instance it happened to", "wa_lxyz123_abc45"),
};
