/**
 * Stands in for the npm module `whatsapp-rust-bridge` (aliased in both builds): the four things Baileys takes from it,
 * on node:crypto. The original compiles 1 MB of WebAssembly from bytes while it loads, which workerd refuses inside a
 * request. Equal to the original for every input Baileys can produce; the unit test compares the two.
 */
import { Buffer } from "node:buffer";
import { createHash, hkdfSync } from "node:crypto";

/** An absent or null salt counts as empty; `info` is text, encoded as UTF-8 (at most 1024 bytes: a limit of node:crypto). */
export interface HkdfInfo {
  readonly salt?: Uint8Array | null | undefined;
  readonly info?: string | null | undefined;
}

/** Five keys of 32 bytes that protect one app-state collection. */
export interface ExpandedAppStateKeys {
  readonly indexKey: Uint8Array;
  readonly valueEncryptionKey: Uint8Array;
  readonly valueMacKey: Uint8Array;
  readonly snapshotMacKey: Uint8Array;
  readonly patchMacKey: Uint8Array;
}

/** MD5, 16 bytes. WhatsApp wants it for the build hash of a registration; nothing rests on its strength. */
export function md5(data: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("md5").update(data).digest());
}

/** HKDF-SHA256 (RFC 5869). Throws unless `length` is between 1 and 8160 (255 × 32) bytes. */
export function hkdf(keyMaterial: Uint8Array, length: number, { salt, info }: HkdfInfo): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", keyMaterial, salt ?? EMPTY, info ?? "", length));
}

/** Splits an app-state sync key into its five purposes: HKDF to 160 bytes, in this order. */
export function expandAppStateKeys(keyData: Uint8Array): ExpandedAppStateKeys {
  const expanded = hkdf(keyData, 160, { info: "WhatsApp Mutation Keys" });
  return {
    indexKey: expanded.slice(0, 32),
    valueEncryptionKey: expanded.slice(32, 64),
    valueMacKey: expanded.slice(64, 96),
    snapshotMacKey: expanded.slice(96, 128),
    patchMacKey: expanded.slice(128, 160),
  };
}

/**
 * LT-hash: the fingerprint of a set of app-state records that can be updated without knowing the whole set. Each record
 * expands to 64 little-endian 16-bit numbers, which are added to or subtracted from the sum modulo 2^16.
 */
export class LTHashAntiTampering {
  /** Gives the 128-byte hash of the set behind `base` without the records `subtract` and with the records `add`. */
  subtractThenAdd(base: Uint8Array, subtract: readonly Uint8Array[], add: readonly Uint8Array[]): Uint8Array {
    if (base.length !== LT_HASH_BYTES) throw new Error(`Base hash must be ${LT_HASH_BYTES} bytes, got ${base.length}`);
    const sum = new Uint8Array(base);
    for (const record of subtract) accumulate(sum, record, -1);
    for (const record of add) accumulate(sum, record, 1);
    return sum;
  }
}

const EMPTY = Buffer.alloc(0);
const LT_HASH_BYTES = 128;

function accumulate(sum: Uint8Array, record: Uint8Array, sign: 1 | -1): void {
  const sums = new DataView(sum.buffer, sum.byteOffset, sum.byteLength);
  const terms = new DataView(hkdf(record, LT_HASH_BYTES, { info: "WhatsApp Patch Integrity" }).buffer);
  for (let at = 0; at < LT_HASH_BYTES; at += 2) {
    // setUint16 keeps the low 16 bits, which is the wrap-around of the definition, for negative numbers too.
    sums.setUint16(at, sums.getUint16(at, true) + sign * terms.getUint16(at, true), true);
  }
}
