/** The deployment as a whole, and helpers for whoever runs it. */
import { randomBytes } from "node:crypto";
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv, Services } from "../middleware/app-env.ts";
import { withoutUndefined } from "../schemas/common.ts";
import { ListInstancesQuerySchema } from "../schemas/instances.ts";
import { LIMITS } from "../schemas/limits.ts";
import { GeneratedKeySchema, ReloadedSchema, StatusSchema } from "../schemas/system.ts";
import { answer, errorResponses, needs } from "./document.ts";

const KEY_BYTES = 32;
/** Instances asked at the same time. */
const BATCH = 50;

const getStatus = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/status",
  operationId: "getStatus",
  tags: ["System"],
  summary: "All instances at a glance",
  description:
    "Id, name, state and number of every instance of the organisation, oldest first: the list for a monitoring page. It is " +
    "read from summaries and wakes no instance.",
  request: { query: ListInstancesQuerySchema },
  responses: { 200: answer("The instances", StatusSchema), ...errorResponses("invalid_request", "unauthorized") },
});

const reloadBehavior = createRoute({
  ...needs("manage"),
  method: "post",
  path: "/api/system/reload-behavior-from-disk",
  operationId: "reloadBehavior",
  tags: ["System"],
  summary: "Read stored settings again",
  description:
    "Has every instance of the organisation that is connected or connecting read its settings from storage again. Settings " +
    "changed through the API are in force at once; this is for after a repair. Nothing is disconnected.",
  responses: { 200: answer("What each instance did", ReloadedSchema), ...errorResponses("unauthorized") },
});

const generateApiKey = createRoute({
  ...needs("admin"),
  method: "post",
  path: "/api/generate-api-key",
  operationId: "generateApiKey",
  tags: ["System"],
  summary: "Make up a key",
  description:
    "Gives a random key to be used as this deployment's `API_KEY`. It is not stored and does not work until it is set.",
  responses: { 200: answer("A new key", GeneratedKeySchema), ...errorResponses("unauthorized") },
});

/** Every instance of an organisation that is not disconnected. */
async function runningIds(services: Services, orgId: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await services
      .directory(orgId)
      .list({ limit: LIMITS.pageInstances, ...(cursor === null ? {} : { cursor }) });
    ids.push(...page.instances.filter(({ status }) => status !== "disconnected").map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== null);
  return ids;
}

async function reload(services: Services, orgId: string, instanceId: string) {
  const reloaded = await services
    .instance(orgId, instanceId)
    .reload(orgId)
    .then(
      ({ ok }) => ok,
      () => false,
    );
  return { instanceId, reloaded };
}

export const system = new OpenAPIHono<AppEnv>()
  .openapi(getStatus, async (c) => {
    const { services, orgId, principal } = c.var;
    const only = principal.instances === null ? {} : { ids: principal.instances };
    const page = await services.directory(orgId).list({ ...withoutUndefined(c.req.valid("query")), ...only });
    const instances = page.instances.map(({ id, name, status, connectedPhone: phone }) => ({
      id,
      name,
      status,
      phone,
    }));
    return c.json({ success: true as const, instanceCount: instances.length, instances, next: page.next }, 200);
  })
  .openapi(reloadBehavior, async (c) => {
    const { services, orgId } = c.var;
    const ids = await runningIds(services, orgId);
    const results: { instanceId: string; reloaded: boolean }[] = [];
    for (let i = 0; i < ids.length; i += BATCH) {
      results.push(...(await Promise.all(ids.slice(i, i + BATCH).map((id) => reload(services, orgId, id)))));
    }
    return c.json({ success: true as const, count: results.length, results }, 200);
  })
  .openapi(generateApiKey, (c) => {
    const apiKey = randomBytes(KEY_BYTES).toString("hex");
    const message = "Keep it safe, then set it: npx wrangler secret put API_KEY (or API_KEY=… in .dev.vars)";
    return c.json({ success: true as const, apiKey, message }, 200);
  });
