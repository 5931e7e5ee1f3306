/** Somebody who never answers is not to be written to again and again. */
import { type Block, DAY_MS } from "./verdict.ts";

/** Messages in a row without an answer, and the share (0–1) of answers that shows a conversation: the public package's. */
const MOST_UNANSWERED = 5;
const LEAST_RATIO = 0.1;
/** The window in which messages are counted (ours), and the pause before one more (the package's), milliseconds. */
export const RATIO_WINDOW_MS = 30 * DAY_MS;
const PAUSE_MS = DAY_MS;

export interface ChatBalance {
  /** Sent to and received from this chat within 30 days. */
  sent: number;
  received: number;
  /** Sent since the chat wrote last. */
  unanswered: number;
  /** Epoch milliseconds; null when nothing was sent. */
  lastSentAt: number | null;
}

/** After the pause one message is allowed, then the pause begins again; an answer ends it at once. */
export function decideReplyRatio({ sent, received, unanswered, lastSentAt }: ChatBalance, now: number): Block | null {
  if (lastSentAt === null || unanswered === 0) return null;
  const silent = unanswered >= MOST_UNANSWERED || (sent >= MOST_UNANSWERED && received / sent < LEAST_RATIO);
  const until = lastSentAt + PAUSE_MS;
  if (!silent || until <= now) return null;
  return {
    code: "reply_ratio",
    reason: `${unanswered} messages in a row were not answered in this chat.`,
    hint: "Wait until they write, or for a day.",
    until,
  };
}
