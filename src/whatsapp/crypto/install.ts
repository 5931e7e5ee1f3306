/**
 * Importing this module puts our curve functions in the place of libsignal's, which are reached through two doors:
 *
 * 1. libsignal's own files call `curve.verifySignature(…)` on the exports object of their `./curve`. This module
 *    overwrites that object, reached through the package's index; it takes effect whenever it happens.
 * 2. Baileys imports `libsignal/src/curve.js` as an ES module. Both builds of the Worker alias that name to `curve.ts`:
 *    vitest's workerd has a second copy of the file behind it that the exports object does not reach. Without an alias
 *    (plain Node) the overwritten object serves here too, if this module is loaded before Baileys: loaders copy the
 *    exports once. So this import stays the first in the module that imports Baileys, and never names that file.
 */
import { Buffer } from "node:buffer";
import type { Curve } from "@whiskeysockets/baileys";
import * as libsignal from "libsignal";
import {
  calculateAgreement,
  calculateSignature,
  generateKeyPair,
  getPublicFromPrivateKey,
  verifySignature,
} from "./curve.ts";

/** The exports object of `libsignal/src/curve.js`, as libsignal's own files call it. */
interface LibsignalCurve {
  generateKeyPair: typeof generateKeyPair;
  getPublicFromPrivateKey: typeof getPublicFromPrivateKey;
  calculateAgreement: typeof calculateAgreement;
  calculateSignature: typeof calculateSignature;
  verifySignature(pubKey: Uint8Array, message: Uint8Array, signature: Uint8Array, isInit?: boolean): boolean;
}

declare module "libsignal" {
  const curve: LibsignalCurve;
}

/** Baileys' exported, mutable `Curve` object. */
export type BaileysCurve = typeof Curve;

Object.assign(libsignal.curve, {
  generateKeyPair,
  getPublicFromPrivateKey,
  calculateAgreement,
  calculateSignature,
  verifySignature,
});

/**
 * Proves on the running program that forged signatures are refused, through Baileys' `Curve` and through libsignal with
 * the flag that used to skip the check. Throws otherwise: a number must not go online with decorative signatures.
 * Costs about a millisecond; call it once per start of the program with Baileys' own `Curve`.
 */
export function assertForgeriesRefused(curve: BaileysCurve): void {
  const signer = curve.generateKeyPair();
  const signed = Buffer.from("signed");
  const unsigned = Buffer.from("unsigned");
  const signature = curve.sign(signer.private, signed);
  if (!curve.verify(signer.public, signed, signature)) {
    throw new Error("Baileys' Curve.verify refuses a genuine signature");
  }
  if (curve.verify(signer.public, unsigned, signature)) {
    throw new Error("Baileys' Curve.verify accepts a forged signature: libsignal/src/curve.js is not replaced");
  }
  if (libsignalAcceptsAsSignedPreKey(Buffer.from(signer.public), unsigned, Buffer.from(signature))) {
    throw new Error("libsignal accepts a forged signed prekey: its ./curve is not replaced");
  }
}

function libsignalAcceptsAsSignedPreKey(publicKey: Buffer, message: Buffer, signature: Buffer): boolean {
  try {
    return libsignal.curve.verifySignature(publicKey, message, signature, true);
  } catch {
    return false;
  }
}
