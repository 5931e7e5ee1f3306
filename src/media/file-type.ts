/** What a file is by its first bytes, and which files WhatsApp takes as which kind. */
import type { MediaKind } from "./media-keys.ts";

const text = (head: Uint8Array, from: number, length: number): string =>
  String.fromCharCode(...head.subarray(from, from + length));

/** Brands of ISO base media files (`ftyp`) that are not plain MP4 video. */
const BRANDS: Readonly<Record<string, string>> = {
  "M4A ": "audio/mp4",
  "M4B ": "audio/mp4",
  "qt  ": "video/quicktime",
  "3gp4": "video/3gpp",
  "3gp5": "video/3gpp",
  "3gp6": "video/3gpp",
  avif: "image/avif",
  heic: "image/heic",
  mif1: "image/heic",
};

/** `[signature, offset, type]`. */
const SIGNATURES: readonly (readonly [string, number, string])[] = [
  ["\xff\xd8\xff", 0, "image/jpeg"],
  ["\x89PNG\r\n\x1a\n", 0, "image/png"],
  ["GIF8", 0, "image/gif"],
  ["WEBP", 8, "image/webp"],
  ["OggS", 0, "audio/ogg"],
  ["ID3", 0, "audio/mpeg"],
  ["\xff\xfb", 0, "audio/mpeg"],
  ["\xff\xf3", 0, "audio/mpeg"],
  ["\xff\xf2", 0, "audio/mpeg"],
  ["\xff\xf1", 0, "audio/aac"],
  ["\xff\xf9", 0, "audio/aac"],
  ["#!AMR", 0, "audio/amr"],
  ["WAVE", 8, "audio/wav"],
  ["\x1a\x45\xdf\xa3", 0, "video/webm"],
  ["%PDF-", 0, "application/pdf"],
  ["PK\x03\x04", 0, "application/zip"],
];

/** The MIME type by content; null when nothing known begins like this. */
export function sniffType(head: Uint8Array): string | null {
  if (text(head, 4, 4) === "ftyp") return BRANDS[text(head, 8, 4)] ?? "video/mp4";
  return SIGNATURES.find(([signature, at]) => text(head, at, signature.length) === signature)?.[2] ?? null;
}

const FILMS: ReadonlySet<string | null> = new Set(["video/mp4", "video/3gpp"]);

/**
 * The type of a file whose caller says that it is sound. The containers of films may hold sound alone (phones' recorders
 * write such `.m4a` files), and their first bytes do not tell.
 * @param hasPicture whether a picture was seen in it
 */
export const typeAsSound = (sniffed: string | null, hasPicture: boolean): string | null =>
  FILMS.has(sniffed) && !hasPicture ? "audio/mp4" : sniffed;

/** What WhatsApp's apps show of each kind; a document may be anything. */
const TAKEN: Readonly<Record<Exclude<MediaKind, "document">, readonly string[]>> = {
  image: ["image/jpeg", "image/png", "image/webp"],
  video: ["video/mp4", "video/3gpp", "video/quicktime"],
  audio: ["audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "audio/amr", "audio/wav"],
  sticker: ["image/webp"],
};

/** The kind a file is sent as when the caller named none: whatever cannot be shown is a document. */
export function kindOf(sniffed: string | null): MediaKind {
  if (sniffed === "image/jpeg" || sniffed === "image/png") return "image";
  if (sniffed !== null && TAKEN.video.includes(sniffed)) return "video";
  if (sniffed !== null && TAKEN.audio.includes(sniffed)) return "audio";
  return "document";
}

/** Types that a file of this kind may have; null for a document, which may have any. */
export function takenTypes(kind: MediaKind): readonly string[] | null {
  return kind === "document" ? null : TAKEN[kind];
}

const MIB = 1_048_576;

/** Largest file per kind, bytes: WhatsApp's own limits; a document is limited by the setting only. */
export const LARGEST: Readonly<Record<MediaKind, number>> = {
  image: 16 * MIB,
  video: 100 * MIB,
  audio: 16 * MIB,
  sticker: MIB,
  document: Number.POSITIVE_INFINITY,
};

const EXTENSIONS: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/gif": "gif",
  "image/webp": "webp",
  "video/mp4": "mp4",
  "video/3gpp": "3gp",
  "video/quicktime": "mov",
  "audio/ogg": "ogg",
  "audio/mpeg": "mp3",
  "audio/mp4": "m4a",
  "audio/aac": "aac",
  "audio/amr": "amr",
  "audio/wav": "wav",
  "application/pdf": "pdf",
  "application/zip": "zip",
  "text/plain": "txt",
};

/** The usual extension of a type, without its dot. */
export const extensionOf = (mimeType: string): string => EXTENSIONS[mimeType.split(";")[0] ?? ""] ?? "bin";
