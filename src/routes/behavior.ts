/** How an instance behaves towards people, and the older sending limits. */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../middleware/app-env.ts";
import { unwrap } from "../middleware/errors.ts";
import { InstanceParamsSchema } from "../schemas/common.ts";
import { AntiBanAnswerSchema, BehaviorAnswerSchema, BehaviorChangedSchema } from "../schemas/safety.ts";
import { AntiBanSettingsInputSchema, BehaviorSettingsInputSchema } from "../schemas/settings.ts";
import { answer, BODY_REFUSALS, errorResponses, jsonContent, needs } from "./document.ts";

const params = InstanceParamsSchema;
const readErrors = errorResponses("unauthorized", "not_found");
const writeErrors = errorResponses(...BODY_REFUSALS);

const getBehavior = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/instances/{instanceId}/behavior",
  operationId: "getBehavior",
  tags: ["Behavior"],
  summary: "Read the behaviour",
  description: "The behaviour profile and its settings, with every default filled in.",
  request: { params },
  responses: { 200: answer("The behaviour", BehaviorAnswerSchema), ...readErrors },
});

const setBehavior = createRoute({
  ...needs("manage"),
  method: "put",
  path: "/api/instances/{instanceId}/behavior",
  operationId: "setBehavior",
  tags: ["Behavior"],
  summary: "Change the behaviour",
  description:
    "Changes how the number appears to people: online, typing, read receipts, pauses. Fields left out stay as they are; " +
    "it works at once, also for messages that wait to be read. For desks where people read on the phone first use " +
    "`notification-balanced` with a grace time.",
  request: { params, body: { required: true, content: jsonContent(BehaviorSettingsInputSchema) } },
  responses: { 200: answer("The changed behaviour", BehaviorChangedSchema), ...writeErrors },
});

const getAntiBan = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/instances/{instanceId}/anti-ban",
  operationId: "getAntiBan",
  tags: ["Anti-Ban"],
  summary: "Read the older limits",
  description:
    "Messages and different chats per hour and day, and how much of each is used. `warning` from 80 per cent on, " +
    "`limited` when one is reached. They hold beside the newer rules as soon as somebody sets them, and alone when " +
    "those are switched off.",
  request: { params },
  responses: { 200: answer("Limits and usage", AntiBanAnswerSchema), ...readErrors },
});

const setAntiBan = createRoute({
  ...needs("manage"),
  method: "put",
  path: "/api/instances/{instanceId}/anti-ban",
  operationId: "setAntiBan",
  tags: ["Anti-Ban"],
  summary: "Change the older limits",
  description:
    "A preset, or numbers of your own, which stand over the preset's. Naming a preset drops your own numbers.",
  request: { params, body: { required: true, content: jsonContent(AntiBanSettingsInputSchema) } },
  responses: { 200: answer("The changed limits", AntiBanAnswerSchema), ...writeErrors },
});

export const behavior = new OpenAPIHono<AppEnv>()
  .openapi(getBehavior, async (c) => {
    const behaviorSettings = unwrap(await c.var.instance.behavior(c.var.orgId));
    return c.json({ success: true as const, behaviorSettings }, 200);
  })
  .openapi(setBehavior, async (c) => {
    const behaviorSettings = unwrap(await c.var.instance.setBehavior(c.var.orgId, c.req.valid("json")));
    return c.json({ success: true as const, behaviorSettings, message: "Behavior settings updated" }, 200);
  })
  .openapi(getAntiBan, async (c) => {
    return c.json({ success: true as const, ...unwrap(await c.var.instance.antiBan(c.var.orgId)) }, 200);
  })
  .openapi(setAntiBan, async (c) => {
    const changed = unwrap(await c.var.instance.setAntiBan(c.var.orgId, c.req.valid("json")));
    return c.json({ success: true as const, ...changed }, 200);
  });
