/** The document's `webhooks`: what the gateway posts, one entry per type of event. */
import type { OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "../middleware/app-env.ts";
import { EVENT_TYPES } from "../schemas/event-types.ts";
import { EVENT_CATALOGUE, EVENT_SCHEMAS, TestEventSchema } from "../schemas/events.ts";
import { ReplySchema } from "../schemas/reply.ts";

const SIGNED =
  "Signed by the Standard Webhooks scheme: `webhook-id`, `webhook-timestamp`, `webhook-signature`. Any 2xx within 15 " +
  "seconds is success; everything else is tried again for 72 hours.";

function describe(
  app: OpenAPIHono<AppEnv>,
  type: string,
  description: string,
  schema: z.ZodType,
  answer: object,
): void {
  app.openAPIRegistry.registerWebhook({
    method: "post",
    path: type,
    operationId: `on ${type}`.replace(/[ .](\w)/g, (_, letter: string) => letter.toUpperCase()),
    tags: ["Webhook"],
    summary: type,
    description: `${description} ${SIGNED}`,
    // The receiver's own business; the gateway's keys have no place there.
    security: [],
    request: { body: { required: true, content: { "application/json": { schema } } } },
    responses: { 200: { description: "Taken", ...answer } },
  });
}

/** Adds the catalogue to the document of `app`. */
export function describeWebhooks(app: OpenAPIHono<AppEnv>): void {
  const reply = { content: { "application/json": { schema: ReplySchema } } };
  for (const type of EVENT_TYPES) {
    describe(app, type, EVENT_CATALOGUE[type].description, EVENT_SCHEMAS[type], type === "message" ? reply : {});
  }
  describe(app, "webhook.test", "Emitted by the endpoint that tests a webhook.", TestEventSchema, {});
}
