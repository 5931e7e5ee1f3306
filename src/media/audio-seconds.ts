/**
 * Durations of sound files from their first and last bytes. Exact where the file counts its samples; else what follows
 * from its size and the bit rate of its beginning.
 */

export interface SoundFile {
  /** 64 KiB each, if the file has as many. */
  head: Uint8Array;
  tail: Uint8Array;
  /** Bytes. */
  size: number;
}

/** @returns whole seconds, at least 1; null when the file does not tell */
export function audioSeconds(mimeType: string, { head, tail, size }: SoundFile): number | null {
  const file = { head: buffer(head), tail: buffer(tail), size };
  try {
    const seconds = READERS[mimeType]?.(file) ?? null;
    return seconds === null || !Number.isFinite(seconds) || seconds <= 0 ? null : Math.max(1, Math.round(seconds));
  } catch (error) {
    // A file that ends in the middle of its own header does not tell.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

interface Buffers {
  head: Buffer;
  tail: Buffer;
  size: number;
}

const buffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const READERS: Readonly<Record<string, (file: Buffers) => number | null>> = {
  "audio/ogg": oggSeconds,
  "audio/mpeg": mp3Seconds,
  "audio/wav": wavSeconds,
  "audio/amr": amrSeconds,
  "audio/aac": aacSeconds,
};

/** Samples per second that Ogg Opus counts in, whatever was recorded (RFC 7845). */
const OPUS_RATE = 48_000;

/** The last page tells how many samples there are in all, the header how many of them are not to be played. */
function oggSeconds({ head, tail }: Buffers): number | null {
  const last = tail.lastIndexOf("OggS");
  if (last < 0) return null;
  const samples = Number(tail.readBigUInt64LE(last + 6));
  const opus = head.indexOf("OpusHead");
  if (opus >= 0) return (samples - head.readUInt16LE(opus + 10)) / OPUS_RATE;
  const vorbis = head.indexOf("\x01vorbis", 0, "latin1");
  return samples / (vorbis >= 0 ? head.readUInt32LE(vorbis + 12) : OPUS_RATE);
}

/** Size of the data by the bytes per second of `fmt `. */
function wavSeconds({ head, size }: Buffers): number | null {
  const format = head.indexOf("fmt ");
  const data = head.indexOf("data", format + 4);
  if (format < 0 || data < 0) return null;
  // Recorders that stream leave the size at zero or all ones.
  const bytes = Math.min(head.readUInt32LE(data + 4) || size, size - data - 8);
  return bytes / head.readUInt32LE(format + 16);
}

/** Bytes of a frame of 20 ms by its type (RFC 4867, 5.3), the header included. */
const AMR_FRAME_BYTES = [13, 14, 16, 18, 20, 21, 27, 32, 6];
const AMR_MAGIC_BYTES = 6;

function amrSeconds({ head, size }: Buffers): number | null {
  const frame = AMR_FRAME_BYTES[(head.readUInt8(AMR_MAGIC_BYTES) >> 3) & 15];
  return frame === undefined ? null : ((size - AMR_MAGIC_BYTES) / frame) * 0.02;
}

const AAC_RATES = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000];
const AAC_SAMPLES = 1_024;

/** ADTS frames have a length each; their mean in the beginning stands for all. */
function aacSeconds({ head, size }: Buffers): number | null {
  const rate = AAC_RATES[(head.readUInt8(2) >> 2) & 15];
  let [at, frames] = [0, 0];
  while (at + 7 <= head.byteLength && head.readUInt8(at) === 0xff) {
    const length = ((head.readUInt8(at + 3) & 3) << 11) | (head.readUInt8(at + 4) << 3) | (head.readUInt8(at + 5) >> 5);
    if (length < 7) break;
    at += length;
    frames += 1;
  }
  return rate === undefined || frames === 0 ? null : ((size / (at / frames)) * AAC_SAMPLES) / rate;
}

/** Kilobits per second of layer III: MPEG 1, then MPEG 2 and 2.5. */
const MP3_BITRATES: readonly (readonly number[])[] = [
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
/** Samples per second of MPEG 1; MPEG 2 has half of them, 2.5 a quarter. */
const MP3_RATES = [44_100, 48_000, 32_000];

/** By the frame count of a `Xing` or `Info` header, else as if all frames were like the first. */
function mp3Seconds({ head, size }: Buffers): number | null {
  const start = id3Bytes(head);
  const header = head.readUInt32BE(start);
  const version = (header >>> 19) & 3;
  const baseRate = MP3_RATES[(header >>> 10) & 3];
  if (header >>> 21 !== 0x7ff || version === 1 || ((header >>> 17) & 3) !== 1 || baseRate === undefined) return null;
  const isFirst = version === 3;
  const rate = isFirst ? baseRate : baseRate / (version === 2 ? 2 : 4);
  const samples = isFirst ? 1_152 : 576;
  const tags = ["Xing", "Info"].map((tag) => head.indexOf(tag, start)).filter((at) => at >= 0 && at < start + 64);
  const [tag] = tags;
  if (tag !== undefined && (head.readUInt32BE(tag + 4) & 1) === 1) return (head.readUInt32BE(tag + 8) * samples) / rate;
  const kilobits = MP3_BITRATES[isFirst ? 0 : 1]?.[(header >>> 12) & 15];
  return kilobits ? ((size - start) * 8) / (kilobits * 1_000) : null;
}

/** Bytes of an ID3 tag before the sound; its size has seven bits in each byte. */
function id3Bytes(head: Buffer): number {
  if (head.toString("latin1", 0, 3) !== "ID3") return 0;
  return 10 + [6, 7, 8, 9].reduce((sum, at) => sum * 128 + (head.readUInt8(at) & 127), 0);
}
