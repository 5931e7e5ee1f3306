/** Under which addresses a message's vote may have been encrypted, and where its poll is. */
import { withoutDevice } from "../identity.ts";
import type { MessageLookups, ReceivedMessage } from "../session.ts";
import type { VoteContext } from "./poll-vote.ts";
import type { Me } from "./stanza.ts";

/** Who wrote a message, and to which chat. */
export type Addressed = Pick<ReceivedMessage, "chatJid" | "participantJid" | "altJid" | "fromMe">;

const bare = (jids: readonly (string | null)[]): string[] => jids.flatMap((jid) => (jid ? [withoutDevice(jid)] : []));

export function voteContext(
  { chatJid, participantJid, altJid, fromMe }: Addressed,
  me: Me,
  lookups: Pick<MessageLookups, "poll">,
): VoteContext {
  const ours = bare([me.lid, me.id]);
  return {
    findPoll(messageId) {
      const poll = lookups.poll(messageId, chatJid);
      return poll && { payload: poll.payload, creatorJids: poll.creatorJids ?? ours };
    },
    voterJids: fromMe ? ours : bare([participantJid ?? chatJid, altJid]),
  };
}
