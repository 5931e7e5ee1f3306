/** What became of each webhook delivery, and making them again. */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../middleware/app-env.ts";
import { unwrap } from "../middleware/errors.ts";
import { DeliveryParamsSchema, InstanceParamsSchema, withoutUndefined } from "../schemas/common.ts";
import {
  DeliveryAnswerSchema,
  DeliveryListSchema,
  DeliveryQuerySchema,
  ReplayAnswerSchema,
  ReplaySchema,
} from "../schemas/webhook.ts";
import { answer, errorResponses, jsonContent, needs } from "./document.ts";

const tags = ["Webhook"];

const listDeliveries = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/instances/{instanceId}/webhook/deliveries",
  operationId: "listWebhookDeliveries",
  tags,
  summary: "List deliveries",
  description:
    "What became of each event that was to be delivered, newest first. `?status=parked` lists those that were given " +
    "up: they stay until they are retried, replayed, or older than the deployment keeps events.",
  request: { params: InstanceParamsSchema, query: DeliveryQuerySchema },
  responses: {
    200: answer("The deliveries", DeliveryListSchema),
    ...errorResponses("invalid_request", "unauthorized", "not_found"),
  },
});

const retryDelivery = createRoute({
  ...needs("manage"),
  method: "post",
  path: "/api/instances/{instanceId}/webhook/deliveries/{deliveryId}/retry",
  operationId: "retryWebhookDelivery",
  tags,
  summary: "Deliver an event again",
  description:
    "Makes one delivery due now, whatever came of it before, with the whole retry schedule before it. The event keeps " +
    "its id, and a reply that was sent for it is not sent again.",
  request: { params: DeliveryParamsSchema },
  responses: {
    200: answer("The delivery, waiting", DeliveryAnswerSchema),
    ...errorResponses("unauthorized", "not_found", "wrong_state"),
  },
});

const replay = createRoute({
  ...needs("manage"),
  method: "post",
  path: "/api/instances/{instanceId}/webhook/replay",
  operationId: "replayWebhook",
  tags,
  summary: "Deliver a part of the log again",
  description:
    "Delivers the selected events of the log again, in order within each chat: all behind the position `after`, or all " +
    "of a time. For a receiver that lost data, or that was set up late: events from before there was a webhook are " +
    "delivered too. At most 5,000 positions per call; `next` says where to go on.",
  request: { params: InstanceParamsSchema, body: { required: true, content: jsonContent(ReplaySchema) } },
  responses: {
    200: answer("The events are queued", ReplayAnswerSchema),
    ...errorResponses(
      "invalid_request",
      "unauthorized",
      "not_found",
      "wrong_state",
      "too_large",
      "unsupported_media_type",
    ),
  },
});

export const webhookDeliveries = new OpenAPIHono<AppEnv>()
  .openapi(listDeliveries, async (c) => {
    const query = withoutUndefined(c.req.valid("query"));
    const { deliveries, next } = unwrap(await c.var.instance.listDeliveries(c.var.orgId, query));
    return c.json({ success: true as const, count: deliveries.length, deliveries, next }, 200);
  })
  .openapi(retryDelivery, async (c) => {
    // An id nobody was given is unknown, not invalid: 0 is no position of the log.
    const seq = Number(/^(?:evt_)?(\d{1,15})$/.exec(c.req.valid("param").deliveryId)?.[1] ?? 0);
    const delivery = unwrap(await c.var.instance.retryDelivery(c.var.orgId, seq));
    return c.json({ success: true as const, delivery }, 200);
  })
  .openapi(replay, async (c) => {
    const { queued, next } = unwrap(await c.var.instance.replay(c.var.orgId, c.req.valid("json")));
    const message = `${queued} ${queued === 1 ? "event is" : "events are"} delivered again`;
    return c.json({ success: true as const, queued, next, message }, 200);
  });
