/** What a message of the history has beyond its text; each field only with the kinds that have it. */
import { z } from "@hono/zod-openapi";
import { UnavailableSchema } from "./unavailable.ts";

const CardSchema = z.object({
  displayName: z.string().openapi({ example: "John Doe" }),
  phoneNumber: z.string().nullable().openapi({ description: "Digits; null when the card has none", example: "60123" }),
});

const AboutSchema = z.object({ messageId: z.string().openapi({ example: "3EB0DAC5F4A2E1B7" }) });

export const messageDetails = {
  location: z
    .object({
      latitude: z.number().openapi({ example: 3.1577 }),
      longitude: z.number().openapi({ example: 101.7117 }),
      name: z.string().nullable().openapi({ example: "Petronas Twin Towers" }),
      address: z.string().nullable().openapi({ example: null }),
      live: z.boolean().openapi({ description: "A position that moves", example: false }),
    })
    .optional(),
  contact: CardSchema.optional(),
  contacts: z.array(CardSchema).optional().openapi({ description: "All cards, when there are several" }),
  reaction: AboutSchema.extend({
    emoji: z.string().openapi({ description: "Empty when it was taken back", example: "🔥" }),
  }).optional(),
  edited: AboutSchema.optional().openapi({ description: "The message whose text this one replaces" }),
  deleted: AboutSchema.optional().openapi({ description: "The message this one takes back" }),
  buttonReply: z
    .object({ id: z.string(), text: z.string() })
    .optional()
    .openapi({ example: { id: "yes", text: "Yes" } }),
  listReply: z
    .object({ id: z.string(), title: z.string() })
    .optional()
    .openapi({ example: { id: "a", title: "A" } }),
  buttons: z
    .array(z.object({ id: z.string(), text: z.string(), url: z.string().optional() }))
    .optional()
    .openapi({ description: "The choices offered" }),
  poll: z
    .object({
      question: z.string(),
      options: z.array(z.string()),
      selectableCount: z.int().openapi({ type: "integer", description: "0 = as many as one likes", example: 1 }),
    })
    .optional(),
  pollVote: AboutSchema.extend({
    options: z
      .array(z.string())
      .nullable()
      .openapi({ description: "The choices; null when the vote cannot be read", example: ["Monday"] }),
  }).optional(),
  album: z
    .object({ images: z.int().openapi({ type: "integer" }), videos: z.int().openapi({ type: "integer" }) })
    .optional()
    .openapi({ description: "How many files follow that belong together" }),
  albumId: z.string().optional().openapi({ description: "The album a file belongs to" }),
  forwarded: z.literal(true).optional(),
  viewOnce: z.literal(true).optional(),
  ephemeral: z.literal(true).optional(),
  unavailable: UnavailableSchema,
  mentions: z
    .array(z.string())
    .optional()
    .openapi({ description: "Digits, or `…@lid`", example: ["60123456789"] }),
};
