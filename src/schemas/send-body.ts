/** Bodies of the sending operations: aliases merged, kind decided. */
import { z } from "@hono/zod-openapi";
import { PhoneSchema, RecipientSchema, withoutUndefined } from "./common.ts";
import { LIMITS } from "./limits.ts";
import { sendContent } from "./send-content.ts";
import { sendFields, TextSchema } from "./send-fields.ts";

/** On one line; undefined when nothing is left of it. */
const nameOf = (text = ""): string | undefined => text.replace(/[\s\p{Cc}]+/gu, " ").trim() || undefined;

/** A phone number and the chat id made of it name the same person. */
const withoutPhoneHost = (recipient: string) => recipient.replace(/@s\.whatsapp\.net$/, "");

type Issues = (path: string, message: string) => void;

/** `to` or its alias; undefined when it is missing or both differ. */
function recipientOf(body: { to?: string | undefined; to_phone?: string | undefined }, issue: Issues) {
  const to = body.to ?? body.to_phone;
  if (to === undefined) issue("to", "Name the recipient: a phone number with country code or a chat id");
  else if (body.to_phone !== undefined && withoutPhoneHost(body.to_phone) !== withoutPhoneHost(to)) {
    issue("to_phone", "Give only one of to and to_phone");
  } else return to;
  return undefined;
}

function issuesOf(context: z.RefinementCtx): Issues {
  return (path, message) => context.addIssue({ code: "custom", path: path.split("."), message });
}

function parsed(body: z.output<typeof sendFields>, context: z.RefinementCtx) {
  const issue = issuesOf(context);
  const to = recipientOf(body, issue);
  const text = body.message ?? body.text ?? "";
  if (to === undefined) return z.NEVER;
  if (body.text !== undefined && body.text !== text) {
    issue("text", "Give only one of message and text");
    return z.NEVER;
  }
  const said = sendContent(body, text);
  if ("issues" in said) {
    for (const [path, message] of said.issues) issue(path, message);
    return z.NEVER;
  }
  const { quotedMessageId, mentions, linkPreview = true, typingSimulation, delayEnabled } = body;
  const contactName = body.skipContactSave ? undefined : nameOf(body.contactName);
  const wishes = withoutUndefined({ typingSimulation, delayEnabled });
  return {
    to,
    ...said,
    linkPreview,
    ...(quotedMessageId && { quotedMessageId }),
    ...(mentions && { mentions }),
    ...(Object.keys(wishes).length > 0 && { wishes }),
    ...(contactName && { contactName }),
  };
}

/** Body of POST …/send: what to send and to whom come out. */
export const SendMessageSchema = sendFields
  .openapi("SendMessageBody", { example: { to: "60123456789", message: "Hello from Wasup" } })
  .transform(parsed);

const FromPhoneSchema = PhoneSchema.optional().openapi({
  description: "The linked number to use; chosen by itself when left out",
  example: "60111111111",
});

/** Body of POST /api/send. */
export const AutoSendSchema = sendFields.extend({ from_phone: FromPhoneSchema }).transform((body, context) => {
  const message = parsed(body, context);
  const { from_phone: fromPhone } = body;
  return { message, ...(fromPhone && { fromPhone }) };
});

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
/** Code points are reserved for pictographs of years to come, flags are made of two letters, keycaps end in a frame. */
const PICTURE = /\p{Extended_Pictographic}|^\p{Regional_Indicator}{2}$|\u20e3$/u;

/** WhatsApp's apps make reactions of one emoji; what they show of any other is not known. */
const isOneEmoji = (text: string): boolean => PICTURE.test(text) && [...graphemes.segment(text)].length === 1;

const reactionFields = z.object({
  to: RecipientSchema.optional().openapi({ description: "Who the chat is with", example: "447835156367" }),
  to_phone: RecipientSchema.optional().openapi({ description: "Another name for `to`", example: "447835156367" }),
  messageId: z
    .string("Name the message")
    .min(1, "Name the message")
    .max(LIMITS.messageIdCharacters, `Use an id of at most ${LIMITS.messageIdCharacters} characters`)
    .openapi({ description: "The message, from a send answer or a webhook", example: "3EB0DAC5F4A2E1B7" }),
  emoji: z
    .string("Give an emoji, or an empty text to take the reaction back")
    .max(LIMITS.emojiCharacters, `Use an emoji of at most ${LIMITS.emojiCharacters} characters`)
    .refine((text) => text === "" || isOneEmoji(text), "Use one emoji, or an empty text to take the reaction back")
    .openapi({ description: "The reaction, one emoji; empty takes it back", example: "🔥" }),
  fromMe: z.boolean().optional().openapi({
    description: "Whether the message was sent by this number. Accepted for compatibility: the stored message tells.",
    default: false,
  }),
});

function reaction(body: z.output<typeof reactionFields>, context: z.RefinementCtx) {
  const to = recipientOf(body, issuesOf(context));
  return to === undefined ? z.NEVER : { to, messageId: body.messageId, emoji: body.emoji };
}

/** Body of POST …/react. */
export const ReactionSchema = reactionFields
  .openapi("ReactionBody", { example: { to: "447835156367", messageId: "3EB0DAC5F4A2E1B7", emoji: "🔥" } })
  .transform(reaction);

/** Body of POST /api/react. */
export const AutoReactionSchema = reactionFields.extend({ from_phone: FromPhoneSchema }).transform((body, context) => {
  const { from_phone: fromPhone } = body;
  return { reaction: reaction(body, context), ...(fromPhone && { fromPhone }) };
});

/** Body of PUT …/messages/{messageId}. */
export const EditSchema = z
  .object({
    message: TextSchema.optional().openapi({
      description: "The new text or caption",
      example: "Our opening hours are 9–18.",
    }),
    text: TextSchema.optional().openapi({ description: "Another name for `message`" }),
  })
  .transform(({ message, text }, context) => {
    const given = message ?? text ?? "";
    if (given.trim() === "") issuesOf(context)("message", "Write the new text");
    else if (text !== undefined && text !== given) issuesOf(context)("text", "Give only one of message and text");
    else return { text: given };
    return z.NEVER;
  });
