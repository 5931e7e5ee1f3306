import type { OutgoingMedia } from "../../durable/rpc.ts";
import type { proto } from "../baileys.ts";
import { type ComposeContext, contextInfo } from "./context.ts";

const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));

/** WhatsApp's apps play voice notes as such only in this form. */
const VOICE_TYPE = "audio/ogg; codecs=opus";

/** A file that WhatsApp's media servers have, as the message that tells of it. */
export function composeMedia({ kind, text, file, voice, gif }: OutgoingMedia, context: ComposeContext): proto.IMessage {
  const { mimeType, size, seconds, width, height, fileName } = file;
  const common = {
    url: file.url,
    directPath: file.directPath,
    mediaKey: bytes(file.mediaKey),
    fileSha256: bytes(file.fileSha256),
    fileEncSha256: bytes(file.fileEncSha256),
    fileLength: size,
    mediaKeyTimestamp: Math.floor(context.now / 1_000),
    mimetype: mimeType,
    ...contextInfo(context),
  };
  const caption = text ? { caption: text } : {};
  const thumbnail = file.thumbnail ? { jpegThumbnail: bytes(file.thumbnail) } : {};
  const picture = { ...(width && { width }), ...(height && { height }) };
  const duration = seconds ? { seconds } : {};
  switch (kind) {
    case "image":
      return { imageMessage: { ...common, ...caption, ...picture, ...thumbnail } };
    case "video":
      return {
        videoMessage: { ...common, ...caption, ...picture, ...duration, ...(gif && { gifPlayback: true }) },
      };
    case "sticker":
      return { stickerMessage: { ...common, ...picture } };
    case "audio": {
      const isVoice = voice && mimeType === "audio/ogg";
      const voiceNote = isVoice && {
        mimetype: VOICE_TYPE,
        ...(file.waveform && { waveform: bytes(file.waveform) }),
      };
      return { audioMessage: { ...common, ...duration, ptt: isVoice, ...voiceNote } };
    }
    case "document": {
      const name = fileName ?? "file";
      const documentMessage = { ...common, ...caption, ...thumbnail, fileName: name, title: name };
      // Apps show a document's caption only in this wrapper.
      return text ? { documentWithCaptionMessage: { message: { documentMessage } } } : { documentMessage };
    }
  }
}
