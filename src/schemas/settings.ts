/** The settings of one instance: how it behaves towards people, and how fast it may send. */
import { z } from "@hono/zod-openapi";
import { withoutUndefined } from "./common.ts";

/** The longest wait before a read receipt, typing or a reply: the contract's maximum. */
const MAX_GRACE_MS = 120_000;
/** Far above what any number survives; keeps counters inside safe integers. */
const MAX_LIMIT = 1_000_000;

const behaviorFields = {
  behaviorProfile: z
    .enum(["bot-native", "notification-balanced", "notification-max"])
    .optional()
    .openapi({
      description:
        "`bot-native`: an active device that types, reads and pauses like a person. `notification-balanced`: webhooks " +
        "at once, but reads, typing and replies wait for `notificationGraceMs`, so that the phone can ring first; it " +
        "cannot promise that the phone does. `notification-max`: never types, never marks as read by itself.",
      default: "bot-native",
      example: "notification-balanced",
    }),
  typingSimulation: z.boolean().optional().openapi({
    description:
      "Show “typing…” before a message; after the grace time in `notification-balanced`, never in `notification-max`.",
    default: true,
    example: true,
  }),
  delayEnabled: z.boolean().optional().openapi({
    description: "Pause like a person before answering.",
    default: true,
    example: true,
  }),
  notificationGraceMs: z.int().min(0).max(MAX_GRACE_MS).optional().openapi({
    type: "integer",
    description:
      "Milliseconds between an incoming message and the read receipt, typing or reply in the notification profiles.",
    default: 12_000,
    example: 12_000,
  }),
  phoneNotificationsEnabled: z.boolean().optional().openapi({
    description:
      "For older clients; use `behaviorProfile`. True means `notification-balanced`, or `notification-max` when typing is off.",
    default: false,
    example: false,
  }),
};

/** How an instance behaves, as stored. */
export const BehaviorSettingsSchema = z.object(behaviorFields).openapi("BehaviorSettings");

/** The same as a caller may give it. */
export const BehaviorSettingsInputSchema = z
  .object(behaviorFields)
  .openapi("BehaviorSettingsInput", {
    example: { behaviorProfile: "notification-balanced", notificationGraceMs: 12_000 },
  })
  .transform(withoutUndefined);

const limit = (description: string, example: number) =>
  z.int().min(0).max(MAX_LIMIT).optional().openapi({ type: "integer", description, example });

const limitFields = {
  messagesPerHour: limit("Messages in one hour", 200),
  messagesPerDay: limit("Messages in one day", 5_000),
  uniqueChatsPerHour: limit("Different chats in one hour", 50),
  uniqueChatsPerDay: limit("Different chats in one day", 500),
};

/** Sending limits, as stored. */
export const AntiBanSettingsSchema = z
  .object({
    preset: z.enum(["conservative", "balanced", "aggressive", "custom"]).optional().openapi({ example: "balanced" }),
    ...limitFields,
  })
  .openapi("AntiBanSettings");

/** The contract's document has two lists of names for the same presets; the stored ones are those on the right. */
const PRESETS = {
  conservative: "conservative",
  new: "conservative",
  balanced: "balanced",
  aggressive: "aggressive",
  higher: "aggressive",
  custom: "custom",
} as const;

/** Sending limits, as a caller may give them. */
export const AntiBanSettingsInputSchema = z
  .object({
    preset: z
      .enum(["conservative", "balanced", "aggressive", "custom", "new", "higher"])
      .optional()
      .openapi({ description: "`new` is read as `conservative`, `higher` as `aggressive`.", example: "balanced" }),
    ...limitFields,
  })
  .openapi("AntiBanSettingsInput", { example: { preset: "conservative" } })
  .transform(({ preset, ...limits }) =>
    withoutUndefined({ preset: preset === undefined ? undefined : PRESETS[preset], ...limits }),
  );

/** How much of the limits is used up. */
export const AntiBanHealthSchema = z
  .object({
    status: z.enum(["healthy", "warning", "limited"]).openapi({ example: "healthy" }),
    hourlyUsage: z.int().openapi({ type: "integer", description: "Per cent of the hour's messages", example: 25 }),
    dailyUsage: z.int().openapi({ type: "integer", description: "Per cent of the day's messages", example: 10 }),
    hourlyChatsUsage: z.int().openapi({ type: "integer", description: "Per cent of the hour's chats", example: 20 }),
    dailyChatsUsage: z.int().openapi({ type: "integer", description: "Per cent of the day's chats", example: 8 }),
    warnings: z.array(z.string()).openapi({ example: [] }),
    stats: z.object({
      messagesThisHour: z.int().openapi({ type: "integer", example: 12 }),
      messagesThisDay: z.int().openapi({ type: "integer", example: 30 }),
      uniqueChatsThisHour: z.int().openapi({ type: "integer", example: 5 }),
      uniqueChatsThisDay: z.int().openapi({ type: "integer", example: 8 }),
    }),
  })
  .openapi("AntiBanHealth");
