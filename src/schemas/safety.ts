/** Number safety as the API shows it. */
import { z } from "@hono/zod-openapi";
import { RecipientSchema, SuccessSchema, TimeSchema } from "./common.ts";
import { LIMITS } from "./limits.ts";
import { ModulesSchema, PresetSchema, SafetyConfigSchema } from "./safety-config.ts";
import { AntiBanHealthSchema, AntiBanSettingsSchema, BehaviorSettingsSchema } from "./settings.ts";

const int = (description: string, example: number) => z.int().openapi({ type: "integer", description, example });
const RiskSchema = z.enum(["low", "medium", "high", "critical"]).openapi({ example: "low" });

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
    todayLimit: int(
      "Messages to people who did not write within 24 hours allowed today; after graduation the day's limit of messages",
      117,
    ),
    todaySent: int("Messages to such people sent today", 23),
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
