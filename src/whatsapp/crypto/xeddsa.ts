/**
 * XEdDSA signatures over raw 32-byte X25519 keys: https://signal.org/docs/specifications/xeddsa/ in the variant every
 * Signal implementation speaks, where the sign of the Edwards key travels in bit 7 of the signature's last byte.
 * Verification is native Ed25519; only signing needs curve arithmetic in JavaScript, because no native Ed25519 signs
 * with a given scalar instead of a seed.
 */
import { Buffer } from "node:buffer";
import { createHash, createPublicKey, verify } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToNumberLE } from "@noble/curves/utils.js";
import { edwardsFromMontgomery } from "./edwards-key.ts";

const { BASE, Fn: Scalar } = ed25519.Point;

const SIGN_BIT = 0x80;

/** hash_1 of the specification: a prefix of 2^256 - 2 in little endian, so that no point encoding can collide with it. */
const NONCE_PREFIX = Buffer.from([0xfe, ...new Uint8Array(31).fill(0xff)]);

/**
 * Signs `message` with the X25519 private key (32 bytes, clamped here) and gives the 64 bytes R || S.
 * `random` is 64 fresh random bytes: they make the nonce unpredictable even if the hash or the key is partly known.
 */
export function xeddsaSign(privateKey: Uint8Array, message: Uint8Array, random: Uint8Array): Buffer {
  const secret = clamp(privateKey);
  const scalar = scalarFrom(secret);
  const publicKey = BASE.multiply(scalar).toBytes();
  const nonce = scalarFrom(sha512(NONCE_PREFIX, secret, message, random));
  const commitment = BASE.multiply(nonce).toBytes();
  const challenge = scalarFrom(sha512(commitment, publicKey, message));
  const response = Scalar.toBytes(Scalar.add(nonce, Scalar.mul(challenge, scalar)));
  const signature = Buffer.concat([commitment, response]);
  signature.writeUInt8(signature.readUInt8(63) | (signOf(publicKey) & SIGN_BIT), 63);
  return signature;
}

/**
 * Tells whether the 64-byte `signature` over `message` was made by the owner of the X25519 `publicKey` (32 bytes).
 * Stricter than libsignal's JavaScript in two ways no honest signer notices: S must be below the group order (so a
 * signature cannot be altered into a second valid one), and the key must be canonical and not of small order.
 */
export function xeddsaVerify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const edwards = edwardsFromMontgomery(publicKey);
  if (!edwards) return false;
  const plain = Buffer.from(signature);
  const sign = plain.readUInt8(63) & SIGN_BIT;
  plain.writeUInt8(plain.readUInt8(63) & ~SIGN_BIT, 63);
  const x = Buffer.from(edwards);
  x.writeUInt8(x.readUInt8(31) | sign, 31);
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: x.toString("base64url") }, format: "jwk" });
  return verify(null, message, key, plain);
}

/** RFC 7748 section 5: workerd hands out private keys that are deliberately not clamped, so every use has to clamp. */
function clamp(privateKey: Uint8Array): Buffer {
  const secret = Buffer.from(privateKey);
  secret.writeUInt8(secret.readUInt8(0) & 248, 0);
  secret.writeUInt8((secret.readUInt8(31) & 127) | 64, 31);
  return secret;
}

function signOf(encodedPoint: Uint8Array): number {
  return encodedPoint[31] ?? 0;
}

function scalarFrom(bytes: Uint8Array): bigint {
  return Scalar.create(bytesToNumberLE(bytes));
}

function sha512(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash("sha512");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
