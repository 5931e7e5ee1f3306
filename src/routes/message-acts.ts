/** React to messages, edit and delete own ones, and ask about numbers. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { SentMessage } from "../durable/rpc.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { unwrap } from "../middleware/errors.ts";
import { InstanceParamsSchema, PhoneSchema } from "../schemas/common.ts";
import { LIMITS } from "../schemas/limits.ts";
import { AutoReactedSchema, NumberSchema, ReactedSchema, SentSchema } from "../schemas/messaging.ts";
import { AutoReactionSchema, EditSchema, ReactionSchema } from "../schemas/send-body.ts";
import { answer, errorResponses, jsonContent, needs, SEND_REFUSALS } from "./document.ts";
import { retryAfter, sentAnswer } from "./message-answer.ts";
import { selectInstance } from "./select-instance.ts";

const tags = ["Messaging"];

const MessageParamsSchema = InstanceParamsSchema.extend({
  messageId: z
    .string()
    .min(1)
    .max(LIMITS.messageIdCharacters)
    .openapi({
      param: { name: "messageId", in: "path" },
      description: "The message, from a send answer",
      example: "3EB0DAC5F4A2E1B7",
    }),
});

const NumberParamsSchema = InstanceParamsSchema.extend({
  phone: PhoneSchema.openapi({
    param: { name: "phone", in: "path" },
    description: "A phone number with country code",
    example: "447393002183",
  }),
});

const react = createRoute({
  ...needs("send"),
  method: "post",
  path: "/api/instances/{instanceId}/react",
  operationId: "reactToMessage",
  tags: ["Reactions", ...tags],
  summary: "React to a message",
  description:
    "Puts an emoji on a stored message of this chat, sent or received; an empty emoji takes it back. 404 when the " +
    "message is not stored, 409 `wrong_state` when it was deleted or never reached WhatsApp.",
  request: { params: InstanceParamsSchema, body: { required: true, content: jsonContent(ReactionSchema) } },
  responses: {
    200: answer("Reaction sent, or refused by WhatsApp", ReactedSchema),
    ...errorResponses(...SEND_REFUSALS, "wrong_state"),
  },
});

const autoReact = createRoute({
  ...needs("send"),
  method: "post",
  path: "/api/react",
  operationId: "reactFromAny",
  tags: ["Reactions", ...tags],
  summary: "React to a message, instance chosen by itself",
  description: "Like reacting by an instance; which number reacts is chosen as in `POST /api/send`.",
  request: { body: { required: true, content: jsonContent(AutoReactionSchema) } },
  responses: {
    200: answer("Reaction sent, or refused by WhatsApp", AutoReactedSchema),
    ...errorResponses(...SEND_REFUSALS, "wrong_state"),
  },
});

const edit = createRoute({
  ...needs("send"),
  method: "put",
  path: "/api/instances/{instanceId}/messages/{messageId}",
  operationId: "editMessage",
  tags,
  summary: "Edit a sent message",
  description:
    "Replaces the text or caption of a message this number sent. WhatsApp allows it for 15 minutes; afterwards, and for " +
    "kinds without text, 409 `wrong_state`.",
  request: { params: MessageParamsSchema, body: { required: true, content: jsonContent(EditSchema) } },
  responses: {
    200: answer("The edit was sent, stored, or refused by WhatsApp", SentSchema),
    ...errorResponses(...SEND_REFUSALS, "wrong_state"),
  },
});

const remove = createRoute({
  ...needs("send"),
  method: "delete",
  path: "/api/instances/{instanceId}/messages/{messageId}",
  operationId: "deleteMessage",
  tags,
  summary: "Delete a sent message for everybody",
  description:
    "Takes a message of this number back from everybody. WhatsApp allows it for 60 hours; afterwards 409 `wrong_state`. " +
    "The history keeps the message and says when it was deleted.",
  request: { params: MessageParamsSchema },
  responses: {
    200: answer("The deletion was sent, stored, or refused by WhatsApp", SentSchema),
    ...errorResponses("invalid_request", "unauthorized", "not_found", "not_connected", "wrong_state", "queue_full"),
  },
});

const lookUp = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/instances/{instanceId}/numbers/{phone}",
  operationId: "lookUpNumber",
  tags,
  summary: "Is a number on WhatsApp?",
  description:
    "Asks WhatsApp about a phone number: whether it exists there, under which ids, and where its picture is. Every " +
    "question is visible to WhatsApp: do not check lists of numbers.",
  request: { params: NumberParamsSchema },
  responses: {
    200: answer("What WhatsApp tells", NumberSchema),
    ...errorResponses("invalid_request", "unauthorized", "not_found", "not_connected"),
  },
});

function reacted({ status, reason }: SentMessage, { emoji, messageId }: { emoji: string; messageId: string }) {
  if (status !== "failed") return { success: true, emoji, messageId };
  return { success: false, emoji, messageId, reason: reason ?? "WhatsApp refused the reaction" };
}

export const messageActs = new OpenAPIHono<AppEnv>()
  .openapi(react, async (c) => {
    const reaction = c.req.valid("json");
    const sent = unwrap(await c.var.instance.react(c.var.orgId, reaction, c.var.idempotencyId));
    return c.json(reacted(sent, reaction), 200, retryAfter(c, sent));
  })
  .openapi(autoReact, async (c) => {
    const { orgId, services, principal } = c.var;
    const { reaction, fromPhone } = c.req.valid("json");
    const { id, instance } = unwrap(await selectInstance({ orgId, services, principal, to: reaction.to, fromPhone }));
    const sent = unwrap(await instance.react(orgId, reaction, c.var.idempotencyId));
    return c.json({ ...reacted(sent, reaction), instance_id: id }, 200, retryAfter(c, sent));
  })
  .openapi(edit, async (c) => {
    const { messageId } = c.req.valid("param");
    const { text } = c.req.valid("json");
    const sent = unwrap(await c.var.instance.editMessage(c.var.orgId, messageId, text, c.var.idempotencyId));
    return c.json(sentAnswer(sent), 200, retryAfter(c, sent));
  })
  .openapi(remove, async (c) => {
    const sent = unwrap(await c.var.instance.deleteMessage(c.var.orgId, c.req.valid("param").messageId));
    return c.json(sentAnswer(sent), 200, retryAfter(c, sent));
  })
  .openapi(lookUp, async (c) => {
    const number = unwrap(await c.var.instance.lookUpNumber(c.var.orgId, c.req.valid("param").phone));
    return c.json({ success: true as const, ...number }, 200);
  });
