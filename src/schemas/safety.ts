/** Number safety as the API takes and shows it. */
import { z } from "@hono/zod-openapi";
import { clearableTarget } from "./clearable-target.ts";
import { RecipientSchema, SuccessSchema, TimeSchema, withoutUndefined } from "./common.ts";
import { LIMITS } from "./limits.ts";
import { AntiBanHealthSchema, AntiBanSettingsSchema, BehaviorSettingsSchema } from "./settings.ts";

const int = (description: string, example: number) => z.int().openapi({ type: "integer", description, example });
const PresetSchema = z.enum(["conservative", "moderate", "aggressive"]).openapi({ example: "moderate" });
const RiskSchema = z.enum(["low", "medium", "high", "critical"]).openapi({ example: "low" });

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
  warmup: "A new number starts with few first messages a day and grows",
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

const ModulesSchema = z
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
      description: "A message that is one of these words puts its chat on the do-not-contact list",
      example: ["STOP", "UNSUBSCRIBE"],
    }),
    alertsWebhook: AlertsWebhookSchema.optional(),
  })
  .openapi("SafetyConfigInput", { example: { preset: "moderate", overrides: { maxPerMinute: 8 } } })
  .transform(withoutUndefined);

const LockSchema = z
  .object({
    isActive: z.boolean().openapi({ example: false }),
    until: TimeSchema.nullable(),
    type: z.string().openapi({ example: "DEFAULT" }),
    checkedAt: TimeSchema,
  })
  .openapi("ReachOutLock");

const CapSchema = z
  .object({
    total: z
      .int()
      .nullable()
      .openapi({ type: ["integer", "null"], example: null }),
    used: z
      .int()
      .nullable()
      .openapi({ type: ["integer", "null"], example: null }),
    status: z.string().openapi({ example: "NONE" }),
    cycleEndsAt: TimeSchema.nullable(),
    checkedAt: TimeSchema,
  })
  .openapi("NewChatCap");

export const SafetyHealthSchema = z
  .object({
    risk: RiskSchema,
    score: z.int().min(0).max(100).openapi({ type: "integer", description: "0 safe … 100 worst", example: 0 }),
    recommendation: z.string().openapi({ example: "Nothing unusual. Go on." }),
    isPaused: z.boolean().openapi({ description: "Nothing is sent, by request or by itself", example: false }),
    pausedBy: z.enum(["operator", "risk"]).nullable(),
    reasons: z.array(z.string()).openapi({ example: [] }),
    stats: z.object({
      disconnectsLastHour: int("Connections lost in the last hour; planned ones do not count", 0),
      failedMessagesLastHour: int("Messages WhatsApp refused in the last hour", 0),
      forbiddenLastDay: int("Refusals of the account (403) in 24 hours", 0),
      undecryptableLastMinute: int("Messages that could not be decrypted in the last minute", 0),
      retriesLastDay: int("Copies that recipients asked for in 24 hours", 0),
      retrySpirals: int("Messages of those that were asked for three times and more", 0),
    }),
    reachOutLock: z
      .union([LockSchema, z.null()])
      .openapi({ description: "The lock on new chats, as WhatsApp tells it" }),
    newChatCap: z
      .union([CapSchema, z.null()])
      .openapi({ description: "WhatsApp's quota of messages to people who do not answer" }),
  })
  .openapi("SafetyHealth");

export const WarmUpSchema = z
  .object({
    phase: z.enum(["warming", "graduated"]).openapi({ example: "warming" }),
    day: int("From 1; only days in which something was sent count", 4),
    totalDays: int("Days until the number has graduated", 7),
    todayLimit: int("First messages allowed today; after graduation the day's limit of messages", 117),
    todaySent: int("First messages sent today", 23),
    progress: int("Per cent", 57),
    complete: z.boolean().openapi({ example: false }),
  })
  .openapi("WarmUp");

export const SafetyStatusSchema = z
  .object({
    enabled: z.boolean().openapi({ example: true }),
    running: z.boolean().openapi({ description: "Enabled, and the number is connected", example: true }),
    preset: PresetSchema,
    health: SafetyHealthSchema,
    warmup: WarmUpSchema,
    rate: z.object({
      lastMinute: int("Messages in the last 60 seconds", 2),
      lastHour: int("Messages in the last 60 minutes", 40),
      lastDay: int("Messages in the last 24 hours", 210),
      limits: z.object({
        perMinute: int("Limit at the present risk", 10),
        perHour: int("Limit at the present risk", 300),
        perDay: int("Limit at the present risk", 1_500),
      }),
    }),
    waiting: int("Messages that wait for their slot", 0),
    modules: ModulesSchema,
  })
  .openapi("SafetyStatus");

/** Answers. */
export const BehaviorAnswerSchema = z.object({ success: SuccessSchema, behaviorSettings: BehaviorSettingsSchema });
export const BehaviorChangedSchema = BehaviorAnswerSchema.extend({
  message: z.string().openapi({ example: "Behavior settings updated" }),
});
export const AntiBanAnswerSchema = z.object({
  success: SuccessSchema,
  settings: AntiBanSettingsSchema,
  health: AntiBanHealthSchema,
});
export const SafetyStatusAnswerSchema = z.object({ success: SuccessSchema, antibanV2: SafetyStatusSchema });
export const SafetyConfigAnswerSchema = z.object({ success: SuccessSchema, config: SafetyConfigSchema });
export const SafetyHealthAnswerSchema = z.object({ success: SuccessSchema, health: SafetyHealthSchema });
export const WarmUpAnswerSchema = z.object({ success: SuccessSchema, warmup: WarmUpSchema });

export const SafetyHealthQuerySchema = z.object({
  refresh: z
    .enum(["true", "false"])
    .optional()
    .openapi({ description: "`true` asks WhatsApp first what it restricts; needs a connection", example: "true" }),
});

export const LidMappingsQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(LIMITS.pageRows).default(100).openapi({ description: "How many at most" }),
  cursor: z.string().max(LIMITS.cursorCharacters).optional().openapi({ description: "`next` of the page before" }),
});

export const LidMappingsSchema = z.object({
  success: SuccessSchema,
  count: int("Mappings in this answer", 1),
  mappings: z.array(
    z.object({
      lid: z.string().openapi({ description: "Digits of the hidden id", example: "123456789012345" }),
      phone: z.string().openapi({ example: "447393002183" }),
      pushName: z.string().nullable().openapi({ example: "Ana" }),
    }),
  ),
  next: z.string().nullable().openapi({ description: "Cursor of the following page; null on the last", example: null }),
});

const OptOutSchema = z.object({
  chatId: z.string().openapi({ example: "447393002183@s.whatsapp.net" }),
  since: TimeSchema,
});

export const OptOutsSchema = z.object({
  success: SuccessSchema,
  count: int("Chats on the list", 1),
  optOuts: z.array(OptOutSchema),
});

/** Which chats a DELETE is about. */
export const ChatQuerySchema = z.object({
  phone: RecipientSchema.optional().openapi({
    type: "string",
    description: "Only this chat, by phone number or chat id; all when left out",
    example: "447393002183",
  }),
});

export const ClearedSchema = z.object({
  success: SuccessSchema,
  cleared: int("How many chats were on the list", 3),
});
