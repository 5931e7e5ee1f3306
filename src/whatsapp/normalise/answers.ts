/** Answers to buttons and lists, in the four forms that clients send them. */
import type { proto } from "../baileys.ts";
import type { MessageDetails, MessageType } from "../session.ts";

export interface Answer {
  type: MessageType;
  text: string;
  context: proto.IContextInfo | null | undefined;
  details: MessageDetails;
}

/** Names under which native flows answer for a list; all others are buttons. */
const LISTS = new Set(["menu_options", "single_select"]);

const button = (id: string, text: string, context: Answer["context"]): Answer => ({
  type: "button_reply",
  text,
  context,
  details: { buttonReply: { id, text } },
});

const list = (id: string, title: string, context: Answer["context"]): Answer => ({
  type: "list_reply",
  text: title,
  context,
  details: { listReply: { id, title } },
});

function parameters(json: string | null | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json ?? "");
    return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
  } catch {
    // Written by the other side; an answer without its id is still an answer.
    return {};
  }
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** @returns null when the message answers nothing */
export function answerIn(content: proto.IMessage): Answer | null {
  const { buttonsResponseMessage, templateButtonReplyMessage, listResponseMessage, interactiveResponseMessage } =
    content;
  if (buttonsResponseMessage) {
    const { selectedButtonId, selectedDisplayText, contextInfo } = buttonsResponseMessage;
    return button(selectedButtonId ?? "", selectedDisplayText ?? "", contextInfo);
  }
  if (templateButtonReplyMessage) {
    const { selectedId, selectedDisplayText, contextInfo } = templateButtonReplyMessage;
    return button(selectedId ?? "", selectedDisplayText ?? "", contextInfo);
  }
  if (listResponseMessage) {
    const { singleSelectReply, title, contextInfo } = listResponseMessage;
    return list(singleSelectReply?.selectedRowId ?? "", title ?? "", contextInfo);
  }
  if (interactiveResponseMessage) {
    const { nativeFlowResponseMessage: flow, body, contextInfo } = interactiveResponseMessage;
    const given = parameters(flow?.paramsJson);
    const text = body?.text || textOf(given.display_text) || textOf(given.title);
    return (LISTS.has(flow?.name ?? "") ? list : button)(textOf(given.id), text, contextInfo);
  }
  return null;
}
