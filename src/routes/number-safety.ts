/** The number-safety rules: configuration, state, emergency stop. */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../middleware/app-env.ts";
import { unwrap } from "../middleware/errors.ts";
import { InstanceParamsSchema, withoutUndefined } from "../schemas/common.ts";
import {
  ChatQuerySchema,
  ClearedSchema,
  LidMappingsQuerySchema,
  LidMappingsSchema,
  OptOutsSchema,
  SafetyConfigAnswerSchema,
  SafetyHealthAnswerSchema,
  SafetyHealthQuerySchema,
  SafetyStatusAnswerSchema,
  WarmUpAnswerSchema,
} from "../schemas/safety.ts";
import { SafetyConfigInputSchema } from "../schemas/safety-config.ts";
import { answer, errorResponses, jsonContent, needs } from "./document.ts";

const tags = ["Wasup Anti-Ban"];
const params = InstanceParamsSchema;
const base = "/api/instances/{instanceId}/antiban-v2" as const;
const readErrors = errorResponses("invalid_request", "unauthorized", "not_found");

const getStatus = createRoute({
  ...needs("read"),
  method: "get",
  path: base,
  operationId: "getSafety",
  tags,
  summary: "Read everything",
  description: "Which rules are on, the risk and its reasons, the warm-up, and how full the running windows are.",
  request: { params },
  responses: { 200: answer("The state", SafetyStatusAnswerSchema), ...readErrors },
});

const getConfig = createRoute({
  ...needs("read"),
  method: "get",
  path: `${base}/config`,
  operationId: "getSafetyConfig",
  tags,
  summary: "Read the configuration",
  description: "Preset, overrides and modules, with every default filled in.",
  request: { params },
  responses: { 200: answer("The configuration", SafetyConfigAnswerSchema), ...readErrors },
});

const setConfig = createRoute({
  ...needs("manage"),
  method: "put",
  path: `${base}/config`,
  operationId: "setSafetyConfig",
  tags,
  summary: "Change the configuration",
  description:
    "Fields left out stay as they are; overrides and modules are merged one by one, and an override of null is taken " +
    "back. `enabled: false` switches these rules off and leaves the limits of `…/anti-ban`.",
  request: { params, body: { required: false, content: jsonContent(SafetyConfigInputSchema) } },
  responses: {
    200: answer("The changed configuration", SafetyConfigAnswerSchema),
    ...errorResponses("invalid_request", "unauthorized", "not_found", "too_large", "unsupported_media_type"),
  },
});

const getHealth = createRoute({
  ...needs("read"),
  method: "get",
  path: `${base}/health`,
  operationId: "getSafetyHealth",
  tags,
  summary: "Read the risk",
  description:
    "Risk, score and reasons, what to do, and what WhatsApp itself restricts: the lock on new chats and its quota of " +
    "messages to people who do not answer.",
  request: { params, query: SafetyHealthQuerySchema },
  responses: { 200: answer("The risk", SafetyHealthAnswerSchema), ...readErrors },
});

const getWarmUp = createRoute({
  ...needs("read"),
  method: "get",
  path: `${base}/warmup`,
  operationId: "getWarmUp",
  tags,
  summary: "Read the warm-up",
  description:
    "The day of the warm-up, its limit on messages to people who did not write within 24 hours, and how many were sent.",
  request: { params },
  responses: { 200: answer("The warm-up", WarmUpAnswerSchema), ...readErrors },
});

const listMappings = createRoute({
  ...needs("read"),
  method: "get",
  path: `${base}/lid-mappings`,
  operationId: "listLidMappings",
  tags,
  summary: "List phones and LIDs",
  description: "Every person this number knows by phone and by hidden id (LID), page by page.",
  request: { params, query: LidMappingsQuerySchema },
  responses: { 200: answer("The mappings", LidMappingsSchema), ...readErrors },
});

const act = (what: "pause" | "resume" | "reset", summary: string, description: string) =>
  createRoute({
    ...needs("manage"),
    method: "post",
    path: `${base}/${what}`,
    operationId: `${what}Safety`,
    tags,
    summary,
    description,
    request: { params },
    responses: { 200: answer("The state afterwards", SafetyStatusAnswerSchema), ...readErrors },
  });

