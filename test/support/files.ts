/** Files made for tests, small and with the headers of real ones. */

const be32 = (...values: number[]): Buffer => Buffer.from(new Uint32Array(values).buffer).swap32();

/** A box of ISO base media. */
export function box(name: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([be32(body.length + 8), Buffer.from(name, "latin1"), body]);
}

const STRAIGHT = be32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
const QUARTER = be32(0, 0x10000, 0, 0xffff0000, 0, 0, 0, 0, 0x40000000);

interface Film {
  width: number;
  height: number;
  seconds: number;
  /** Held upright: shown with its sides changed over. */
  isTurned?: boolean;
}

/** The `moov` box of an MP4: a track of sound and one of pictures. */
export function movieBox({ width, height, seconds, isTurned = false }: Film): Buffer {
  const matrix = isTurned ? QUARTER : STRAIGHT;
  return box(
    "moov",
    box("mvhd", be32(0, 0, 0, 1_000, seconds * 1_000), Buffer.alloc(80)),
    box("trak", box("tkhd", Buffer.alloc(40), STRAIGHT, be32(0, 0))),
    box("trak", box("tkhd", Buffer.alloc(40), matrix, be32(width * 0x10000, height * 0x10000))),
  );
}

/** An MP4 with nothing to see. */
export const film = (shape: Film): Buffer => Buffer.concat([box("ftyp", Buffer.from("mp42")), movieBox(shape)]);

/** One Ogg page (RFC 3533) with these packets. @param granule samples up to its end */
export function oggPage(granule: number, packets: readonly Buffer[]): Buffer {
  const segments = packets.flatMap(({ length }) => [
    ...Array<number>(Math.floor(length / 255)).fill(255),
    length % 255,
  ]);
  const position = Buffer.from(BigUint64Array.of(BigInt(granule)).buffer);
  const head = [Buffer.from("OggS\0\0", "latin1"), position, Buffer.alloc(12)];
  return Buffer.concat([...head, Buffer.from([segments.length, ...segments]), ...packets]);
}

/** Samples that Opus decoders throw away at the beginning. */
const PRE_SKIP = 3_840;

/** An Ogg Opus file of packets of these sizes, without sound. */
export function voiceNote({ seconds, packetBytes }: { seconds: number; packetBytes: readonly number[] }): Buffer {
  const head = Buffer.concat([
    Buffer.from("OpusHead\x01\x01", "latin1"),
    Buffer.from(Uint16Array.of(PRE_SKIP).buffer),
    Buffer.from(Uint32Array.of(48_000).buffer),
    Buffer.alloc(3),
  ]);
  const end = seconds * 48_000 + PRE_SKIP;
  const pages = Array.from({ length: Math.ceil(packetBytes.length / 50) }, (_, page) =>
    oggPage(
      end,
      packetBytes.slice(page * 50, (page + 1) * 50).map((size) => Buffer.alloc(size)),
    ),
  );
  return Buffer.concat([oggPage(0, [head]), oggPage(0, [Buffer.from("OpusTags")]), ...pages]);
}
