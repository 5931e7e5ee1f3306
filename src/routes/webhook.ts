/** Where an instance delivers what it receives. */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { WebhookView } from "../durable/rpc.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { unwrap } from "../middleware/errors.ts";
import { InstanceParamsSchema } from "../schemas/common.ts";
import { DefaultWebhookSchema } from "../schemas/system.ts";
import { SetWebhookSchema, WebhookChangedSchema, WebhookSchema } from "../schemas/webhook.ts";
import { answer, errorResponses, jsonContent, needs } from "./document.ts";

const tags = ["Webhook"];

const getWebhook = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/instances/{instanceId}/webhook",
  operationId: "getWebhook",
  tags,
  summary: "Read the webhook",
  description: "Which URL receives this instance's events: its own, or the deployment's default.",
  request: { params: InstanceParamsSchema },
  responses: { 200: answer("The webhook", WebhookSchema), ...errorResponses("unauthorized", "not_found") },
});

const getDefaultWebhook = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/webhook",
  operationId: "getDefaultWebhook",
  tags,
  summary: "Read the default webhook",
  description: "The deployment's own webhook, used by instances that have none. It is a setting, `WEBHOOK_URL`.",
  responses: { 200: answer("The default webhook", DefaultWebhookSchema), ...errorResponses("unauthorized") },
});

const setWebhook = createRoute({
  ...needs("manage"),
  method: "put",
  path: "/api/instances/{instanceId}/webhook",
  operationId: "setWebhook",
  tags,
  summary: "Set or clear the webhook",
  description:
    "Sets the URL that gets a POST for everything this instance receives. Null or an empty text clears it, and the " +
    "deployment's default is used; a body without `webhookUrl` changes nothing.",
  request: { params: InstanceParamsSchema, body: { required: true, content: jsonContent(SetWebhookSchema) } },
  responses: {
    200: answer("The webhook", WebhookChangedSchema),
    ...errorResponses("invalid_request", "unauthorized", "not_found", "too_large", "unsupported_media_type"),
  },
});

function changedText(given: string | null | undefined, { effectiveWebhookUrl }: WebhookView): string {
  if (given === undefined) return "Nothing changed: webhookUrl was not given";
  if (given !== null) return "Webhook updated";
  if (effectiveWebhookUrl === null) return "Webhook cleared; nothing is delivered, because there is no default";
  return "Webhook cleared; the default is used";
}

export const webhooks = new OpenAPIHono<AppEnv>()
  .openapi(getDefaultWebhook, (c) => {
    const { webhookUrl: defaultWebhookUrl } = c.var.settings;
    const message =
      defaultWebhookUrl === null
        ? "No default webhook: set WEBHOOK_URL to have one"
        : "Instances without a webhook of their own use this one";
    return c.json({ success: true as const, defaultWebhookUrl, message }, 200);
  })
  .openapi(getWebhook, async (c) => {
    const webhook = unwrap(await c.var.instance.webhook(c.var.orgId));
    return c.json({ success: true as const, ...webhook }, 200);
  })
  .openapi(setWebhook, async (c) => {
    const { instance, orgId } = c.var;
    const { webhookUrl } = c.req.valid("json");
    const changed =
      webhookUrl === undefined ? await instance.webhook(orgId) : await instance.setWebhook(orgId, webhookUrl);
    const webhook = unwrap(changed);
    return c.json({ success: true as const, ...webhook, message: changedText(webhookUrl, webhook) }, 200);
  });
