/** Create, read, change and delete instances. */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../middleware/app-env.ts";
import { unwrap } from "../middleware/errors.ts";
import { InstanceParamsSchema, withoutUndefined } from "../schemas/common.ts";
import {
  CreateInstanceSchema,
  DeletedSchema,
  InstanceAnswerSchema,
  InstanceListSchema,
  ListInstancesQuerySchema,
  UpdateInstanceSchema,
} from "../schemas/instances.ts";
import { answer, errorResponses, jsonContent, needs } from "./document.ts";
import { instanceAnswer, summaryAnswer } from "./instance-answer.ts";
import { generateInstanceId } from "./instance-id.ts";

const tags = ["Instances"];

const listInstances = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/instances",
  operationId: "listInstances",
  tags,
  summary: "List instances",
  description:
    "Every instance of the organisation with its state, linked number, webhook and settings, oldest first. It is read " +
    "from summaries, so listing wakes no instance. A deployment with more than 1,000 instances gets the rest by `cursor`.",
  request: { query: ListInstancesQuerySchema },
  responses: {
    200: answer("The instances", InstanceListSchema),
    ...errorResponses("invalid_request", "unauthorized"),
  },
});

const createInstance = createRoute({
  ...needs("manage"),
  method: "post",
  path: "/api/instances",
  operationId: "createInstance",
  tags,
  summary: "Create an instance",
  description:
    "Makes a new, unlinked instance and sends nothing. Id, name, webhook and settings are optional; an id that exists " +
    "already is refused with 409. Link a number afterwards with `POST /api/instances/{instanceId}/connect`.",
  request: { body: { required: false, content: jsonContent(CreateInstanceSchema) } },
  responses: {
    201: answer("The new instance", InstanceAnswerSchema),
    ...errorResponses("invalid_request", "unauthorized", "already_exists", "too_large", "unsupported_media_type"),
  },
});

const getInstance = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/instances/{instanceId}",
  operationId: "getInstance",
  tags,
  summary: "Read an instance",
  description:
    "Everything about one instance, including the QR or pairing code that is waiting, whether a device is linked, and " +
    "why the connection was last lost.",
  request: { params: InstanceParamsSchema },
  responses: { 200: answer("The instance", InstanceAnswerSchema), ...errorResponses("unauthorized", "not_found") },
});

const updateInstance = createRoute({
  ...needs("manage"),
  method: "put",
  path: "/api/instances/{instanceId}",
  operationId: "updateInstance",
  tags,
  summary: "Change an instance",
  description:
    "Changes name, webhook or settings. Fields left out stay as they are, settings are merged field by field, and the " +
    "connection is not touched.",
  request: { params: InstanceParamsSchema, body: { required: true, content: jsonContent(UpdateInstanceSchema) } },
  responses: {
    200: answer("The changed instance", InstanceAnswerSchema),
    ...errorResponses("invalid_request", "unauthorized", "not_found", "too_large", "unsupported_media_type"),
  },
});

const deleteInstance = createRoute({
  ...needs("manage"),
  method: "delete",
  path: "/api/instances/{instanceId}",
  operationId: "deleteInstance",
  tags,
  summary: "Delete an instance",
  description:
    "Ends the session and removes everything the instance stored: credentials, messages, settings and logs. It cannot " +
    "be undone.",
  request: { params: InstanceParamsSchema },
  responses: {
    200: answer("The instance is gone", DeletedSchema),
    ...errorResponses("invalid_request", "unauthorized", "not_found"),
  },
});

export const instances = new OpenAPIHono<AppEnv>()
  .openapi(listInstances, async (c) => {
    const { services, orgId, principal } = c.var;
    const only = principal.instances === null ? {} : { ids: principal.instances };
    const page = await services.directory(orgId).list({ ...withoutUndefined(c.req.valid("query")), ...only });
    const list = page.instances.map(summaryAnswer);
    return c.json({ success: true as const, count: list.length, instances: list, next: page.next }, 200);
  })
  .openapi(createInstance, async (c) => {
    const { services, orgId } = c.var;
    const body = c.req.valid("json");
    const instanceId = body.id ?? generateInstanceId(services.now(), services.random);
    c.set("auditTarget", instanceId);
    const created = await services.instance(orgId, instanceId).initialise({
      origin: new URL(c.req.url).origin,
      orgId,
      instanceId,
      name: body.name ?? instanceId,
      webhookUrl: body.webhookUrl ?? null,
      behaviorSettings: body.behaviorSettings ?? {},
      antiBanSettings: body.antiBanSettings ?? {},
      syncHistory: body.syncHistory ?? false,
    });
    return c.json({ success: true as const, instance: instanceAnswer(unwrap(created)) }, 201);
  })
  .openapi(getInstance, async (c) => {
    const view = unwrap(await c.var.instance.describe(c.var.orgId));
    return c.json({ success: true as const, instance: instanceAnswer(view) }, 200);
  })
  .openapi(updateInstance, async (c) => {
    const changes = withoutUndefined(c.req.valid("json"));
    const view = unwrap(await c.var.instance.update(c.var.orgId, changes));
    return c.json({ success: true as const, instance: instanceAnswer(view) }, 200);
  })
  .openapi(deleteInstance, async (c) => {
    const { instanceId } = unwrap(await c.var.instance.destroy(c.var.orgId));
    return c.json({ success: true as const, message: `Instance ${instanceId} deleted` }, 200);
  });
