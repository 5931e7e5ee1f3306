import type { proto } from "../baileys.ts";
import { type ComposeContext, contextInfo } from "./context.ts";

/** Votes are encrypted with a secret of the poll: 32 bytes. */
const SECRET_BYTES = 32;

interface Poll {
  text: string;
  options: readonly string[];
  /** 1 = one choice, 0 = as many as one likes. */
  selectableCount: number;
}

/** WhatsApp's clients send single-choice polls as version 3 and the others as version 1. */
export function composePoll({ text, options, selectableCount }: Poll, context: ComposeContext): proto.IMessage {
  const poll: proto.Message.IPollCreationMessage = {
    name: text,
    options: options.map((optionName) => ({ optionName })),
    selectableOptionsCount: selectableCount,
    ...contextInfo(context),
  };
  return {
    messageContextInfo: { messageSecret: context.randomBytes(SECRET_BYTES) },
    ...(selectableCount === 1 ? { pollCreationMessageV3: poll } : { pollCreationMessage: poll }),
  };
}
