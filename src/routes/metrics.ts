/** How the organisation's numbers fare, for Prometheus and what else reads its format. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { instanceMetrics } from "../metrics/instance-metrics.ts";
import { PROMETHEUS_TEXT, prometheusText } from "../metrics/prometheus.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { errorResponses, needs } from "./document.ts";

const getMetrics = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/metrics",
  operationId: "getMetrics",
  tags: ["System"],
  summary: "Metrics",
  description:
    "Instances by state, messages, reconnects, refusals and deliveries in the text format of Prometheus. It is read from " +
    "what the instances report once a minute, and wakes none of them: scrape as often as you like. A key that is narrowed " +
    "to certain instances sees those.",
  responses: {
    200: {
      description: "The metrics, text format 0.0.4",
      content: {
        "text/plain": {
          schema: z.string().openapi({ example: 'wasup_instances{org="default",status="connected"} 2\n' }),
        },
      },
    },
    ...errorResponses("unauthorized"),
  },
});

export const metrics = new OpenAPIHono<AppEnv>().openapi(getMetrics, async (c) => {
  const { services, orgId, principal } = c.var;
  const only = principal.instances === null ? {} : { ids: principal.instances };
  const instances = await services.directory(orgId).metrics(only);
  return c.text(prometheusText(instanceMetrics(orgId, instances)), 200, { "Content-Type": PROMETHEUS_TEXT });
});
