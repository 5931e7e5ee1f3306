import { hkdfSync } from "node:crypto";

export type MediaKind = "image" | "video" | "audio" | "document" | "sticker";

/** What WhatsApp keeps encrypted: files of messages, the phone's history for a new device, and the account's settings. */
export type EncryptedKind = MediaKind | "history" | "app-state";

/** The words WhatsApp derives keys with; a sticker is an image to it. */
const INFO: Readonly<Record<EncryptedKind, string>> = {
  image: "WhatsApp Image Keys",
  sticker: "WhatsApp Image Keys",
  video: "WhatsApp Video Keys",
  audio: "WhatsApp Audio Keys",
  document: "WhatsApp Document Keys",
  history: "WhatsApp History Keys",
  "app-state": "WhatsApp App State Keys",
};

export interface MediaKeys {
  iv: Uint8Array<ArrayBuffer>;
  cipherKey: Uint8Array<ArrayBuffer>;
  macKey: Uint8Array<ArrayBuffer>;
}

/** Bytes of HKDF output: 16 iv, 32 cipher key, 32 MAC key, 32 that nobody uses. */
const EXPANDED_BYTES = 112;

/** @param mediaKey 32 bytes, chosen by the sender and carried in the message */
export function expandMediaKey(mediaKey: Uint8Array, kind: EncryptedKind): MediaKeys {
  const expanded = new Uint8Array(hkdfSync("sha256", mediaKey, new Uint8Array(0), INFO[kind], EXPANDED_BYTES));
  return { iv: expanded.subarray(0, 16), cipherKey: expanded.subarray(16, 48), macKey: expanded.subarray(48, 80) };
}

const BLOCK_BYTES = 16;
/** WhatsApp keeps the first 10 bytes of the HMAC-SHA256. */
export const MAC_BYTES = 10;

/** Bytes of a file as WhatsApp keeps it: padded to the next block (PKCS #7), then the MAC. */
export function encryptedSize(size: number): number {
  return (Math.floor(size / BLOCK_BYTES) + 1) * BLOCK_BYTES + MAC_BYTES;
}
