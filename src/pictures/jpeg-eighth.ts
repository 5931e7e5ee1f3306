/**
 * A JPEG at an eighth of its size: of each block of 8 × 8 pixels only the mean, which stands in the file (its DC
 * coefficient, ITU T.81). Takes a sixty-fourth of the memory of decoding it, and of a progressive file only the first
 * scan is read.
 */
import { BadCodeError, type CodeTable, codeTable, JpegBits } from "./jpeg-bits.ts";
import type { Pixels } from "./pixels.ts";

/** A photo of 50 megapixels; its eighth takes 2.4 MB. */
const MOST_PIXELS = 50_000_000;

const SOF_BASELINE = 0xc0;
const SOF_PROGRESSIVE = 0xc2;
/** Frames of other kinds (lossless, arithmetic), which nobody sends. */
const OTHER_FRAMES = new Set([0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]);

interface Plane {
  id: number;
  /** Sampling factors: blocks in each unit. */
  across: number;
  down: number;
  quantTable: number;
  stride: number;
  /** One sample of each block. */
  samples: Uint8ClampedArray;
  isRead: boolean;
}

interface Frame {
  width: number;
  height: number;
  isProgressive: boolean;
  planes: Plane[];
  unitsAcross: number;
  unitsDown: number;
}

interface Tables {
  /** First entry of each quantisation table. */
  quant: number[];
  /** By class and id: 0–3 for DC, 16–19 for AC. */
  codes: Map<number, CodeTable>;
  restartInterval: number;
}

/** @returns null for what is no JPEG of a known kind and size, or is damaged */
export function jpegEighth(bytes: Uint8Array): Pixels | null {
  try {
    return read(bytes);
  } catch (error) {
    if (error instanceof RangeError || error instanceof BadCodeError) return null;
    throw error;
  }
}

function read(bytes: Uint8Array): Pixels | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables: Tables = { quant: [], codes: new Map(), restartInterval: 0 };
  let frame: Frame | null = null;
  for (let at = 2; at + 4 <= bytes.byteLength; ) {
    if (view.getUint8(at) !== 0xff || view.getUint8(at + 1) === 0xff || isBare(view.getUint8(at + 1))) {
      at += 1;
      continue;
    }
    const marker = view.getUint8(at + 1);
    const end = at + 2 + view.getUint16(at + 2);
    if (OTHER_FRAMES.has(marker)) return null;
    if (marker === 0xdb) readQuant(view, at + 4, end, tables);
    else if (marker === 0xc4) readCodes(bytes, at + 4, end, tables);
    else if (marker === 0xdd) tables.restartInterval = view.getUint16(at + 4);
    else if (marker >= SOF_BASELINE && marker <= SOF_PROGRESSIVE) {
      frame = readFrame(view, at + 4, marker === SOF_PROGRESSIVE);
      if (frame === null) return null;
    } else if (marker === 0xda) {
      if (frame === null) return null;
      readScan(bytes, at + 4, end, frame, tables);
      if (frame.planes.every(({ isRead }) => isRead)) return coloured(frame);
    }
    at = end;
  }
  return null;
}

/** Markers without a segment, and the bytes of a scan that is passed over. */
const isBare = (marker: number): boolean =>
  marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd9) || marker < 0xc0;

function readQuant(view: DataView, from: number, end: number, { quant }: Tables): void {
  for (let at = from; at < end; ) {
    const info = view.getUint8(at);
    const isWide = info >> 4 === 1;
    quant[info & 15] = isWide ? view.getUint16(at + 1) : view.getUint8(at + 1);
    at += 1 + (isWide ? 128 : 64);
  }
}

function readCodes(bytes: Uint8Array, from: number, end: number, { codes }: Tables): void {
  for (let at = from; at + 17 <= end; ) {
    const counts = bytes.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    codes.set((bytes[at] ?? 0) & 0x1f, codeTable(counts, bytes.subarray(at + 17, at + 17 + total)));
    at += 17 + total;
  }
}

function readFrame(view: DataView, at: number, isProgressive: boolean): Frame | null {
  const [height, width, count] = [view.getUint16(at + 1), view.getUint16(at + 3), view.getUint8(at + 5)];
  const isKnown = view.getUint8(at) === 8 && (count === 1 || count === 3);
  if (!isKnown || width === 0 || height === 0 || width * height > MOST_PIXELS) return null;
  const parts = Array.from({ length: count }, (_, index) => {
    const from = at + 6 + index * 3;
    const sampling = view.getUint8(from + 1);
    const quantTable = view.getUint8(from + 2);
    return { id: view.getUint8(from), across: sampling >> 4, down: sampling & 15, quantTable };
  });
  if (parts.some(({ across, down }) => across < 1 || across > 4 || down < 1 || down > 4)) return null;
  const unitsAcross = Math.ceil(width / (8 * Math.max(...parts.map(({ across }) => across))));
  const unitsDown = Math.ceil(height / (8 * Math.max(...parts.map(({ down }) => down))));
  const planes = parts.map((part) => {
    const stride = unitsAcross * part.across;
    return { ...part, stride, samples: new Uint8ClampedArray(stride * unitsDown * part.down), isRead: false };
  });
  return { width, height, isProgressive, planes, unitsAcross, unitsDown };
}

