/**
 * Takes a file into the bucket for a message. WhatsApp wants the hash of the encrypted file before its first byte, so it
 * is encrypted twice: here to learn the hash, and when it is uploaded (`upload-file.ts`). Nothing is stored encrypted.
 */
import { randomBytes } from "node:crypto";
import { ok, type Result } from "../errors.ts";
import { PIECE_BYTES, release } from "./byte-reader.ts";
import { type FileHashes, MediaEncryptor } from "./media-encryptor.ts";
import { type FileToStore, type StoredFile, storeFile } from "./store-file.ts";

const MEDIA_KEY_BYTES = 32;

/** A file in the bucket, with all that a message about it needs but its place at WhatsApp. */
export interface SealedFile extends StoredFile, FileHashes {
  mediaKey: Uint8Array;
}

/** Refuses what `storeFile` refuses. */
export async function sealFile(bucket: R2Bucket, file: FileToStore): Promise<Result<SealedFile>> {
  const mediaKey = randomBytes(MEDIA_KEY_BYTES);
  let encryptor: MediaEncryptor | null = null;
  let hashes: FileHashes | null = null;
  const stored = await storeFile(bucket, file, {
    async begin(kind) {
      encryptor = await MediaEncryptor.create(mediaKey, kind);
    },
    async piece(piece) {
      if (piece.byteLength < PIECE_BYTES) hashes = (await encryptor?.finish(piece))?.hashes ?? null;
      else if (encryptor) release(await encryptor.update(piece));
    },
  });
  if (!stored.ok) return stored;
  if (!hashes) throw new Error("The file ended without its last piece");
  return ok({ ...stored.value, mediaKey, ...(hashes as FileHashes) });
}
