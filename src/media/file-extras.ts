/** What apps show of a file before it is downloaded, made from the stored file. Best effort: a file goes without. */
import { LARGEST_PICTURE_BYTES, thumbnailOf } from "../pictures/thumbnail.ts";
import type { StoredFile } from "./store-file.ts";
import { PacketSizes } from "./waveform.ts";

export interface FileExtras {
  /** Small JPEG. */
  thumbnail: Uint8Array | null;
  /** 64 bars from 0 to 100. */
  waveform: Uint8Array | null;
}

/** Pixels of a thumbnail's longer side: it travels inside the message. */
const THUMBNAIL_PIXELS = 72;
const PICTURES = new Set(["image/jpeg", "image/png"]);

/** Never throws. */
export async function fileExtras(bucket: R2Bucket, file: StoredFile): Promise<FileExtras> {
  const extras: FileExtras = { thumbnail: null, waveform: null };
  try {
    if (isPicture(file)) extras.thumbnail = await thumbnail(bucket, file);
    if (file.kind === "audio" && file.mimeType === "audio/ogg") extras.waveform = await waveform(bucket, file);
  } catch {
    // The picture is damaged, or the bucket did not answer.
  }
  return extras;
}

const isPicture = ({ kind, mimeType, size }: StoredFile): boolean =>
  (kind === "image" || kind === "document") && PICTURES.has(mimeType) && size <= LARGEST_PICTURE_BYTES;

async function thumbnail(bucket: R2Bucket, { key }: StoredFile): Promise<Uint8Array | null> {
  const stored = await bucket.get(key);
  return stored && thumbnailOf(new Uint8Array(await stored.arrayBuffer()), THUMBNAIL_PIXELS);
}

async function waveform(bucket: R2Bucket, { key }: StoredFile): Promise<Uint8Array | null> {
  const stored = await bucket.get(key);
  const packets = new PacketSizes();
  for await (const chunk of stored?.body ?? []) packets.update(chunk);
  return packets.finish();
}
