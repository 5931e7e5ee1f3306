/**
 * The figures of the presets. All are those of the public package `baileys-antiban` 3.8 (MIT), but for new chats per day,
 * which are ours, between its 5 and what support desks need.
 */
import type { SafetyPreset, SafetyRisk } from "../durable/rpc-safety.ts";
import { HOUR_MS } from "./verdict.ts";

export interface Limits {
  /** Messages in any 60 s, 60 min and 24 h, both lanes together. */
  maxPerMinute: number;
  maxPerHour: number;
  maxPerDay: number;
  /** Milliseconds between two sends. */
  minDelayMs: number;
  maxDelayMs: number;
  /** Milliseconds more before the first message to somebody. */
  newChatDelayMs: number;
  /** Sends in a row that are paced at half the least delay. */
  burst: number;
  /** Different people who may get the same text within `identicalWindowMs`. */
  maxIdentical: number;
  identicalWindowMs: number;
  /** Length of the warm-up in days of activity, its first day's messages, and its growth per day. */
  warmUpDays: number;
  firstDayLimit: number;
  growth: number;
  /** A number that sent nothing for so long warms up again. */
  idleMs: number;
  /** The risk from which sending pauses by itself. */
  autoPauseAt: Exclude<SafetyRisk, "low">;
  /** People written to for the first time in any 24 h. */
  newChatsPerDay: number;
}

/** The package's 3.8, but for `newChatsPerDay` (ours); units as in `Limits`. */
export const PRESETS: Readonly<Record<SafetyPreset, Limits>> = {
  conservative: {
    maxPerMinute: 5,
    maxPerHour: 100,
    maxPerDay: 800,
    minDelayMs: 2_500,
    maxDelayMs: 7_000,
    newChatDelayMs: 4_000,
    burst: 3,
    maxIdentical: 3,
    identicalWindowMs: HOUR_MS,
    warmUpDays: 10,
    firstDayLimit: 15,
    growth: 1.8,
    idleMs: 72 * HOUR_MS,
    autoPauseAt: "medium",
    newChatsPerDay: 5,
  },
  moderate: {
    maxPerMinute: 10,
    maxPerHour: 300,
    maxPerDay: 1_500,
    minDelayMs: 1_500,
    maxDelayMs: 5_000,
    newChatDelayMs: 3_000,
    burst: 5,
    maxIdentical: 5,
    identicalWindowMs: HOUR_MS,
    warmUpDays: 7,
    firstDayLimit: 20,
    growth: 1.8,
    idleMs: 72 * HOUR_MS,
    autoPauseAt: "high",
    newChatsPerDay: 20,
  },
  aggressive: {
    maxPerMinute: 20,
    maxPerHour: 800,
    maxPerDay: 4_000,
    minDelayMs: 800,
    maxDelayMs: 3_000,
    newChatDelayMs: 2_000,
    burst: 8,
    maxIdentical: 10,
    identicalWindowMs: HOUR_MS,
    warmUpDays: 4,
    firstDayLimit: 35,
    growth: 2,
    idleMs: 48 * HOUR_MS,
    autoPauseAt: "critical",
    newChatsPerDay: 50,
  },
};
