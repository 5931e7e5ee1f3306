/** Somebody who joins a group reads for a while before they write; a message in the first minute is what bots do. */
import { type Block, HOUR_MS } from "./verdict.ts";

/** Milliseconds between joining a group and the first message into it (the public package's 12 hours). */
export const LURK_MS = 12 * HOUR_MS;

/** @param joinedAt epoch milliseconds; null for a group joined long ago, founded by us, or spoken in since */
export function decideLurk(joinedAt: number | null, now: number): Block | null {
  if (joinedAt === null || joinedAt + LURK_MS <= now) return null;
  return {
    code: "group_lurk",
    reason: "The number joined this group less than 12 hours ago and nobody has written into it from the phone yet.",
    hint: "Wait, or write the first message on the phone.",
    until: joinedAt + LURK_MS,
  };
}
