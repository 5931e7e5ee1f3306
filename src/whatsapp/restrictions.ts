/** WhatsApp's own restrictions, from Baileys' shapes to ours. */
import type { NewChatMessageCapInfo, ReachoutTimelockState } from "./baileys.ts";
import type { Restrictions } from "./session.ts";

export function lockOf({
  isActive,
  timeEnforcementEnds,
  enforcementType,
}: ReachoutTimelockState): Restrictions["lock"] {
  return {
    isActive: isActive === true,
    until: timeEnforcementEnds && isActive ? timeEnforcementEnds.toISOString() : null,
    // Newer types than Baileys knows come through as they are.
    type: enforcementType ?? "DEFAULT",
  };
}

/** @param info WhatsApp gives −1 where it sets no quota, and times in seconds */
export function capOf(info: NewChatMessageCapInfo | null | undefined): Restrictions["cap"] {
  if (!info) return null;
  const count = (value: number | undefined): number | null => (value === undefined || value < 0 ? null : value);
  const ends = Number(info.cycle_end_timestamp);
  return {
    total: count(info.total_quota),
    used: count(info.used_quota),
    status: info.capping_status ?? "NONE",
    cycleEndsAt: Number.isFinite(ends) && ends > 0 ? new Date(ends * 1_000).toISOString() : null,
  };
}
