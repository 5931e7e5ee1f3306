/** What a caller wants to say → `proto.Message`, by kind. */
import type { OutgoingContent } from "../../durable/rpc.ts";
import { proto } from "../baileys.ts";
import { composeDelete, composeEdit, composeReaction, type MessageTarget } from "./act.ts";
import { composeContact } from "./contact.ts";
import type { ComposeContext } from "./context.ts";
import { withText } from "./edited-text.ts";
import { composeButtons, composeList } from "./interactive.ts";
import { composeLocation } from "./location.ts";
import { composeMedia } from "./media.ts";
import { composePoll } from "./poll.ts";
import { composeText } from "./text.ts";

export type { MessageTarget } from "./act.ts";
export type { ComposeContext } from "./context.ts";

const encoded = (message: proto.IMessage): Uint8Array => proto.Message.encode(message).finish();

/** @returns the encoded `proto.Message` */
export function composeMessage(content: OutgoingContent, context: ComposeContext): Uint8Array {
  return encoded(composed(content, context));
}

function composed(content: OutgoingContent, context: ComposeContext): proto.IMessage {
  switch (content.kind) {
    case "text":
      return composeText(content, context);
    case "location":
      return composeLocation(content, context);
    case "contact":
      return composeContact(content, context);
    case "buttons":
      return composeButtons(content, context);
    case "list":
      return composeList(content, context);
    case "poll":
      return composePoll(content, context);
    default:
      return composeMedia(content, context);
  }
}

/** @param emoji empty to take the reaction back */
export function encodeReaction(target: MessageTarget, emoji: string, now: number): Uint8Array {
  return encoded(composeReaction(target, emoji, now));
}

export function encodeDelete(target: MessageTarget): Uint8Array {
  return encoded(composeDelete(target));
}

/** @returns null when the stored message has no text to change */
export function encodeEdit(target: MessageTarget, stored: Uint8Array, text: string, now: number): Uint8Array | null {
  const content = withText(stored, text);
  return content && encoded(composeEdit(target, content, now));
}
