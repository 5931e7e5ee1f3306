/** Chats that a person has taken over. */
import { z } from "@hono/zod-openapi";
import { RecipientSchema, SuccessSchema, TimeSchema, withoutUndefined } from "./common.ts";
import { LIMITS } from "./limits.ts";
import { KeywordsSchema } from "./safety-config.ts";

const HandoffFields = {
  resumeKeywords: KeywordsSchema.openapi({
    description: "A message typed on the phone that begins with one of these gives the chat back; case does not matter",
    default: ["#ai", "#assistant", "#bot", "#resume"],
    example: ["#ai", "#assistant", "#bot", "#resume"],
  }),
  resumeMessage: z.string().max(LIMITS.textCharacters).openapi({
    description: "Sent to the chat when it is given back by keyword; empty: silently",
    default: "",
    example: "AI assistant is back online. How can I help?",
  }),
  autoHandoff: z.boolean().openapi({
    description: "A message typed on the phone hands its chat over",
    default: false,
    example: false,
  }),
};

export const HandoffSettingsSchema = z.object(HandoffFields).openapi("HandoffSettings");
export const HandoffSettingsInputSchema = z.object(HandoffFields).partial().transform(withoutUndefined);
export const HandoffSettingsAnswerSchema = z.object({ success: SuccessSchema, settings: HandoffSettingsSchema });

export const HandoffListSchema = z.object({
  success: SuccessSchema,
  chats: z.array(
    z.object({ chatId: z.string().openapi({ example: "447835156367@s.whatsapp.net" }), since: TimeSchema }),
  ),
});

export const SetHandoffSchema = z
  .object({
    phone: RecipientSchema.openapi({
      type: "string",
      description: "Phone number or chat id of the customer",
      example: "447835156367",
    }),
    active: z
      .boolean()
      .openapi({ description: "`true` hands the chat to a person, `false` gives it back", example: true }),
  })
  .openapi("SetHandoff");

export const HandoffChangedSchema = z.object({
  success: SuccessSchema,
  chatId: z.string().openapi({ example: "447835156367@s.whatsapp.net" }),
  active: z.boolean().openapi({ example: true }),
});
