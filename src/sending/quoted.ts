/** The stored message that one quotes. */
import { ok, type Result, refuse } from "../errors.ts";
import type { StoredTarget } from "../store/message-targets.ts";
import type { Store } from "../store/store.ts";

/** Null when it quotes none; `invalid_request` when this chat has no such message, or has it no more. */
export function quotedTarget(
  quotedMessageId: string | undefined,
  chatId: string,
  { targets }: Pick<Store, "targets">,
): Result<StoredTarget | null> {
  if (quotedMessageId === undefined) return ok(null);
  const target = targets.find(quotedMessageId, chatId);
  const unusable = (error: string, message: string) =>
    refuse("invalid_request", error, { issues: [{ path: "quotedMessageId", message }] });
  if (!target) {
    const error = "The message to be quoted is not stored in this chat; nothing was sent.";
    return unusable(error, "Use the id of a message of this chat");
  }
  // A quote carries what it quotes: it would tell again what was taken back.
  if (target.deletedAt === null) return ok(target);
  return unusable("The message to be quoted was deleted; nothing was sent.", "Leave it out: that message was deleted");
}
