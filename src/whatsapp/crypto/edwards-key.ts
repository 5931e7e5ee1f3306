/**
 * The birational map from a Curve25519 (X25519, "Montgomery") public key to the Ed25519 key it signs as.
 * XEdDSA, https://signal.org/docs/specifications/xeddsa/, section 2.3: y = (u - 1) / (u + 1) mod 2^255 - 19.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToNumberLE } from "@noble/curves/utils.js";

const Field = ed25519.Point.Fp;

/**
 * The u coordinates whose point has order 1, 2, 4 or 8: whoever "owns" such a key can make one signature fit many
 * messages. p - 1 is in the list for a second reason: u + 1 is zero there, so it has no Edwards counterpart at all.
 * The two long numbers are the points of order 8, as listed at https://cr.yp.to/ecdh.html#validate.
 */
const SMALL_ORDER_U: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  Field.ORDER - 1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
]);

/**
 * Converts a 32-byte X25519 public key into the 32 bytes of an Ed25519 key with a clear sign bit (the caller sets it).
 * Gives null for a key that no honest generator makes: not reduced below p (a set top bit included), or of small order.
 * Whether the result lies on the curve is left to the Ed25519 verifier, which has to decompress it anyway.
 */
export function edwardsFromMontgomery(publicKey: Uint8Array): Uint8Array | null {
  const u = bytesToNumberLE(publicKey);
  if (u >= Field.ORDER || SMALL_ORDER_U.has(u)) return null;
  return Field.toBytes(Field.div(Field.sub(u, 1n), Field.add(u, 1n)));
}
