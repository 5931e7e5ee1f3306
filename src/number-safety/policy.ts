/** Stored settings → what applies: defaults filled in, overrides laid over the preset. */
import type { SafetyConfig, SafetyModules, StoredSafetyConfig } from "../durable/rpc-safety.ts";
import { type Limits, PRESETS } from "./presets.ts";

/**
 * What is on unless somebody says otherwise. Off: reply ratio (a notification sender expects no answers), presence (it
 * needs the time zone) and stealth connect (it delays the first receipts).
 */
const DEFAULT_MODULES: SafetyModules = {
  warmup: { enabled: true },
  replyRatio: { enabled: false },
  contactGraph: { enabled: true },
  presence: { enabled: false, circadianProfile: "default", timezone: "UTC" },
  retryTracker: { enabled: true },
  reconnectThrottle: { enabled: true },
  contactMapping: { enabled: true },
  sessionStability: { enabled: true },
  stealthConnect: { enabled: false },
};

/** The complete configuration of a number. */
export function safetyConfig(stored: StoredSafetyConfig): SafetyConfig {
  const given = stored.modules ?? {};
  return {
    enabled: stored.enabled ?? true,
    preset: stored.preset ?? "moderate",
    overrides: stored.overrides ?? {},
    modules: {
      warmup: { ...DEFAULT_MODULES.warmup, ...given.warmup },
      replyRatio: { ...DEFAULT_MODULES.replyRatio, ...given.replyRatio },
      contactGraph: { ...DEFAULT_MODULES.contactGraph, ...given.contactGraph },
      presence: { ...DEFAULT_MODULES.presence, ...given.presence },
      retryTracker: { ...DEFAULT_MODULES.retryTracker, ...given.retryTracker },
      reconnectThrottle: { ...DEFAULT_MODULES.reconnectThrottle, ...given.reconnectThrottle },
      contactMapping: { ...DEFAULT_MODULES.contactMapping, ...given.contactMapping },
      sessionStability: { ...DEFAULT_MODULES.sessionStability, ...given.sessionStability },
      stealthConnect: { ...DEFAULT_MODULES.stealthConnect, ...given.stealthConnect },
    },
    optOutKeywords: stored.optOutKeywords ?? [],
    alertsWebhook: stored.alertsWebhook ?? null,
  };
}

/** The preset's figures with the overrides; modules never change them. A least delay above the greatest raises that. */
export function limitsOf({ preset, overrides }: Pick<SafetyConfig, "preset" | "overrides">): Limits {
  const limits = { ...PRESETS[preset], ...overrides };
  return { ...limits, maxDelayMs: Math.max(limits.minDelayMs, limits.maxDelayMs) };
}

/** A change laid over what is stored: overrides and modules field by field, null takes an override back. */
export function mergeConfig(stored: StoredSafetyConfig, change: StoredSafetyConfigChange): StoredSafetyConfig {
  const { overrides, modules, ...rest } = change;
  const merged: StoredSafetyConfig = { ...stored, ...rest };
  if (overrides) {
    const all = Object.entries({ ...stored.overrides, ...overrides });
    merged.overrides = Object.fromEntries(all.filter(([, value]) => value !== null));
  }
  if (modules) {
    const before: Record<string, object> = { ...stored.modules };
    const after = Object.entries(modules).map(([name, value]) => [name, { ...before[name], ...value }]);
    merged.modules = { ...stored.modules, ...Object.fromEntries(after) };
  }
  return merged;
}

/** As stored, but an override may be null. */
export type StoredSafetyConfigChange = Omit<StoredSafetyConfig, "overrides"> & {
  overrides?: { [K in keyof NonNullable<StoredSafetyConfig["overrides"]>]?: number | null };
};
