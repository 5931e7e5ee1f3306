/** Send messages and read the history. */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { refuse } from "../errors.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { RefusalError, unwrap } from "../middleware/errors.ts";
import { InstanceParamsSchema, withoutUndefined } from "../schemas/common.ts";
import { MessageListSchema, MessageQuerySchema, SendMessageSchema, SentSchema } from "../schemas/messaging.ts";
import { answer, errorResponses, jsonContent, needs } from "./document.ts";
import { messageAnswer, sentAnswer } from "./message-answer.ts";

const tags = ["Messaging"];

const send = createRoute({
  ...needs("send"),
  method: "post",
  path: "/api/instances/{instanceId}/send",
  operationId: "sendMessage",
  tags,
  summary: "Send a message",
  description:
    "Sends a message from this instance's number and answers when WhatsApp has it, or when it is stored and will go out " +
    "by itself (`pending`). A message that WhatsApp refuses is answered with 200 and `success: false`. Text is sent; the " +
    "other kinds are answered with 501 and nothing is sent.",
  request: { params: InstanceParamsSchema, body: { required: true, content: jsonContent(SendMessageSchema) } },
  responses: {
    200: answer("Sent, stored, or refused by WhatsApp", SentSchema),
    ...errorResponses(
      "invalid_request",
      "unauthorized",
      "not_found",
      "not_connected",
      "too_large",
      "unsupported_media_type",
      "not_implemented",
    ),
  },
});

const listMessages = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/instances/{instanceId}/messages",
  operationId: "listMessages",
  tags: ["Whitelabel", ...tags],
  summary: "Message history",
  description:
    "The stored messages, newest first, by direction, number, time or text. For support desks and for catching up; to " +
    "react to messages as they come, use a webhook.",
  request: { params: InstanceParamsSchema, query: MessageQuerySchema },
  responses: {
    200: answer("The messages", MessageListSchema),
    ...errorResponses("invalid_request", "unauthorized", "not_found"),
  },
});

export const messaging = new OpenAPIHono<AppEnv>()
  .openapi(send, async (c) => {
    const { to, text, messageType } = c.req.valid("json");
    if (messageType !== "text") {
      const hint = "Send messageType text; nothing was sent";
      throw new RefusalError(
        refuse("not_implemented", `Messages of type ${messageType} are not built yet`, { hint }).error,
      );
    }
    const sent = unwrap(await c.var.instance.send(c.var.orgId, { kind: "text", to, text }));
    return c.json(sentAnswer(sent), 200);
  })
  .openapi(listMessages, async (c) => {
    const query = withoutUndefined(c.req.valid("query"));
    const { messages, next } = unwrap(await c.var.instance.listMessages(c.var.orgId, query));
    return c.json({ success: true as const, count: messages.length, messages: messages.map(messageAnswer), next }, 200);
  });
