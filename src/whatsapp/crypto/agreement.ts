/**
 * X25519 (RFC 7748): natively where the runtime can, in JavaScript where it cannot. workerd 1.20261023 has
 * `diffieHellman`, but takes the peer's key for ours and so fails on every public key that was not generated in the same
 * process; libsignal does not meet the failure only because the function is missing from workerd's default export.
 */
import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from "node:crypto";
import { x25519 } from "@noble/curves/ed25519.js";

/** 32-byte public key, 32-byte private key (clamped or not) → 32-byte secret. Throws when the secret is all zero. */
export type Agreement = (publicKey: Uint8Array, privateKey: Uint8Array) => Buffer;

/** PKCS#8 header of an X25519 private key (RFC 8410); the 32 key bytes follow. */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b656e04220420", "hex");

/** SubjectPublicKeyInfo header of an X25519 public key (RFC 8410); the 32 key bytes follow. */
const SPKI_PREFIX = Buffer.from("302a300506032b656e032100", "hex");

/** The first test vector of RFC 7748 section 5.2. */
const KNOWN = {
  privateKey: Buffer.from("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4", "hex"),
  publicKey: Buffer.from("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c", "hex"),
  secret: Buffer.from("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552", "hex"),
};

/** About 0.05 ms in workerd. OpenSSL and BoringSSL themselves throw on an all-zero secret. */
export const nativeAgreement: Agreement = (publicKey, privateKey) =>
  diffieHellman({
    privateKey: x25519PrivateKey(privateKey),
    publicKey: createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: "der", type: "spki" }),
  });

/** About ten times slower. */
export const portableAgreement: Agreement = (publicKey, privateKey) =>
  Buffer.from(x25519.getSharedSecret(privateKey, publicKey));

/** Gives `native` if it computes the example of the RFC, otherwise `portable`. */
export function chooseAgreement(native: Agreement, portable: Agreement): Agreement {
  try {
    return native(KNOWN.publicKey, KNOWN.privateKey).equals(KNOWN.secret) ? native : portable;
  } catch {
    return portable;
  }
}

let chosen: Agreement | undefined;

/** The faster of the two that works in this runtime, chosen at the first call. */
export const agree: Agreement = (publicKey, privateKey) => {
  chosen ??= chooseAgreement(nativeAgreement, portableAgreement);
  return chosen(publicKey, privateKey);
};

/** A native key object from 32 private key bytes. */
export function x25519PrivateKey(privateKey: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, privateKey]), format: "der", type: "pkcs8" });
}
