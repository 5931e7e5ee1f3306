/** Duration and size of MP4, M4A, 3GP and MOV files (ISO/IEC 14496-12), read from the boxes that lie in the bytes given. */

interface Mp4Facts {
  seconds: number | null;
  width: number | null;
  height: number | null;
}

/** Bytes of the largest box that is read, from the beginning of its type. */
const BOX_BYTES = 108;
/** Tracks that are looked at: sound, picture, subtitles, and some. */
const MOST_TRACKS = 16;

/** @param bytes any part of the file, as the `moov` box may be at its beginning or at its end */
export function mp4Facts(bytes: Uint8Array): Mp4Facts {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const movie = file.indexOf("moov", 0, "latin1");
  if (movie < 0) return { seconds: null, width: null, height: null };
  return { seconds: secondsOf(file, movie), ...sizeOf(file, movie) };
}

/** `mvhd`: version 0 has 32-bit times, version 1 64-bit ones. */
function secondsOf(file: Buffer, from: number): number | null {
  const at = file.indexOf("mvhd", from, "latin1");
  if (at < 0 || at + BOX_BYTES > file.byteLength) return null;
  const isLong = file.readUInt8(at + 4) === 1;
  const scale = file.readUInt32BE(at + (isLong ? 24 : 16));
  const duration = isLong ? Number(file.readBigUInt64BE(at + 28)) : file.readUInt32BE(at + 20);
  return scale === 0 || duration === 0 ? null : Math.max(1, Math.round(duration / scale));
}

/** The first `tkhd` with a picture; its matrix tells whether it is shown turned by a quarter. */
function sizeOf(file: Buffer, from: number): Pick<Mp4Facts, "width" | "height"> {
  let at = from;
  for (let track = 0; track < MOST_TRACKS; track += 1) {
    at = file.indexOf("tkhd", at + 4, "latin1");
    if (at < 0) break;
    const matrix = at + (file[at + 4] === 1 ? 56 : 44);
    if (matrix + 44 > file.byteLength) break;
    const [width, height] = [file.readUInt16BE(matrix + 36), file.readUInt16BE(matrix + 40)];
    const isTurned = file.readInt32BE(matrix) === 0 && file.readInt32BE(matrix + 4) !== 0;
    if (width > 0 && height > 0) return isTurned ? { width: height, height: width } : { width, height };
  }
  return { width: null, height: null };
}
