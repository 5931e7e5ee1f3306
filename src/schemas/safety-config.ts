/** The configuration of number safety: what a caller may set, and what applies. */
import { z } from "@hono/zod-openapi";
import { clearableTarget } from "./clearable-target.ts";
import { withoutUndefined } from "./common.ts";

export const PresetSchema = z.enum(["conservative", "moderate", "aggressive"]).openapi({ example: "moderate" });

/** Bounds of the overrides: above them the limits mean nothing, and delays outlast a request. */
const MOST_MESSAGES = 1_000_000;
const LONGEST_DELAY_MS = 20_000;
const MOST_KEYWORDS = 50;
const KEYWORD_CHARACTERS = 50;

const messages = (description: string, example: number) =>
  z.int().min(1).max(MOST_MESSAGES).openapi({ type: "integer", description, example });
const delay = (description: string, example: number) =>
  z.int().min(0).max(LONGEST_DELAY_MS).openapi({ type: "integer", description, example });

const overrideFields = {
  maxPerMinute: messages("Messages in any 60 seconds", 12),
  maxPerHour: messages("Messages in any 60 minutes", 250),
  maxPerDay: messages("Messages in any 24 hours", 4_000),
  minDelayMs: delay("Least pause between two messages, milliseconds", 1_500),
  maxDelayMs: delay("Greatest pause before a message, milliseconds", 5_000),
};

const orNull = <T extends z.ZodType>(schema: T) => schema.nullable().optional();

const OverridesInputSchema = z
  .object({
    maxPerMinute: orNull(overrideFields.maxPerMinute),
    maxPerHour: orNull(overrideFields.maxPerHour),
    maxPerDay: orNull(overrideFields.maxPerDay),
    minDelayMs: orNull(overrideFields.minDelayMs),
    maxDelayMs: orNull(overrideFields.maxDelayMs),
  })
  .refine(({ minDelayMs, maxDelayMs }) => !minDelayMs || !maxDelayMs || minDelayMs <= maxDelayMs, {
    path: ["minDelayMs"],
    message: "Use a least delay that is not above the greatest",
  })
  .transform(withoutUndefined);

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const CircadianSchema = z.enum(["default", "nightOwl", "earlyBird", "always_on"]).openapi({ example: "default" });
const TimeZoneSchema = z
  .string()
  .max(60)
  .refine(isTimeZone, "Use an IANA time zone such as Europe/London")
  .openapi({ description: "IANA name", example: "Europe/London" });

const switchOf = (description: string) => z.object({ enabled: z.boolean() }).openapi({ description });
const MODULES = {
  warmup: "A new number starts with few messages a day to people who did not write within 24 hours, and grows",
  replyRatio: "People who never answer are not written to again and again",
  contactGraph:
    "Limits how many people are written to for the first time in 24 hours, and only reads in a new group for 12 hours",
  retryTracker: "Notices messages that a recipient cannot decrypt again and again",
  reconnectThrottle: "The first minute after a connect is taken slowly",
  contactMapping:
    "Learns phone and LID of a person wherever WhatsApp tells both; off: only from a message that names both",
  sessionStability: "Notices a session in which messages cannot be decrypted",
  stealthConnect: "Shows the number online only 30 to 90 seconds after a connect",
};

export const ModulesSchema = z
  .object({
    warmup: switchOf(MODULES.warmup),
    replyRatio: switchOf(MODULES.replyRatio),
    contactGraph: switchOf(MODULES.contactGraph),
    presence: z.object({ enabled: z.boolean(), circadianProfile: CircadianSchema, timezone: TimeZoneSchema }).openapi({
      description:
        "A person's day in the number's time zone: slower at night, pauses now and then, messages read later or not " +
        "at all, online and away",
    }),
    retryTracker: switchOf(MODULES.retryTracker),
    reconnectThrottle: switchOf(MODULES.reconnectThrottle),
    contactMapping: switchOf(MODULES.contactMapping),
    sessionStability: switchOf(MODULES.sessionStability),
    stealthConnect: switchOf(MODULES.stealthConnect),
  })
  .openapi("SafetyModules");

const switchIn = (description: string) =>
  z.object({ enabled: z.boolean().optional() }).transform(withoutUndefined).optional().openapi({ description });

const ModulesInputSchema = z
  .object({
    warmup: switchIn(MODULES.warmup),
    replyRatio: switchIn(MODULES.replyRatio),
    contactGraph: switchIn(MODULES.contactGraph),
    presence: z
      .object({
        enabled: z.boolean().optional(),
        circadianProfile: CircadianSchema.optional(),
        timezone: TimeZoneSchema.optional(),
      })
      .transform(withoutUndefined)
      .optional(),
    retryTracker: switchIn(MODULES.retryTracker),
    reconnectThrottle: switchIn(MODULES.reconnectThrottle),
    contactMapping: switchIn(MODULES.contactMapping),
    sessionStability: switchIn(MODULES.sessionStability),
    stealthConnect: switchIn(MODULES.stealthConnect),
  })
  .transform(withoutUndefined);

const AlertsWebhookSchema = z
  .string()
  .nullable()
  .transform(clearableTarget)
  .openapi({
    type: ["string", "null"],
    description:
      "Gets a POST whenever the risk changes; its `content` and `text` are read by Discord, Slack and Telegram relays.",
    example: "https://discord.com/api/webhooks/1/abc",
  });

/** Words of a list; each is trimmed, none is empty. */
export const KeywordsSchema = z
  .array(z.string().trim().min(1).max(KEYWORD_CHARACTERS))
  .max(MOST_KEYWORDS, `Use at most ${MOST_KEYWORDS} words`);

/** The configuration as it applies. */
export const SafetyConfigSchema = z
  .object({
    enabled: z.boolean().openapi({ description: "False: only the limits of …/anti-ban hold", example: true }),
    preset: PresetSchema,
    overrides: z.object(overrideFields).partial(),
    modules: ModulesSchema,
    optOutKeywords: z.array(z.string()).openapi({ example: ["STOP"] }),
    alertsWebhook: z.string().nullable().openapi({ example: null }),
  })
  .openapi("SafetyConfig");

/** A change of it. */
export const SafetyConfigInputSchema = z
  .object({
    enabled: z.boolean().optional(),
    preset: PresetSchema.optional(),
    overrides: OverridesInputSchema.optional().openapi({
      description: "Single figures over those of the preset; null takes one back",
    }),
    modules: ModulesInputSchema.optional(),
    optOutKeywords: KeywordsSchema.optional().openapi({
      description: "A message that is one of these words, and nothing else, puts its chat on the do-not-contact list",
      example: ["STOP", "UNSUBSCRIBE"],
    }),
    alertsWebhook: AlertsWebhookSchema.optional(),
  })
  .openapi("SafetyConfigInput", { example: { preset: "moderate", overrides: { maxPerMinute: 8 } } })
  .transform(withoutUndefined);
