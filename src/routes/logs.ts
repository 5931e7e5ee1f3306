/** An instance's activity log. */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../middleware/app-env.ts";
import { unwrap } from "../middleware/errors.ts";
import { InstanceParamsSchema } from "../schemas/common.ts";
import { LogListSchema, LogQuerySchema } from "../schemas/logs.ts";
import { answer, errorResponses, needs } from "./document.ts";

const listLogs = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/instances/{instanceId}/logs",
  operationId: "listLogs",
  tags: ["Logs"],
  summary: "Activity log",
  description:
    "What the instance did lately, newest first: connects, disconnects, sends, receipts and errors, for finding out why.",
  request: { params: InstanceParamsSchema, query: LogQuerySchema },
  responses: {
    200: answer("The log", LogListSchema),
    ...errorResponses("invalid_request", "unauthorized", "not_found"),
  },
});

export const logs = new OpenAPIHono<AppEnv>().openapi(listLogs, async (c) => {
  const entries = unwrap(await c.var.instance.listLogs(c.var.orgId, c.req.valid("query").limit));
  return c.json({ success: true as const, logs: entries }, 200);
});
