/** The windows that one message has to fit, with what fills them. */
import type { AntiBanSettings } from "../durable/rpc.ts";
import type { SafetyConfig } from "../durable/rpc-safety.ts";
import { RATE_MULTIPLIER } from "../number-safety/health.ts";
import { legacyChatWindows, legacyLimits, legacyMessageWindows } from "../number-safety/legacy.ts";
import type { Limits } from "../number-safety/presets.ts";
import { rateWindows, type Window, type WindowRule } from "../number-safety/rate.ts";
import { DAY_MS } from "../number-safety/verdict.ts";
import type { SafetyState } from "../store/safety-table.ts";
import type { SendsTable, Slot, SlotFilter } from "../store/sends-table.ts";

/** What applies to a number at this moment. */
export interface Rules {
  config: SafetyConfig;
  limits: Limits;
  antiBan: AntiBanSettings;
  /** Milliseconds between what somebody writes and the answer. */
  graceMs: number;
  /** Epoch milliseconds; null while there is no connection. */
  connectedAt: number | null;
}

/** What the rules need to know of a message to choose its windows. */
export type Classified = Pick<Slot, "chatId" | "lane" | "digest" | "isNew">;

const PRESET_REMEDY = "choose a wider preset (PUT …/antiban-v2/config)";

/** The older limits hold when the newer are off, and beside them when somebody set them. */
const usesLegacy = ({ config, antiBan }: Rules): boolean => !config.enabled || Object.keys(antiBan).length > 0;

/** @param filter what fills them: every slot that was promised, or only what left */
export function windowsOf(
  message: Classified,
  rules: Rules,
  { risk }: Pick<SafetyState, "risk">,
  sends: SendsTable,
  now: number,
  filter: SlotFilter = {},
): Window[] {
  const { config, limits, antiBan } = rules;
  const { chatId, lane, digest, isNew } = message;
  const byMessages = (window: WindowRule): Window => ({ ...window, filledAt: sends.nthNewest(window.limit, filter) });
  const byChats = (window: WindowRule, only: { digest?: string; onlyNew?: boolean } = {}): Window => {
    const since = now - window.lengthMs;
    return { ...window, filledAt: sends.nthOtherChat(window.limit, chatId, { since, ...only, ...filter }) };
  };

  const windows: Window[] = [];
  if (config.enabled) windows.push(...rateWindows(limits, RATE_MULTIPLIER[risk], lane).map(byMessages));
  if (usesLegacy(rules)) {
    windows.push(...legacyMessageWindows(legacyLimits(antiBan)).map(byMessages));
    windows.push(...legacyChatWindows(legacyLimits(antiBan)).map((window) => byChats(window)));
  }
  if (config.enabled && config.modules.contactGraph.enabled && isNew) {
    const limit = limits.newChatsPerDay;
    const window = { lengthMs: DAY_MS, limit, what: "new chats in 24 hours", remedy: PRESET_REMEDY };
    windows.push(byChats({ code: "new_chats", ...window }, { onlyNew: true }));
  }
  if (config.enabled && digest !== null) {
    const what = "people who may get the same text within an hour";
    const { identicalWindowMs: lengthMs, maxIdentical: limit } = limits;
    windows.push(byChats({ code: "identical_text", lengthMs, limit, what, remedy: PRESET_REMEDY }, { digest }));
  }
  return windows;
}
