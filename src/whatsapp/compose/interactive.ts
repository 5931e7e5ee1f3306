/**
 * Buttons and lists as native-flow interactive messages, the only form that WhatsApp's apps still show for messages of
 * linked devices. The stanza needs a `biz` node beside them, see `stanza-extras.ts`.
 */
import type { OutgoingButtons, OutgoingList } from "../../durable/rpc.ts";
import type { proto } from "../baileys.ts";
import { type ComposeContext, contextInfo } from "./context.ts";

type NativeButton = proto.Message.InteractiveMessage.NativeFlowMessage.INativeFlowButton;

/** Button kinds of a native flow, as WhatsApp's business clients name them. */
const native = (name: "quick_reply" | "cta_url" | "single_select", parameters: object): NativeButton => ({
  name,
  buttonParamsJson: JSON.stringify(parameters),
});

/** The text with its choices as a numbered list, for clients that show the text but no buttons. */
function withChoices(text: string, choices: readonly string[]): string {
  const lines = choices.map((choice, index) => `${index + 1}. ${choice}`);
  return [...(text ? [text, ""] : []), ...lines].join("\n");
}

function interactive(
  { text, title, footer, fallback }: Pick<OutgoingButtons, "text" | "title" | "footer" | "fallback">,
  choices: readonly string[],
  buttons: NativeButton[],
  context: ComposeContext,
): proto.IMessage {
  return {
    interactiveMessage: {
      body: { text: fallback === "text" ? withChoices(text, choices) : text },
      ...(footer && { footer: { text: footer } }),
      ...(title && { header: { title, hasMediaAttachment: false } }),
      nativeFlowMessage: { buttons, messageParamsJson: "", messageVersion: 1 },
      ...contextInfo(context),
    },
  };
}

export function composeButtons(message: OutgoingButtons, context: ComposeContext): proto.IMessage {
  const choices = message.buttons.map(({ text, url }) => (url ? `${text}: ${url}` : text));
  const buttons = message.buttons.map(({ id, text, url }) =>
    url
      ? native("cta_url", { display_text: text, url, merchant_url: url })
      : native("quick_reply", { display_text: text, id }),
  );
  return interactive(message, choices, buttons, context);
}

export function composeList(message: OutgoingList, context: ComposeContext): proto.IMessage {
  const choices = message.sections.flatMap(({ rows }) =>
    rows.map(({ title, description }) => (description ? `${title} – ${description}` : title)),
  );
  const sections = message.sections.map(({ title, rows }) => ({
    title,
    rows: rows.map(({ id, title: rowTitle, description = "" }) => ({ id, title: rowTitle, description })),
  }));
  return interactive(message, choices, [native("single_select", { title: message.buttonText, sections })], context);
}
