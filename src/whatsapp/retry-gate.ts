/**
 * Who may have another copy of a message of ours. Baileys encrypts and sends one to whoever asks under a message's id;
 * here only those to whom the message was sent are heard, and our own devices. Nothing is fetched or sent for others.
 */
import { isGroup } from "./identity.ts";
import type { RetryRequest } from "./receipts.ts";
import type { MessageLookups } from "./session.ts";

interface Deps {
  lookups: Pick<MessageLookups, "ours">;
  /** Who else is in a group; see `membersOf`. */
  members: (groupJid: string) => Promise<string[][]>;
}

export async function mayHaveCopy(request: RetryRequest, { lookups, members }: Deps): Promise<boolean> {
  const { messageId, chatJid, participantJid, isOwnDevice } = request;
  if (isOwnDevice) return true;
  if (!lookups.ours(messageId, chatJid)) return false;
  if (!isGroup(chatJid)) return true;
  return participantJid !== null && (await members(chatJid)).some((jids) => jids.includes(participantJid));
}
