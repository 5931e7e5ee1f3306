/** The three behaviour profiles and what each makes a number do. */
import type { BehaviorSettings } from "../durable/rpc.ts";

export interface Behavior {
  profile: "bot-native" | "notification-balanced" | "notification-max";
  typingSimulation: boolean;
  delayEnabled: boolean;
  /** Milliseconds between an incoming message and read receipt, typing or answer; 0 for `bot-native`. */
  graceMs: number;
  /** Show "online" while connected. */
  markOnline: boolean;
  /** Mark incoming messages as read by itself. */
  markRead: boolean;
}

/** The API's defaults; the grace is in milliseconds. */
const DEFAULTS = {
  behaviorProfile: "bot-native",
  typingSimulation: true,
  delayEnabled: true,
  notificationGraceMs: 12_000,
} as const;

/** The settings as they are shown: every field filled in, the older flag translated into the profile. */
export function behaviorSettings(stored: BehaviorSettings): Required<BehaviorSettings> {
  const merged = { ...DEFAULTS, ...stored };
  const behaviorProfile = stored.behaviorProfile ?? profileOfFlag(stored);
  return {
    behaviorProfile,
    typingSimulation: merged.typingSimulation,
    delayEnabled: merged.delayEnabled,
    notificationGraceMs: merged.notificationGraceMs,
    phoneNotificationsEnabled: behaviorProfile !== "bot-native",
  };
}

/**
 * Settings with a change on top. The older flag stands for a profile; a profile in the same change wins. Only the
 * profile is stored, so that the two can never disagree.
 */
export function changeBehavior(stored: BehaviorSettings, change: BehaviorSettings): BehaviorSettings {
  const saysFlag = stored.phoneNotificationsEnabled ?? change.phoneNotificationsEnabled;
  if (saysFlag === undefined) return { ...stored, ...change };
  const { phoneNotificationsEnabled: _old, ...before } = {
    ...stored,
    behaviorProfile: behaviorSettings(stored).behaviorProfile,
  };
  const { phoneNotificationsEnabled: flag, ...given } = change;
  const merged = { ...before, ...given };
  if (flag === undefined || given.behaviorProfile !== undefined) return merged;
  return { ...merged, behaviorProfile: profileOfFlag({ ...merged, phoneNotificationsEnabled: flag }) };
}

/** What applies to a message. @param own the message's own wishes; typing stays off where the profile forbids it */
export function behaviorOf(
  stored: BehaviorSettings,
  own: { typingSimulation?: boolean; delayEnabled?: boolean } = {},
): Behavior {
  const settings = behaviorSettings(stored);
  const { behaviorProfile: profile } = settings;
  return {
    profile,
    typingSimulation: profile !== "notification-max" && (own.typingSimulation ?? settings.typingSimulation),
    delayEnabled: own.delayEnabled ?? settings.delayEnabled,
    graceMs: profile === "bot-native" ? 0 : settings.notificationGraceMs,
    markOnline: profile === "bot-native",
    markRead: profile !== "notification-max",
  };
}

function profileOfFlag({ phoneNotificationsEnabled, typingSimulation }: BehaviorSettings): Behavior["profile"] {
  if (phoneNotificationsEnabled !== true) return "bot-native";
  return typingSimulation === false ? "notification-max" : "notification-balanced";
}
