/** What a receiver may answer to a `message`. */
import { z } from "@hono/zod-openapi";

/** WhatsApp shows longer texts folded; a reply is a message to a person, not a document. */
const LONGEST_REPLY = 4_096;

export const ReplySchema = z
  .object({
    reply: z
      .string()
      .max(LONGEST_REPLY)
      .optional()
      .openapi({ description: "This text is sent to the chat, once per event", example: "We are open until 6 pm" }),
    skip: z.boolean().optional().openapi({ description: "Says that nothing is to be sent, like an empty answer" }),
  })
  .openapi("WebhookReply", { description: "Anything else, or no JSON at all, sends nothing." });
