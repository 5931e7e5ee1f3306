/** What was done in an organisation, and by which key. */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../middleware/app-env.ts";
import { withoutUndefined } from "../schemas/common.ts";
import { AuditListSchema, AuditQuerySchema } from "../schemas/keys.ts";
import { answer, errorResponses, needs } from "./document.ts";

const listAudit = createRoute({
  ...needs("admin"),
  method: "get",
  path: "/api/audit",
  operationId: "listAudit",
  tags: ["Keys"],
  summary: "Audit log",
  description:
    "Every management action of the organisation, newest first: which key, which operation, on what, with which result, " +
    "refused ones too. Never a body or a secret. The newest 10,000 are kept.",
  request: { query: AuditQuerySchema },
  responses: { 200: answer("The actions", AuditListSchema), ...errorResponses("invalid_request", "unauthorized") },
});

export const audit = new OpenAPIHono<AppEnv>().openapi(listAudit, async (c) => {
  const query = withoutUndefined(c.req.valid("query"));
  const { entries, next } = await c.var.services.directory(c.var.orgId).listActions(query);
  return c.json({ success: true as const, count: entries.length, entries, next }, 200);
});