interface ScanPart {
  plane: Plane;
  dc: CodeTable;
  ac: CodeTable | null;
  quant: number;
  predicted: number;
}

function readScan(bytes: Uint8Array, from: number, end: number, frame: Frame, tables: Tables): void {
  const count = bytes[from] ?? 0;
  const [spectralStart, approximation] = [bytes[end - 3] ?? 0, bytes[end - 1] ?? 0];
  // Of a progressive file, the first scan of the DC coefficients will do; the ones that refine them are passed over.
  if (frame.isProgressive && (spectralStart !== 0 || approximation >> 4 !== 0)) return;
  const parts: ScanPart[] = [];
  for (let index = 0; index < count; index += 1) {
    const [id, selector = 0] = bytes.subarray(from + 1 + index * 2);
    const plane = frame.planes.find((found) => found.id === id);
    const dc = tables.codes.get(selector >> 4);
    const ac = frame.isProgressive ? null : tables.codes.get(16 + (selector & 15));
    if (!plane || !dc || ac === undefined) throw new BadCodeError("a table is missing");
    const quant = (tables.quant[plane.quantTable] ?? 1) << (frame.isProgressive ? approximation & 15 : 0);
    parts.push({ plane, dc, ac, quant, predicted: 0 });
  }
  decode(new JpegBits(bytes, end), parts, frame, tables.restartInterval);
  for (const { plane } of parts) plane.isRead = true;
}

function decode(bits: JpegBits, parts: ScanPart[], frame: Frame, restartInterval: number): void {
  const [only] = parts;
  const isAlone = parts.length === 1 && only !== undefined;
  // A scan of one component has its own blocks only, without those that fill up a unit.
  const across = isAlone ? ownBlocks(frame.width, only.plane.across, frame, "across") : frame.unitsAcross;
  const down = isAlone ? ownBlocks(frame.height, only.plane.down, frame, "down") : frame.unitsDown;
  for (let unit = 0; unit < across * down; unit += 1) {
    if (restartInterval > 0 && unit > 0 && unit % restartInterval === 0) {
      bits.restart();
      for (const part of parts) part.predicted = 0;
    }
    const [column, row] = [unit % across, Math.floor(unit / across)];
    for (const part of parts) {
      const [wide, high] = isAlone ? [1, 1] : [part.plane.across, part.plane.down];
      for (let block = 0; block < wide * high; block += 1) {
        const x = column * wide + (block % wide);
        const y = row * high + Math.floor(block / wide);
        part.plane.samples[y * part.plane.stride + x] = blockMean(bits, part);
      }
    }
  }
}

function ownBlocks(pixels: number, factor: number, { planes }: Frame, side: "across" | "down"): number {
  const most = Math.max(...planes.map((plane) => plane[side]));
  return Math.ceil(Math.ceil((pixels * factor) / most) / 8);
}

/** Reads a block; the DC coefficient is eight times the mean, counted from the middle grey. */
function blockMean(bits: JpegBits, part: ScanPart): number {
  part.predicted += bits.signed(bits.symbol(part.dc) & 15);
  if (part.ac) skipDetails(bits, part.ac);
  return (part.predicted * part.quant) / 8 + 128;
}

function skipDetails(bits: JpegBits, table: CodeTable): void {
  for (let k = 1; k < 64; k += 1) {
    const symbol = bits.symbol(table);
    const size = symbol & 15;
    if (size === 0 && symbol !== 0xf0) return;
    k += symbol >> 4;
    bits.skip(size);
  }
}

/** YCbCr as JFIF has it, or grey. */
function coloured({ width, height, planes }: Frame): Pixels {
  const [luma, blue, red] = planes;
  const [columns, rows] = [Math.ceil(width / 8), Math.ceil(height / 8)];
  const rgb = new Uint8ClampedArray(columns * rows * 3);
  const [most, tallest] = [Math.max(...planes.map((p) => p.across)), Math.max(...planes.map((p) => p.down))];
  const sample = (plane: Plane | undefined, x: number, y: number): number => {
    if (!plane) return 128;
    const column = Math.floor((x * plane.across) / most);
    return plane.samples[Math.floor((y * plane.down) / tallest) * plane.stride + column] ?? 128;
  };
  for (let y = 0; y < rows; y += 1) {
    for (let x = 0; x < columns; x += 1) {
      const [light, cb, cr] = [sample(luma, x, y), sample(blue, x, y) - 128, sample(red, x, y) - 128];
      const at = (y * columns + x) * 3;
      rgb[at] = light + 1.402 * cr;
      rgb[at + 1] = light - 0.344_136 * cb - 0.714_136 * cr;
      rgb[at + 2] = light + 1.772 * cb;
    }
  }
  return { width: columns, height: rows, rgb: new Uint8Array(rgb.buffer) };
}
