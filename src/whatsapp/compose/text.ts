import type { LinkPreview } from "../../durable/rpc.ts";
import { proto } from "../baileys.ts";
import { type ComposeContext, contextInfo } from "./context.ts";

/** A plain text as WhatsApp's own clients send it. */
export function composeText(
  { text, preview }: { text: string; preview?: LinkPreview },
  context: ComposeContext,
): proto.IMessage {
  const link = preview && {
    matchedText: preview.url,
    title: preview.title,
    description: preview.description,
    previewType: proto.Message.ExtendedTextMessage.PreviewType.NONE,
    ...(preview.thumbnail && { jpegThumbnail: Buffer.from(preview.thumbnail, "base64") }),
  };
  return { extendedTextMessage: { text, ...link, ...contextInfo(context) } };
}
