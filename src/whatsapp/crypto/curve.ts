/**
 * The five functions of `libsignal/src/curve.js`, with the same names, argument checks and Buffer shapes, on native
 * cryptography: the original does its signatures in unoptimised JavaScript (milliseconds each), never checks the
 * signature of a signed prekey (`isInit`), and reports a false signature by a boolean that Baileys throws away.
 */
import { Buffer } from "node:buffer";
import { createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { agree, x25519PrivateKey } from "./agreement.ts";
import { xeddsaSign, xeddsaVerify } from "./xeddsa.ts";

/** `pubKey` is 33 bytes (0x05, then the key), `privKey` 32 bytes. */
export interface CurveKeyPair {
  readonly pubKey: Buffer;
  readonly privKey: Buffer;
}

/** The first byte of a serialised public key: type "Curve25519" (DJB_TYPE in every libsignal). */
const KEY_TYPE = Buffer.from([5]);

/** A well-formed signature that the key did not make. Its message carries neither key nor signature. */
export class ForgedSignatureError extends Error {
  override readonly name = "ForgedSignatureError";

  constructor() {
    super("Signature does not match the key and the message");
  }
}

/** A fresh X25519 key pair. */
export function generateKeyPair(): CurveKeyPair {
  // JWK export costs about half of DER export, and both runtimes have it.
  const { x, d } = generateKeyPairSync("x25519").privateKey.export({ format: "jwk" });
  if (!x || !d) throw new Error("The runtime exported an incomplete X25519 key");
  return { pubKey: withKeyType(Buffer.from(x, "base64url")), privKey: Buffer.from(d, "base64url") };
}

/** The public key (33 bytes) of a private key (32 bytes, clamped or not). */
export function getPublicFromPrivateKey(privKey: Uint8Array): Buffer {
  if (privKey.byteLength !== 32) throw new Error(`Incorrect private key length: ${privKey.byteLength}`);
  const { x } = createPublicKey(x25519PrivateKey(privKey)).export({ format: "jwk" });
  if (!x) throw new Error("The runtime exported an incomplete X25519 key");
  return withKeyType(Buffer.from(x, "base64url"));
}

/**
 * X25519: the 32-byte shared secret. `pubKey` may have 33 bytes or the bare 32.
 * Throws on malformed keys, and when the peer's key has small order (0, 1, …): the secret would be all zero and known
 * to everyone.
 */
export function calculateAgreement(pubKey: Uint8Array, privKey: Uint8Array): Buffer {
  const key = barePublicKey(pubKey);
  assertPrivateKey(privKey);
  return agree(key, privKey);
}

/**
 * Signs `message`: 64 bytes. Randomised as XEdDSA asks (two calls differ), where libsignal's JavaScript derives the
 * nonce from key and message alone; every verifier accepts both.
 */
export function calculateSignature(privKey: Uint8Array, message: Uint8Array): Buffer {
  assertPrivateKey(privKey);
  assertMessage(message);
  return xeddsaSign(privKey, message, randomBytes(64));
}

/**
 * Gives true, or throws: an Error on malformed input (as the original does), {@link ForgedSignatureError} on a
 * signature that does not match (where the original gave false). Throwing is the point: Baileys' `Curve.verify` and
 * libsignal's session builder look at nothing but exceptions. The original's fourth parameter, `isInit`, which
 * skipped the check for signed prekeys, does not exist here: a caller that passes it gets the full check.
 */
export function verifySignature(pubKey: Uint8Array, message: Uint8Array, signature: Uint8Array): true {
  const key = barePublicKey(pubKey);
  assertMessage(message);
  if (!(signature instanceof Uint8Array) || signature.byteLength !== 64) throw new Error("Invalid signature");
  if (!xeddsaVerify(key, message, signature)) throw new ForgedSignatureError();
  return true;
}

function withKeyType(key: Buffer): Buffer {
  return Buffer.concat([KEY_TYPE, key]);
}

/** Drops the type byte. The original complains on the console about 32-byte keys and takes them all the same. */
function barePublicKey(pubKey: Uint8Array): Buffer {
  if (!Buffer.isBuffer(pubKey)) throw new Error(`Invalid public key type: ${typeName(pubKey)}`);
  if (pubKey.byteLength === 33 && pubKey[0] === KEY_TYPE[0]) return pubKey.subarray(1);
  if (pubKey.byteLength === 32) return pubKey;
  throw new Error("Invalid public key");
}

function assertPrivateKey(privKey: Uint8Array): void {
  if (privKey === undefined) throw new Error("Undefined private key");
  if (!Buffer.isBuffer(privKey)) throw new Error(`Invalid private key type: ${typeName(privKey)}`);
  if (privKey.byteLength !== 32) throw new Error(`Incorrect private key length: ${privKey.byteLength}`);
}

function assertMessage(message: Uint8Array): void {
  if (!(message instanceof Uint8Array)) throw new Error("Invalid message");
}

function typeName(value: unknown): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}
