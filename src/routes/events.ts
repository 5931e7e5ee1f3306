/** The log of everything that happens to an instance: pages of it, and live. */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../middleware/app-env.ts";
import { unwrap } from "../middleware/errors.ts";
import { InstanceParamsSchema, withoutUndefined } from "../schemas/common.ts";
import { EventListSchema, EventQuerySchema, StreamHeadersSchema, StreamQuerySchema } from "../schemas/event-query.ts";
import { answer, errorResponses, needs } from "./document.ts";
import { eventStream } from "./event-stream.ts";

const tags = ["Events"];
/** Events of one page of the stream: they are in memory until the client has read them. */
const STREAM_PAGE = 100;

const listEvents = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/instances/{instanceId}/events",
  operationId: "listEvents",
  tags,
  summary: "Read the log of events",
  description:
    "Everything that happened to the instance, oldest first, whether or not it is delivered to a webhook. Keep `next` " +
    "and give it as `after` to go on where you were: nothing is missed and nothing comes twice.",
  request: { params: InstanceParamsSchema, query: EventQuerySchema },
  responses: {
    200: answer("A page of the log", EventListSchema),
    ...errorResponses("invalid_request", "unauthorized", "not_found"),
  },
});

const streamEvents = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/instances/{instanceId}/events/stream",
  operationId: "streamEvents",
  tags,
  summary: "Follow the events live",
  description:
    "The log as Server-Sent Events: `id` is the position, `event` the type, `data` the same JSON object that a webhook " +
    "gets. Begins with what happens from now on, or behind `after`; a client that comes back with `Last-Event-ID` gets " +
    "what it missed. A comment comes every 15 seconds. The stream ends after 5 minutes; clients resume by themselves.",
  request: { params: InstanceParamsSchema, query: StreamQuerySchema, headers: StreamHeadersSchema },
  responses: {
    200: {
      description: "The stream",
      content: {
        "text/event-stream": {
          schema: { type: "string", example: 'id: 42\nevent: message\ndata: {"event_id":"evt_42","seq":42}\n\n' },
        },
      },
    },
    ...errorResponses("invalid_request", "unauthorized", "not_found"),
  },
});

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const events = new OpenAPIHono<AppEnv>()
  .openapi(listEvents, async (c) => {
    const page = unwrap(await c.var.instance.listEvents(c.var.orgId, withoutUndefined(c.req.valid("query"))));
    return c.json({ success: true as const, count: page.events.length, ...page }, 200);
  })
  .openapi(streamEvents, async (c) => {
    const { instance, orgId, services } = c.var;
    const { after, types } = c.req.valid("query");
    const query = { limit: STREAM_PAGE, ...(types === undefined ? {} : { types }) };
    const position = c.req.valid("header")["last-event-id"] ?? after ?? null;
    const first = unwrap(await instance.awaitEvents(orgId, { ...query, after: position, waitMs: 0 }));
    const stream = eventStream(first, {
      async next(behind, waitMs) {
        const page = await instance.awaitEvents(orgId, { ...query, after: behind, waitMs });
        return page.ok ? page.value : null;
      },
      now: services.now,
      sleep,
    });
    // Without an encoding of our own, no proxy compresses the stream and holds events back for it.
    const headers = {
      "Content-Type": "text/event-stream",
      "Cache-Control": "no-store, no-transform",
      "Content-Encoding": "identity",
    };
    return c.body(stream, 200, headers);
  });
