/** Where received messages are delivered. */
import { z } from "@hono/zod-openapi";
import { SuccessSchema } from "./common.ts";
import { WebhookUrlSchema } from "./instances.ts";

/** Body of PUT …/webhook. */
export const SetWebhookSchema = z
  .object({ webhookUrl: WebhookUrlSchema.optional() })
  .openapi("SetWebhook", { example: { webhookUrl: "https://your-api.com/webhook/instance-1" } });

/** Which webhook is used. */
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
});

/** The answer of PUT …/webhook. */
export const WebhookChangedSchema = WebhookSchema.extend({
  message: z.string().openapi({ example: "Webhook updated" }),
});
