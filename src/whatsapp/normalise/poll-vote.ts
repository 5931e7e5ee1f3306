/** Reads votes: they are encrypted with a secret that only the poll's own message carries. */
import { createHash } from "node:crypto";
import { decryptPollVote, proto } from "../baileys.ts";

export interface VoteContext {
  /** The encoded poll, and the addresses of who made it; null when it is not stored. */
  findPoll: (messageId: string) => { payload: Uint8Array; creatorJids: readonly string[] } | null;
  /** The addresses, phone and LID, under which the vote may have been encrypted. */
  voterJids: readonly string[];
}

/** @returns the names chosen (none when the vote was taken back), or null when the vote cannot be read */
export function readVote(
  pollId: string,
  vote: proto.Message.IPollEncValue | null | undefined,
  { findPoll, voterJids }: VoteContext,
): string[] | null {
  const found = findPoll(pollId);
  if (!found || !vote?.encPayload || !vote.encIv) return null;
  const message = proto.Message.decode(found.payload);
  const secret = message.messageContextInfo?.messageSecret;
  const poll = message.pollCreationMessage ?? message.pollCreationMessageV2 ?? message.pollCreationMessageV3;
  if (!secret || !poll) return null;
  for (const pollCreatorJid of found.creatorJids) {
    for (const voterJid of voterJids) {
      try {
        const decrypted = decryptPollVote(vote, { pollCreatorJid, pollMsgId: pollId, pollEncKey: secret, voterJid });
        return chosen(poll, decrypted.selectedOptions);
      } catch {
        // Encrypted under another pair of addresses: only the right one authenticates.
      }
    }
  }
  return null;
}

/** Votes name options by their SHA-256. */
function chosen(poll: proto.Message.IPollCreationMessage, hashes: readonly Uint8Array[]): string[] {
  const wanted = new Set(hashes.map((hash) => Buffer.from(hash).toString("hex")));
  return (poll.options ?? [])
    .map(({ optionName }) => optionName ?? "")
    .filter((name) => wanted.has(createHash("sha256").update(name).digest("hex")));
}
