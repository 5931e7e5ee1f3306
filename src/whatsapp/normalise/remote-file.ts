/** The media part of a message → where its file is and what it is said to be. */
import type { proto } from "../baileys.ts";
import type { RemoteFile } from "../session.ts";

/** What the media parts have in common; the rest only some of them. */
interface MediaPart {
  directPath?: string | null;
  mediaKey?: Uint8Array | null;
  fileSha256?: Uint8Array | null;
  fileEncSha256?: Uint8Array | null;
  mimetype?: string | null;
  fileLength?: unknown;
  fileName?: string | null;
  seconds?: number | null;
  width?: number | null;
  height?: number | null;
  ptt?: boolean | null;
  gifPlayback?: boolean | null;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

/** Kinds of files by the message field that carries them; a video note is a video. */
const FILES: readonly (readonly [field: keyof proto.IMessage, kind: RemoteFile["kind"]])[] = [
  ["imageMessage", "image"],
  ["videoMessage", "video"],
  ["ptvMessage", "video"],
  ["audioMessage", "audio"],
  ["documentMessage", "document"],
  ["stickerMessage", "sticker"],
];

/** The first media part of a message with its kind; null when it carries no file. */
export function mediaPart(content: proto.IMessage) {
  for (const [field, kind] of FILES) {
    const part = content[field] as
      | (MediaPart & { caption?: string | null; contextInfo?: proto.IContextInfo | null })
      | null;
    if (part) return { kind, part };
  }
  return null;
}

/** @returns undefined when something that is needed to fetch and check the file is missing */
export function remoteFile(kind: RemoteFile["kind"], part: MediaPart): RemoteFile | undefined {
  const { directPath, mediaKey, fileSha256, fileEncSha256 } = part;
  const size = Number(part.fileLength ?? Number.NaN);
  const isComplete = directPath && mediaKey?.length && fileSha256?.length && fileEncSha256?.length;
  if (!isComplete || !Number.isSafeInteger(size) || size < 0) return undefined;
  return {
    kind,
    directPath,
    mediaKey: base64(mediaKey),
    fileSha256: base64(fileSha256),
    fileEncSha256: base64(fileEncSha256),
    // Parameters such as codecs are kept: players need them.
    mimeType: part.mimetype || "application/octet-stream",
    size,
    fileName: part.fileName || null,
    seconds: part.seconds || null,
    width: part.width || null,
    height: part.height || null,
    voice: part.ptt === true,
    gif: part.gifPlayback === true,
  };
}
