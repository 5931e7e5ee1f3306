/** What the outbox does at this moment with the messages that wait: order within a chat, slots across chats. */
import type { QueuedMessage } from "../store/messages-table.ts";

export interface QueuePlan {
  /** To be sent now, the earliest slot first; at most one of each chat. */
  due: QueuedMessage[];
  /** Somebody types these now. */
  typing: QueuedMessage[];
  /** When to look again, epoch milliseconds; infinite when nothing waits for its time. */
  wakeAt: number;
}

/** @param queue messages not yet handed over, oldest first */
export function planQueue(queue: readonly QueuedMessage[], now: number): QueuePlan {
  const plan: QueuePlan = { due: [], typing: [], wakeAt: Number.POSITIVE_INFINITY };
  const begun = new Set<string>();
  for (const message of queue) {
    // Whatever comes later in a chat waits for what comes first.
    if (begun.has(message.chatId)) continue;
    begun.add(message.chatId);
    const { at, typingMs } = message;
    if (at <= now) plan.due.push(message);
    else if (typingMs > 0 && at - typingMs <= now) {
      plan.typing.push(message);
      plan.wakeAt = Math.min(plan.wakeAt, at);
    } else plan.wakeAt = Math.min(plan.wakeAt, at - typingMs);
  }
  plan.due.sort((a, b) => a.at - b.at || a.seq - b.seq);
  return plan;
}
