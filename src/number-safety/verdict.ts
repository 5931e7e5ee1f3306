/** What a rule answers. A rule that has nothing against a send answers null. */

/** Why a send is held back, for machines. */
export type BlockCode =
  | "paused"
  | "auto_paused"
  | "opted_out"
  | "reach_out_locked"
  | "new_chat_cap"
  | "minute_limit"
  | "hour_limit"
  | "day_limit"
  | "group_lurk"
  | "resting"
  | "chats_per_hour"
  | "chats_per_day"
  | "warm_up"
  | "new_chats"
  | "identical_text"
  | "reply_ratio"
  | "reconnect_ramp"
  | "pacing";

/** A rule holds a send back. */
export interface Block {
  code: BlockCode;
  /** One sentence for people. */
  reason: string;
  /** What the caller can do. */
  hint: string;
  /** Epoch milliseconds from which this rule allows the same send; null = not before somebody acts. */
  until: number | null;
}

/** What becomes of a send. */
export type Verdict =
  | {
      allowed: true;
      /** Epoch milliseconds at which the message is to leave. */
      at: number;
      /** Milliseconds of "typing…" before that. */
      typingMs: number;
    }
  | {
      allowed: false;
      code: BlockCode;
      reason: string;
      hint: string;
      /** Milliseconds after which the same send is allowed; null = not before somebody acts. */
      waitMs: number | null;
    };

/** Where a send belongs: an answer to somebody who wrote, or a first word. */
export type Lane = "reply" | "cold";

/** Lengths of time in milliseconds, by definition. */
export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** What is written so soon after a person's message is an answer: Meta's own "customer service window". */
export const REPLY_LANE_MS = DAY_MS;

/** The block that lasts longest; one without an end outlasts all. */
export function longest(blocks: readonly (Block | null)[]): Block | null {
  const endOf = (block: Block): number => block.until ?? Number.POSITIVE_INFINITY;
  return blocks.reduce<Block | null>(
    (worst, block) => (block && (!worst || endOf(block) > endOf(worst)) ? block : worst),
    null,
  );
}