const pause = act(
  "pause",
  "Stop sending",
  "Emergency stop: nothing is sent until `resume`, and every send says so. What waits stays waiting. To switch the " +
    "rules off instead, set `enabled: false`.",
);
const resume = act(
  "resume",
  "Go on sending",
  "Ends the emergency stop; what waited goes out, within the limits. A pause by risk ends by itself, or with `reset`.",
);
const reset = act(
  "reset",
  "Forget everything",
  "Clears counters, events, pauses (the emergency stop too) and alerts and starts the warm-up anew. The configuration stays, and so does what " +
    "WhatsApp itself restricts.",
);

const listOptOuts = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/instances/{instanceId}/opt-outs",
  operationId: "listOptOuts",
  tags,
  summary: "List people who want no messages",
  description:
    "Chats that sent one of the `optOutKeywords`. Sends to them are held back until they write again or are removed.",
  request: { params },
  responses: { 200: answer("The list", OptOutsSchema), ...readErrors },
});

const removeOptOuts = createRoute({
  ...needs("manage"),
  method: "delete",
  path: "/api/instances/{instanceId}/opt-outs",
  operationId: "removeOptOuts",
  tags,
  summary: "Remove people from that list",
  description: "Removes one chat, or all. Do it only when they agreed.",
  request: { params, query: ChatQuerySchema },
  responses: { 200: answer("Removed", ClearedSchema), ...readErrors },
});

export const numberSafety = new OpenAPIHono<AppEnv>()
  .openapi(getStatus, async (c) => {
    return c.json({ success: true as const, antibanV2: unwrap(await c.var.instance.safety(c.var.orgId)) }, 200);
  })
  .openapi(getConfig, async (c) => {
    return c.json({ success: true as const, config: unwrap(await c.var.instance.safetyConfig(c.var.orgId)) }, 200);
  })
  .openapi(setConfig, async (c) => {
    const config = unwrap(await c.var.instance.setSafetyConfig(c.var.orgId, c.req.valid("json")));
    return c.json({ success: true as const, config }, 200);
  })
  .openapi(getHealth, async (c) => {
    const refresh = c.req.valid("query").refresh === "true";
    const health = unwrap(await c.var.instance.safetyHealth(c.var.orgId, { refresh }));
    return c.json({ success: true as const, health }, 200);
  })
  .openapi(getWarmUp, async (c) => {
    const { warmup } = unwrap(await c.var.instance.safety(c.var.orgId));
    return c.json({ success: true as const, warmup }, 200);
  })
  .openapi(listMappings, async (c) => {
    const query = withoutUndefined(c.req.valid("query"));
    const { mappings, next } = unwrap(await c.var.instance.listLidMappings(c.var.orgId, query));
    return c.json({ success: true as const, count: mappings.length, mappings, next }, 200);
  })
  .openapi(pause, async (c) => {
    const antibanV2 = unwrap(await c.var.instance.pauseSending(c.var.orgId, true));
    return c.json({ success: true as const, antibanV2 }, 200);
  })
  .openapi(resume, async (c) => {
    const antibanV2 = unwrap(await c.var.instance.pauseSending(c.var.orgId, false));
    return c.json({ success: true as const, antibanV2 }, 200);
  })
  .openapi(reset, async (c) => {
    return c.json({ success: true as const, antibanV2: unwrap(await c.var.instance.resetSafety(c.var.orgId)) }, 200);
  })
  .openapi(listOptOuts, async (c) => {
    const optOuts = unwrap(await c.var.instance.listOptOuts(c.var.orgId));
    return c.json({ success: true as const, count: optOuts.length, optOuts }, 200);
  })
  .openapi(removeOptOuts, async (c) => {
    const cleared = unwrap(await c.var.instance.removeOptOuts(c.var.orgId, c.req.valid("query").phone ?? null));
    return c.json({ success: true as const, cleared }, 200);
  });
