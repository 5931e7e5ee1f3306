/** Where an instance delivers its events, and how. */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { WebhookView } from "../durable/rpc.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { unwrap } from "../middleware/errors.ts";
import { InstanceParamsSchema, withoutUndefined } from "../schemas/common.ts";
import { allows } from "../schemas/scopes.ts";
import { DefaultWebhookSchema } from "../schemas/system.ts";
import { SetWebhookSchema, WebhookChangedSchema, WebhookSchema, WebhookTestSchema } from "../schemas/webhook.ts";
import { answer, errorResponses, jsonContent, needs } from "./document.ts";

const tags = ["Webhook"];

const getWebhook = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/instances/{instanceId}/webhook",
  operationId: "getWebhook",
  tags,
  summary: "Read the webhook",
  description:
    "Which URL receives this instance's events (its own, or the deployment's default), which events, with which " +
    "headers, and the secret that signs them. Headers and secret are null for a key without the scope `manage`.",
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
  summary: "Set, change or clear the webhook",
  description:
    "Sets the URL that gets a POST for what happens to this instance; null or an empty text clears it, and the " +
    "deployment's default is used. `events` selects what is delivered (default: received messages), `headers` adds " +
    "fixed headers, `rotateSecret` makes a new signing secret. What is left out stays; deliveries that wait follow " +
    "the change.",
  request: { params: InstanceParamsSchema, body: { required: true, content: jsonContent(SetWebhookSchema) } },
  responses: {
    200: answer("The webhook", WebhookChangedSchema),
    ...errorResponses("invalid_request", "unauthorized", "not_found", "too_large", "unsupported_media_type"),
  },
});

const testWebhook = createRoute({
  ...needs("manage"),
  method: "post",
  path: "/api/instances/{instanceId}/webhook/test",
  operationId: "testWebhook",
  tags: ["Whitelabel", "Webhook"],
  summary: "Test the webhook",
  description:
    "Posts a sample (`event: webhook.test`), signed like every delivery, to the webhook and tells what came back. A " +
    "receiver that fails or can't be reached is `success: false` with status 200. The sample is not retried, is not in " +
    "the log, and a reply in the answer is not sent.",
  request: { params: InstanceParamsSchema },
  responses: {
    200: answer("What the receiver answered", WebhookTestSchema),
    ...errorResponses("invalid_request", "unauthorized", "not_found"),
  },
});

function changedText(changes: object, { effectiveWebhookUrl }: WebhookView): string {
  if (Object.keys(changes).length === 0) return "Nothing changed: no field was given";
  if (!("webhookUrl" in changes) || changes.webhookUrl !== null) return "Webhook updated";
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
    const hidden = allows(c.var.principal.scopes, "manage") ? {} : { headers: null, secret: null };
    return c.json({ success: true as const, ...webhook, ...hidden }, 200);
  })
  .openapi(setWebhook, async (c) => {
    const { instance, orgId } = c.var;
    const changes = withoutUndefined(c.req.valid("json"));
    const webhook = unwrap(await instance.setWebhook(orgId, changes));
    return c.json({ success: true as const, ...webhook, message: changedText(changes, webhook) }, 200);
  })
  .openapi(testWebhook, async (c) => {
    const { error, ...result } = unwrap(await c.var.instance.testWebhook(c.var.orgId));
    const message = result.success ? "Webhook test delivered successfully" : "Failed to deliver test webhook";
    return c.json({ ...result, ...(error === null ? {} : { error }), message }, 200);
  });
