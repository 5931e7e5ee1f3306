/** A file as WhatsApp keeps it → the file, verified. */
import { type ByteSource, PIECE_BYTES, release, SourceError } from "./byte-reader.ts";
import { CorruptFileError, type ExpectedFile, MediaDecryptor } from "./media-decryptor.ts";
import { encryptedSize, MAC_BYTES } from "./media-keys.ts";

/**
 * @param write gets the pieces in order; the last of them only when the whole file is proved to be right, so that who
 * waits for all bytes never has a wrong file
 * @throws CorruptFileError when it is not the file that was told of; SourceError when it broke off
 */
export async function decryptFile(
  source: ByteSource,
  expected: ExpectedFile,
  write: (piece: Uint8Array) => Promise<void>,
): Promise<void> {
  const decryptor = await MediaDecryptor.create(expected);
  const whole = async (wanted: number) => {
    const piece = await source.read(wanted);
    // A connection that broke off is no proof of a wrong file.
    if (piece.byteLength < wanted) throw new SourceError("The file broke off before its end");
    return piece;
  };
  let left = encryptedSize(expected.size) - MAC_BYTES;
  for (; left > PIECE_BYTES; left -= PIECE_BYTES) {
    const plain = await decryptor.update(await whole(PIECE_BYTES));
    await write(plain);
    release(plain);
  }
  const rest = await decryptor.last(await whole(left));
  const mac = Uint8Array.from(await whole(MAC_BYTES));
  const more = await source.read(1);
  if (more.byteLength > 0) throw new CorruptFileError("size");
  decryptor.verify(mac);
  await write(rest);
}
