/** The stored message that one quotes. */
import { ok, type Result, refuse } from "../errors.ts";
import type { StoredTarget } from "../store/message-targets.ts";
import type { Store } from "../store/store.ts";

/** Null when it quotes none; `invalid_request` when this chat has no such message. */
export function quotedTarget(
  quotedMessageId: string | undefined,
  chatId: string,
  { targets }: Pick<Store, "targets">,
): Result<StoredTarget | null> {
  if (quotedMessageId === undefined) return ok(null);
  const target = targets.find(quotedMessageId, chatId);
  if (target) return ok(target);
  return refuse("invalid_request", "The message to be quoted is not stored in this chat; nothing was sent.", {
    issues: [{ path: "quotedMessageId", message: "Use the id of a message of this chat" }],
  });
}
