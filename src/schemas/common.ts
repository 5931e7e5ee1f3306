/** The parts that every tag shares: ids, phone numbers, recipients, times, and the body of an error. */
import { z } from "@hono/zod-openapi";

/** `default`, or up to 32 of `a-z`, `0-9`, `-`. */
export const ORG_ID = /^[a-z0-9-]{1,32}$/;
/** Up to 64 of letters, digits, `_`, `-`. */
export const INSTANCE_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** What people put between the digits, and the invisible direction marks that phones add when a number is copied. */
const PHONE_PUNCTUATION = /[\s\-.()[\]/\u2010-\u2015\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g;
const PHONE_REMEDY = "Give the full number with country code, 7 to 15 digits, such as 447393002183";

/** The digits of a phone number written with `+`, spaces, dashes, brackets or dots; null when it cannot be one. */
export function parsePhone(text: string): string | null {
  const compact = text.replace(PHONE_PUNCTUATION, "");
  // E.164: at most 15 digits, and no country code starts with 0.
  return /^\+?([1-9]\d{6,14})$/.exec(compact)?.[1] ?? null;
}

const USER_JID = /^([1-9]\d{6,14})(?::\d{1,5})?@s\.whatsapp\.net$/;
const LID_JID = /^(\d{1,20})(?::\d{1,5})?@lid$/;
const GROUP_JID = /^\d{5,20}(?:-\d{5,15})?@g\.us$/;

/**
 * Digits of a phone number, or the chat id of a person (`…@s.whatsapp.net`, `…@lid`, without the device part) or of a
 * group (`…@g.us`); null when it is none of these.
 */
export function parseRecipient(text: string): string | null {
  const trimmed = text.trim();
  if (!trimmed.includes("@")) return parsePhone(trimmed);
  const phone = USER_JID.exec(trimmed)?.[1];
  if (phone !== undefined) return `${phone}@s.whatsapp.net`;
  const lid = LID_JID.exec(trimmed)?.[1];
  if (lid !== undefined) return `${lid}@lid`;
  return GROUP_JID.test(trimmed) ? trimmed : null;
}

/** Turns a text into what `parse` makes of it, or refuses it with the remedy. */
const parsed = (parse: (text: string) => string | null, remedy: string) =>
  z.string(remedy).transform((text, context) => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue({ code: "custom", message: remedy });
    return z.NEVER;
  });

/** A phone number in any common spelling; its digits come out. */
export const PhoneSchema = parsed(parsePhone, PHONE_REMEDY);

/** A phone number or a chat id, see `parseRecipient`. */
export const RecipientSchema = parsed(
  parseRecipient,
  `${PHONE_REMEDY}, or a chat id ending in @s.whatsapp.net, @lid or @g.us`,
);

/** A moment in an answer: ISO 8601, UTC, milliseconds. */
export const TimeSchema = z.string().openapi({ format: "date-time", example: "2026-01-29T12:00:00.000Z" });

/** `connecting` covers linking and every reconnect. */
export const ConnectionStatusSchema = z.enum(["disconnected", "connecting", "connected"]).openapi({
  description: "`connecting` covers linking and every reconnect; messages flow only while `connected`.",
  example: "connected",
});

/** `success` of an answer that did what was asked. */
export const SuccessSchema = z.literal(true).openapi({ example: true });

/** The path parameter of everything below one instance; an id that cannot exist is unknown, not invalid. */
export const InstanceParamsSchema = z.object({
  instanceId: z.string().openapi({
    param: { name: "instanceId", in: "path" },
    description: "The id the instance was created with",
    example: "wa_lxyz123_abc45",
  }),
});

/** The path of one delivery. */
export const DeliveryParamsSchema = InstanceParamsSchema.extend({
  deliveryId: z.string().openapi({
    param: { name: "deliveryId", in: "path" },
    description: "The event's id, as the list of deliveries shows it",
    example: "evt_42",
  }),
});

/** The body of every error. */
export const ErrorSchema = z
  .object({
    error: z.string().openapi({ description: "One short sentence for people", example: "Instance not found" }),
    code: z.string().openapi({ description: "What went wrong, for machines", example: "not_found" }),
    message: z.string().optional().openapi({ description: "How to authenticate; only with 401" }),
    hint: z.string().optional().openapi({ description: "What to do about it" }),
    issues: z
      .array(
        z.object({
          path: z.string().openapi({ description: "The field, such as `buttons.0.text`", example: "to" }),
          message: z.string().openapi({ description: "How to correct it", example: PHONE_REMEDY }),
        }),
      )
      .optional()
      .openapi({ description: "Every field that was wrong; with 400, and with 413 for a file" }),
    requestId: z.string().openapi({
      description: "The same as the header `X-Request-Id`; the log has it too",
      example: "2f1c4e0a-6a53-4f6e-9f0b-6d7c8a1b2c3d",
    }),
  })
  .openapi("Error");

/** The same object type without `undefined` values: what JSON can carry, and what the stored types want. */
type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Drops the fields that are `undefined`. */
export function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>;
}
