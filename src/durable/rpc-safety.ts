/** Number safety, handoff and opt-outs as they travel between the Worker and the object of a number. Plain data. */
import type { Result } from "../errors.ts";
import type { AntiBanSettings, BehaviorSettings } from "./rpc.ts";

export type SafetyPreset = "conservative" | "moderate" | "aggressive";
export type SafetyRisk = "low" | "medium" | "high" | "critical";
export type CircadianProfile = "default" | "nightOwl" | "earlyBird" | "always_on";

interface Switch {
  enabled: boolean;
}

export interface SafetyModules {
  warmup: Switch;
  replyRatio: Switch;
  contactGraph: Switch;
  /** `timezone`: an IANA name. */
  presence: Switch & { circadianProfile: CircadianProfile; timezone: string };
  retryTracker: Switch;
  reconnectThrottle: Switch;
  contactMapping: Switch;
  sessionStability: Switch;
  stealthConnect: Switch;
}

export interface SafetyOverrides {
  maxPerMinute?: number;
  maxPerHour?: number;
  maxPerDay?: number;
  minDelayMs?: number;
  maxDelayMs?: number;
}

/** The configuration of a number with every default filled in. */
export interface SafetyConfig {
  /** False: only the legacy limits hold. */
  enabled: boolean;
  preset: SafetyPreset;
  overrides: SafetyOverrides;
  modules: SafetyModules;
  /** Words that put a chat on the do-not-contact list; compared without case with the whole message. */
  optOutKeywords: string[];
  alertsWebhook: string | null;
}

/** What is stored: only what somebody set. */
export type StoredSafetyConfig = Partial<Omit<SafetyConfig, "modules">> & {
  modules?: { [K in keyof SafetyModules]?: Partial<SafetyModules[K]> };
};

/** Fields left out stay as they are; null takes an override back. */
export type SafetyConfigChange = Omit<StoredSafetyConfig, "overrides"> & {
  overrides?: { [K in keyof SafetyOverrides]?: number | null };
};

/** The lock on new chats that WhatsApp puts on an account. */
export interface ReachOutLock {
  isActive: boolean;
  /** ISO 8601; null when WhatsApp named no end. */
  until: string | null;
  type: string;
  /** ISO 8601: when WhatsApp said so. */
  checkedAt: string;
}

/** WhatsApp's own quota of messages to people who do not answer. */
export interface NewChatCap {
  /** Null when WhatsApp sets none. */
  total: number | null;
  used: number | null;
  /** `NONE`, `FIRST_WARNING`, `SECOND_WARNING`, `CAPPED`. */
  status: string;
  cycleEndsAt: string | null;
  checkedAt: string;
}

export interface SafetyHealth {
  risk: SafetyRisk;
  /** 0 safe … 100 worst. */
  score: number;
  recommendation: string;
  /** Sending is paused, by somebody or by itself. */
  isPaused: boolean;
  pausedBy: "operator" | "risk" | null;
  reasons: string[];
  stats: {
    disconnectsLastHour: number;
    failedMessagesLastHour: number;
    forbiddenLastDay: number;
    undecryptableLastMinute: number;
    retriesLastDay: number;
    retrySpirals: number;
  };
  reachOutLock: ReachOutLock | null;
  newChatCap: NewChatCap | null;
}

export interface WarmUpView {
  phase: "warming" | "graduated";
  /** From 1. */
  day: number;
  totalDays: number;
  todayLimit: number;
  todaySent: number;
  /** Per cent. */
  progress: number;
  complete: boolean;
}

export interface SafetyView {
  enabled: boolean;
  /** Enabled and connected: the rules are looking at real traffic. */
  running: boolean;
  preset: SafetyPreset;
  health: SafetyHealth;
  warmup: WarmUpView;
  /** Sends in the running windows, with the limits as they are at the present risk. */
  rate: {
    lastMinute: number;
    lastHour: number;
    lastDay: number;
    limits: { perMinute: number; perHour: number; perDay: number };
  };
  waiting: number;
  modules: SafetyModules;
}

/** How much of the legacy limits is used up. */
export interface LegacyHealth {
  status: "healthy" | "warning" | "limited";
  hourlyUsage: number;
  dailyUsage: number;
  hourlyChatsUsage: number;
  dailyChatsUsage: number;
  warnings: string[];
  stats: {
    messagesThisHour: number;
    messagesThisDay: number;
    uniqueChatsThisHour: number;
    uniqueChatsThisDay: number;
  };
}

export interface LidMapping {
  lid: string;
  phone: string;
  pushName: string | null;
}

export interface HandoffSettings {
  resumeKeywords: string[];
  /** Empty = silent. */
  resumeMessage: string;
  /** A message typed on the phone starts a handoff. */
  autoHandoff: boolean;
}

export interface HandoffChat {
  chatId: string;
  /** ISO 8601 */
  since: string;
}

export interface OptOut {
  chatId: string;
  since: string;
}

/** A send that the rules held back. */
export interface BlockedSend {
  code: string;
  hint: string;
  /** Milliseconds; null = not before somebody acts. */
  waitMs: number | null;
  /** ISO 8601 */
  retryAt: string | null;
}

/** The calls of a number's object that concern how it behaves. A chat is named by digits or a JID; null = every chat. */
export interface ConductRpc {
  behavior(orgId: string): Promise<Result<Required<BehaviorSettings>>>;
  setBehavior(orgId: string, change: BehaviorSettings): Promise<Result<Required<BehaviorSettings>>>;
  antiBan(orgId: string): Promise<Result<{ settings: Required<AntiBanSettings>; health: LegacyHealth }>>;
  setAntiBan(
    orgId: string,
    change: AntiBanSettings,
  ): Promise<Result<{ settings: Required<AntiBanSettings>; health: LegacyHealth }>>;
  safety(orgId: string): Promise<Result<SafetyView>>;
  safetyConfig(orgId: string): Promise<Result<SafetyConfig>>;
  setSafetyConfig(orgId: string, change: SafetyConfigChange): Promise<Result<SafetyConfig>>;
  /** With `refresh`, WhatsApp is asked first what it restricts, when there is a connection. */
  safetyHealth(orgId: string, options: { refresh: boolean }): Promise<Result<SafetyHealth>>;
  /** By LID; `next` is the cursor of the following page. */
  listLidMappings(
    orgId: string,
    page: { limit: number; cursor?: string },
  ): Promise<Result<{ mappings: LidMapping[]; next: string | null }>>;
  pauseSending(orgId: string, isPaused: boolean): Promise<Result<SafetyView>>;
  resetSafety(orgId: string): Promise<Result<SafetyView>>;
  listOptOuts(orgId: string): Promise<Result<OptOut[]>>;
  /** @returns how many were removed */
  removeOptOuts(orgId: string, chat: string | null): Promise<Result<number>>;
  listHandoffs(orgId: string): Promise<Result<HandoffChat[]>>;
  setHandoff(orgId: string, chat: string, active: boolean): Promise<Result<{ chatId: string }>>;
  /** @returns how many were taken back */
  clearHandoffs(orgId: string, chat: string | null): Promise<Result<number>>;
  handoffSettings(orgId: string): Promise<Result<HandoffSettings>>;
  setHandoffSettings(orgId: string, change: Partial<HandoffSettings>): Promise<Result<HandoffSettings>>;
}
