import type { LinkPreview } from "../../durable/rpc.ts";
import type { proto } from "../baileys.ts";
import { type ComposeContext, contextInfo } from "./context.ts";

/** A plain text as WhatsApp's own clients send it. */
export function composeText(
  { text, preview }: { text: string; preview?: LinkPreview },
  context: ComposeContext,
): proto.IMessage {
  const link = preview && { matchedText: preview.url, title: preview.title, description: preview.description };
  return { extendedTextMessage: { text, ...link, ...contextInfo(context) } };
}
