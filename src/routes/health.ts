/** Is this deployment serving requests? Public, hence totals only. */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../middleware/app-env.ts";
import { DEFAULT_ORG_ID } from "../middleware/authenticate.ts";
import { HealthSchema } from "../schemas/system.ts";
import { answer, errorResponses } from "./document.ts";

const getHealth = createRoute({
  method: "get",
  path: "/api/health",
  operationId: "getHealth",
  tags: ["System"],
  summary: "Health check",
  description:
    "Says that requests are served, since when, and how many instances there are and are connected. Needs no key, so that " +
    "a load balancer can ask. A deployment without a key says so here.",
  security: [],
  responses: { 200: answer("Requests are served", HealthSchema), ...errorResponses() },
});

/** The sub-app; a function because it remembers when this copy of the Worker served its first request. */
export function health(): OpenAPIHono<AppEnv> {
  // A Worker's clock stands still while its modules load: the first request is the earliest moment that can be known.
  let firstRequestAt: number | null = null;
  const app = new OpenAPIHono<AppEnv>();
  app.openapi(getHealth, async (c) => {
    const { services, settings } = c.var;
    const now = services.now();
    firstRequestAt ??= now;
    const instances = await services.directory(DEFAULT_ORG_ID).totals();
    const hint = "Anyone can use this deployment: set a key with npx wrangler secret put API_KEY";
    const openness = settings.apiKey === null ? { open: true as const, hint } : {};
    return c.json({ status: "ok", uptime: (now - firstRequestAt) / 1_000, instances, ...openness }, 200);
  });
  return app;
}
