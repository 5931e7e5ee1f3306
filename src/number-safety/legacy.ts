/** The older limits: messages and different chats per hour and day, as presets or the caller's own. */
import type { AntiBanSettings } from "../durable/rpc.ts";
import type { LegacyHealth } from "../durable/rpc-safety.ts";
import type { WindowRule } from "./rate.ts";
import { type BlockCode, DAY_MS, HOUR_MS } from "./verdict.ts";

export interface LegacyLimits {
  messagesPerHour: number;
  messagesPerDay: number;
  uniqueChatsPerHour: number;
  uniqueChatsPerDay: number;
}

/** Messages and chats; `balanced` and `conservative` are the API's own examples, `aggressive` is twice balanced (ours). */
const PRESETS: Readonly<Record<"conservative" | "balanced" | "aggressive", LegacyLimits>> = {
  conservative: { messagesPerHour: 50, messagesPerDay: 300, uniqueChatsPerHour: 25, uniqueChatsPerDay: 100 },
  balanced: { messagesPerHour: 200, messagesPerDay: 5_000, uniqueChatsPerHour: 50, uniqueChatsPerDay: 500 },
  aggressive: { messagesPerHour: 500, messagesPerDay: 10_000, uniqueChatsPerHour: 100, uniqueChatsPerDay: 1_000 },
};

/** From this share of a limit on there is a warning, per cent (the API's). */
const WARNING_FROM = 80;

/** Own numbers stand over the preset's; `custom` starts from `balanced`. */
export function legacyLimits({ preset, ...own }: AntiBanSettings): LegacyLimits {
  return { ...PRESETS[preset === undefined || preset === "custom" ? "balanced" : preset], ...own };
}

/** What is shown of the settings: every number filled in, and `custom` as soon as one is the caller's own. */
export function legacySettings(stored: AntiBanSettings): Required<AntiBanSettings> {
  const { preset = "balanced", ...own } = stored;
  return { preset: Object.keys(own).length > 0 ? "custom" : preset, ...legacyLimits(stored) };
}

/** A change of the settings: naming a preset drops the caller's own numbers. */
export function changeLegacy(stored: AntiBanSettings, change: AntiBanSettings): AntiBanSettings {
  const named = change.preset !== undefined && change.preset !== "custom";
  return named ? change : { ...stored, ...change };
}

const row = (code: BlockCode, lengthMs: number, limit: number, what: string): WindowRule => ({
  code,
  lengthMs,
  limit,
  what,
  remedy: "raise the limit (PUT …/anti-ban)",
});

/** The windows of messages; those of chats are counted apart. */
export function legacyMessageWindows(limits: LegacyLimits): WindowRule[] {
  const { messagesPerHour, messagesPerDay } = limits;
  return [
    row("hour_limit", HOUR_MS, messagesPerHour, "messages in one hour"),
    row("day_limit", DAY_MS, messagesPerDay, "messages in 24 hours"),
  ];
}

export function legacyChatWindows(limits: LegacyLimits): WindowRule[] {
  const { uniqueChatsPerHour, uniqueChatsPerDay } = limits;
  return [
    row("chats_per_hour", HOUR_MS, uniqueChatsPerHour, "different chats in one hour"),
    row("chats_per_day", DAY_MS, uniqueChatsPerDay, "different chats in 24 hours"),
  ];
}

/** Usage in per cent and words; `limited` as soon as one limit is reached. */
export function legacyHealth(limits: LegacyLimits, stats: LegacyHealth["stats"]): LegacyHealth {
  const rows = [
    ["messages this hour", stats.messagesThisHour, limits.messagesPerHour],
    ["messages in 24 hours", stats.messagesThisDay, limits.messagesPerDay],
    ["chats this hour", stats.uniqueChatsThisHour, limits.uniqueChatsPerHour],
    ["chats in 24 hours", stats.uniqueChatsThisDay, limits.uniqueChatsPerDay],
  ] as const;
  const usage = rows.map(([, used, limit]) => (limit <= 0 ? 100 : Math.round((100 * used) / limit)));
  const warnings = rows.flatMap(([what, used, limit], index) => {
    const share = usage[index] ?? 0;
    if (used >= limit) return [`The limit of ${limit} ${what} is reached`];
    return share >= WARNING_FROM ? [`${used} of ${limit} ${what} are used (${share} %)`] : [];
  });
  const limited = rows.some(([, used, limit]) => used >= limit);
  const [hourlyUsage = 0, dailyUsage = 0, hourlyChatsUsage = 0, dailyChatsUsage = 0] = usage;
  return {
    status: limited ? "limited" : warnings.length > 0 ? "warning" : "healthy",
    hourlyUsage,
    dailyUsage,
    hourlyChatsUsage,
    dailyChatsUsage,
    warnings,
    stats,
  };
}
