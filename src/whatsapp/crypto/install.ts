/**
 * Importing this module replaces libsignal's curve functions by ours. It must be evaluated before Baileys: make it the
 * first import of the one module that imports Baileys.
 *
 * Why the order matters: libsignal's own files call `curve.verifySignature(…)` on the exports object and see the change
 * at any time; a bundle reads the exports at each call and sees it too; but Node and vitest copy the exports of a
 * CommonJS file once, when an ES module (Baileys) first imports it. For the same reason this module reaches the object
 * through the package's index and never imports `libsignal/src/curve.js` itself.
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
    throw new Error("Baileys' Curve.verify accepts a forged signature: crypto/install.ts was loaded after Baileys");
  }
  if (libsignalAcceptsAsSignedPreKey(Buffer.from(signer.public), unsigned, Buffer.from(signature))) {
    throw new Error("libsignal accepts a forged signed prekey: crypto/install.ts did not reach its exports");
  }
}

function libsignalAcceptsAsSignedPreKey(publicKey: Buffer, message: Buffer, signature: Buffer): boolean {
  try {
    return libsignal.curve.verifySignature(publicKey, message, signature, true);
  } catch {
    return false;
  }
}
