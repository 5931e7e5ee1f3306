import { createRequire } from "node:module";

/** The shape of `libsignal/src/curve.js`, which has no types for two of its functions. */
interface OriginalCurve {
  generateKeyPair(): { pubKey: Buffer; privKey: Buffer };
  getPublicFromPrivateKey(privKey: Uint8Array): Buffer;
  calculateAgreement(pubKey: Buffer, privKey: Buffer): Buffer;
  calculateSignature(privKey: Buffer, message: Uint8Array): Buffer;
  verifySignature(pubKey: Buffer, message: Uint8Array, signature: Uint8Array, isInit?: boolean): boolean;
}

interface Curve25519Js {
  sign(privKey: Uint8Array, message: Uint8Array, random: Uint8Array): Uint8Array;
}

const require = createRequire(import.meta.url);

/**
 * libsignal's own functions, copied out so that nothing installed later can change them; through the package's index,
 * because the name of the file itself is an alias of our module in the builds of the Worker.
 */
export const original: OriginalCurve = { ...(require("libsignal") as { curve: OriginalCurve }).curve };

/** The JavaScript below libsignal's signatures: the only one of the two that takes the random bytes as an argument. */
export const curve25519js = require("curve25519-js") as Curve25519Js;
