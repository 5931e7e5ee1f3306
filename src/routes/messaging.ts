/** Send messages and read the history. */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { StoredMessage } from "../durable/rpc.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { unwrap } from "../middleware/errors.ts";
import { InstanceParamsSchema, withoutUndefined } from "../schemas/common.ts";
import { AutoSentSchema, MessageListSchema, MessageQuerySchema, SentSchema } from "../schemas/messaging.ts";
import { AutoSendSchema, SendMessageSchema } from "../schemas/send-body.ts";
import { answer, errorResponses, jsonContent, needs, SEND_REFUSALS } from "./document.ts";
import { autoSentAnswer, messageAnswer, retryAfter, sentAnswer } from "./message-answer.ts";
import { sendBody } from "./outgoing.ts";
import { selectInstance } from "./select-instance.ts";

const tags = ["Messaging"];

const send = createRoute({
  ...needs("send"),
  method: "post",
  path: "/api/instances/{instanceId}/send",
  operationId: "sendMessage",
  tags,
  summary: "Send a message",
  description:
    "Sends a message of any kind from this instance's number and answers when WhatsApp has it, or when it is stored and " +
    "will go out by itself (`pending`). The pauses of the instance's behaviour and limits come first, 30 seconds at " +
    "most. A message that the number-safety rules hold back (`result.waitTime`, `Retry-After`) or that WhatsApp refuses " +
    "is answered with 200 and `success: false`. A number that this instance never dealt with is checked first: 404 `not_on_whatsapp`, nothing is sent.",
  request: { params: InstanceParamsSchema, body: { required: true, content: jsonContent(SendMessageSchema) } },
  responses: {
    200: answer("Sent, stored, or refused by WhatsApp", SentSchema),
    ...errorResponses(...SEND_REFUSALS),
  },
});

const autoSend = createRoute({
  ...needs("send"),
  method: "post",
  path: "/api/send",
  operationId: "sendMessageFromAny",
  tags,
  summary: "Send a message, instance chosen by itself",
  description:
    "Sends from `from_phone` when it is given (404 when no connected instance has it), else from the connected instance " +
    "that last spoke with the recipient, else from the first connected one (409 when none is). The body is that of " +
    "sending by an instance; the answer is a list of one.",
  request: { body: { required: true, content: jsonContent(AutoSendSchema) } },
  responses: {
    200: answer("Sent, stored, or refused by WhatsApp", AutoSentSchema),
    ...errorResponses(...SEND_REFUSALS),
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
    "react to messages as they come, use a webhook. Reactions, edits, deletions and votes are messages of their own, and " +
    "an edited or deleted message says so.",
  request: { params: InstanceParamsSchema, query: MessageQuerySchema },
  responses: {
    200: answer("The messages", MessageListSchema),
    ...errorResponses("invalid_request", "unauthorized", "not_found"),
  },
});

export const messaging = new OpenAPIHono<AppEnv>()
  .openapi(send, async (c) => {
    const { orgId, instanceId, instance, services, idempotencyId } = c.var;
    const sending = { orgId, instanceId, instance, services, callId: idempotencyId };
    const sent = unwrap(await sendBody(c.req.valid("json"), sending));
    return c.json(sentAnswer(sent), 200, retryAfter(c, sent));
  })
  .openapi(autoSend, async (c) => {
    const { orgId, services, principal, idempotencyId } = c.var;
    const { message: body, fromPhone } = c.req.valid("json");
    const { id, instance } = unwrap(await selectInstance({ orgId, services, principal, to: body.to, fromPhone }));
    const sending = { orgId, instanceId: id, instance, services, callId: idempotencyId };
    const sent = unwrap(await sendBody(body, sending));
    return c.json(autoSentAnswer(sent, id), 200, retryAfter(c, sent));
  })
  .openapi(listMessages, async (c) => {
    const query = withoutUndefined(c.req.valid("query"));
    const base = c.var.settings.publicUrl ?? new URL(c.req.url).origin;
    const shown = (message: StoredMessage) => messageAnswer(message, base);
    const { messages, next } = unwrap(await c.var.instance.listMessages(c.var.orgId, query));
    return c.json({ success: true as const, count: messages.length, messages: messages.map(shown), next }, 200);
  });
