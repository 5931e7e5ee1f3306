/** Chats that a person has taken over. */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../middleware/app-env.ts";
import { unwrap } from "../middleware/errors.ts";
import { InstanceParamsSchema } from "../schemas/common.ts";
import {
  HandoffChangedSchema,
  HandoffListSchema,
  HandoffSettingsAnswerSchema,
  HandoffSettingsInputSchema,
  SetHandoffSchema,
} from "../schemas/handoff.ts";
import { ChatQuerySchema, ClearedSchema } from "../schemas/safety.ts";
import { answer, BODY_REFUSALS, errorResponses, jsonContent, needs } from "./document.ts";

const tags = ["Handoff"];
const params = InstanceParamsSchema;
const path = "/api/instances/{instanceId}/handoff" as const;
const readErrors = errorResponses("invalid_request", "unauthorized", "not_found");
const writeErrors = errorResponses(...BODY_REFUSALS);

const listChats = createRoute({
  ...needs("read"),
  method: "get",
  path,
  operationId: "listHandoffs",
  tags,
  summary: "List chats that a person has",
  description:
    "While a person has a chat, webhooks still get its messages, with `handoff: true`, but what they answer is not sent.",
  request: { params },
  responses: { 200: answer("The chats", HandoffListSchema), ...readErrors },
});

const setChat = createRoute({
  ...needs("send"),
  method: "post",
  path,
  operationId: "setHandoff",
  tags,
  summary: "Hand a chat over, or take it back",
  description:
    "Marks a chat as handed to a person, or gives it back to the webhook. Sends by the API go out in any case.",
  request: { params, body: { required: true, content: jsonContent(SetHandoffSchema) } },
  responses: { 200: answer("How the chat stands now", HandoffChangedSchema), ...writeErrors },
});

const clearChats = createRoute({
  ...needs("send"),
  method: "delete",
  path,
  operationId: "clearHandoffs",
  tags,
  summary: "Take chats back",
  description: "Gives one chat (`?phone=`), or all, back to the webhook, without the resume message.",
  request: { params, query: ChatQuerySchema },
  responses: { 200: answer("Taken back", ClearedSchema), ...readErrors },
});

const getSettings = createRoute({
  ...needs("read"),
  method: "get",
  path: `${path}/settings`,
  operationId: "getHandoffSettings",
  tags,
  summary: "Read the handoff settings",
  description: "The words that give a chat back when they are typed on the phone, and what is sent then.",
  request: { params },
  responses: { 200: answer("The settings", HandoffSettingsAnswerSchema), ...readErrors },
});

const setSettings = createRoute({
  ...needs("manage"),
  method: "put",
  path: `${path}/settings`,
  operationId: "setHandoffSettings",
  tags,
  summary: "Change the handoff settings",
  description:
    "Changes the words, the message and whether a handoff begins by itself; fields left out stay as they are.",
  request: { params, body: { required: true, content: jsonContent(HandoffSettingsInputSchema) } },
  responses: { 200: answer("The changed settings", HandoffSettingsAnswerSchema), ...writeErrors },
});

export const handoff = new OpenAPIHono<AppEnv>()
  .openapi(listChats, async (c) => {
    return c.json({ success: true as const, chats: unwrap(await c.var.instance.listHandoffs(c.var.orgId)) }, 200);
  })
  .openapi(setChat, async (c) => {
    const { phone, active } = c.req.valid("json");
    const { chatId } = unwrap(await c.var.instance.setHandoff(c.var.orgId, phone, active));
    return c.json({ success: true as const, chatId, active }, 200);
  })
  .openapi(clearChats, async (c) => {
    const cleared = unwrap(await c.var.instance.clearHandoffs(c.var.orgId, c.req.valid("query").phone ?? null));
    return c.json({ success: true as const, cleared }, 200);
  })
  .openapi(getSettings, async (c) => {
    const settings = unwrap(await c.var.instance.handoffSettings(c.var.orgId));
    return c.json({ success: true as const, settings }, 200);
  })
  .openapi(setSettings, async (c) => {
    const settings = unwrap(await c.var.instance.setHandoffSettings(c.var.orgId, c.req.valid("json")));
    return c.json({ success: true as const, settings }, 200);
  });
