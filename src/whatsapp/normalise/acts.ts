/** Messages about other messages: reactions, edits, deletions and votes. */
import { proto } from "../baileys.ts";
import type { MessageContent } from "../session.ts";
import { readVote, type VoteContext } from "./poll-vote.ts";

type Act = Omit<MessageContent, "quoted" | "unsupported">;

const { REVOKE, MESSAGE_EDIT } = proto.Message.ProtocolMessage.Type;

/**
 * @param textOf gives the text of a message's content
 * @returns null when the message is not about another one
 */
export function actIn(
  content: proto.IMessage,
  votes: VoteContext,
  textOf: (content: proto.IMessage | null | undefined) => string,
): Act | null {
  const { reactionMessage, protocolMessage, pollUpdateMessage } = content;
  if (reactionMessage?.key?.id) {
    const emoji = reactionMessage.text ?? "";
    return { type: "reaction", text: emoji, details: { reaction: { messageId: reactionMessage.key.id, emoji } } };
  }
  const target = protocolMessage?.key?.id;
  if (target && protocolMessage.type === REVOKE) {
    return { type: "delete", text: "", details: { deleted: { messageId: target } } };
  }
  if (target && protocolMessage.type === MESSAGE_EDIT) {
    const text = textOf(protocolMessage.editedMessage);
    return { type: "edit", text, details: { edited: { messageId: target } } };
  }
  const pollId = pollUpdateMessage?.pollCreationMessageKey?.id;
  if (pollId) {
    const options = readVote(pollId, pollUpdateMessage.vote, votes);
    return {
      type: "poll_vote",
      text: options?.join(", ") ?? "",
      details: { pollVote: { messageId: pollId, options } },
    };
  }
  return null;
}
