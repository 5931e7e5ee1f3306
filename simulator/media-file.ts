/** Files as WhatsApp keeps them: AES-256-CBC, then 10 bytes of HMAC over iv and ciphertext. */
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";
import type { proto } from "@whiskeysockets/baileys";

export type FileKind = "image" | "video" | "audio" | "document" | "sticker";
/** What is encrypted: files, the history for a new device, and snapshots of settings. */
type EncryptedKind = FileKind | "history" | "app-state";

const MAC_BYTES = 10;
const WORDS: Readonly<Record<EncryptedKind, string>> = {
  image: "Image",
  sticker: "Image",
  video: "Video",
  audio: "Audio",
  document: "Document",
  history: "History",
  "app-state": "App State",
};

export const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

function keysOf(mediaKey: Uint8Array, kind: EncryptedKind) {
  const bytes = Buffer.from(hkdfSync("sha256", mediaKey, Buffer.alloc(0), `WhatsApp ${WORDS[kind]} Keys`, 112));
  return { iv: bytes.subarray(0, 16), cipherKey: bytes.subarray(16, 48), macKey: bytes.subarray(48, 80) };
}

const macOf = (macKey: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Buffer =>
  createHmac("sha256", macKey).update(iv).update(ciphertext).digest().subarray(0, MAC_BYTES);

export interface EncryptedFile {
  bytes: Buffer;
  mediaKey: Buffer;
}

export function encryptFile(plain: Uint8Array, kind: EncryptedKind): EncryptedFile {
  const mediaKey = randomBytes(32);
  const { iv, cipherKey, macKey } = keysOf(mediaKey, kind);
  const cipher = createCipheriv("aes-256-cbc", cipherKey, iv);
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
  return { bytes: Buffer.concat([ciphertext, macOf(macKey, iv, ciphertext)]), mediaKey };
}

/** What the media parts of a message have in common. */
export interface MediaPart {
  directPath?: string | null;
  mediaKey?: Uint8Array | null;
  fileSha256?: Uint8Array | null;
  fileEncSha256?: Uint8Array | null;
  fileLength?: unknown;
}

/** The media part of a message, in whatever wrapper. */
export function mediaPartOf(message: proto.IMessage): { kind: FileKind; part: MediaPart } | undefined {
  const inner = message.documentWithCaptionMessage?.message ?? message.viewOnceMessageV2?.message ?? message;
  const parts: [FileKind, MediaPart | null | undefined][] = [
    ["image", inner.imageMessage],
    ["video", inner.videoMessage],
    ["audio", inner.audioMessage],
    ["document", inner.documentMessage],
    ["sticker", inner.stickerMessage],
  ];
  const found = parts.find(([, part]) => part);
  return found?.[1] ? { kind: found[0], part: found[1] } : undefined;
}

/** Decrypts and checks everything that the message told; throws what does not fit. */
export function decryptFile(bytes: Buffer, kind: EncryptedKind, part: MediaPart): Buffer {
  const { iv, cipherKey, macKey } = keysOf(part.mediaKey ?? Buffer.alloc(0), kind);
  const ciphertext = bytes.subarray(0, -MAC_BYTES);
  if (!macOf(macKey, iv, ciphertext).equals(bytes.subarray(-MAC_BYTES))) throw new Error("the file's MAC is wrong");
  if (!sha256(bytes).equals(part.fileEncSha256 ?? Buffer.alloc(0)))
    throw new Error("the encrypted file's hash is wrong");
  const decipher = createDecipheriv("aes-256-cbc", cipherKey, iv);
  const plain = Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  if (!sha256(plain).equals(part.fileSha256 ?? Buffer.alloc(0))) throw new Error("the file's hash is wrong");
  if (plain.length !== Number(part.fileLength)) throw new Error("the file's length is wrong");
  return plain;
}
