/** One call that makes, sets up and links an instance. */
import { z } from "@hono/zod-openapi";
import { ConnectionStatusSchema, PhoneSchema, SuccessSchema } from "./common.ts";
import { CreateInstanceSchema } from "./instances.ts";
import { AboutSchema, ProfileNameSchema } from "./profile.ts";

/** Body of POST /api/onboard. */
export const OnboardSchema = CreateInstanceSchema.pick({ name: true, webhookUrl: true, behaviorSettings: true })
  .extend({
    phone: PhoneSchema.openapi({ description: "The number to link, with country code", example: "447393002183" }),
    profileName: ProfileNameSchema.optional().openapi({
      description: "The account's display name, set as soon as it is connected",
      example: "Acme Support",
    }),
    profileStatus: AboutSchema.optional().openapi({
      description: "The account's About text, set as soon as it is connected",
      example: "We reply within minutes",
    }),
  })
  .openapi("Onboard", { example: { phone: "447393002183", name: "Acme Corp" } });

/** The answer of POST /api/onboard. */
export const OnboardedSchema = z
  .object({
    success: SuccessSchema,
    instanceId: z.string().openapi({ example: "wa_lxyz123_abc45" }),
    pairingCode: z.string().nullable().openapi({
      description: "The code to type into the phone; null when the number is linked already",
      example: "A1B2-C3D4",
    }),
    status: ConnectionStatusSchema,
    message: z.string().openapi({
      example: "Enter code A1B2-C3D4 in WhatsApp > Linked Devices > Link a Device",
    }),
  })
  .openapi("OnboardResponse");
