/** The few primitives of the protocol, on node:crypto alone, so that a fault in the client's own primitives can show. */
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, pbkdf2 } from "node:crypto";
import { promisify } from "node:util";

const GCM_TAG_BYTES = 16;
/** Rounds of PBKDF2 that stretch the eight-character pairing code (2 << 16, as WhatsApp Web does). */
const PAIRING_CODE_ROUNDS = 131_072;

const pbkdf2Async = promisify(pbkdf2);

export function sha256(...parts: Uint8Array[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export function hmacSha256(key: Uint8Array, data: Uint8Array): Buffer {
  return createHmac("sha256", key).update(data).digest();
}

/** HKDF-SHA256; an empty salt means the standard's block of zeros. */
export function hkdf(secret: Uint8Array, bytes: number, salt: Uint8Array, info: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, salt, info, bytes));
}

/** AES-256-GCM with the tag appended to the ciphertext. */
export function sealGcm(key: Uint8Array, iv: Uint8Array, plain: Uint8Array, aad: Uint8Array): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  cipher.setAAD(aad);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** The inverse of {@link sealGcm}; throws when the ciphertext, the key, the counter or the associated data is wrong. */
export function openGcm(key: Uint8Array, iv: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Buffer {
  const split = sealed.length - GCM_TAG_BYTES;
  if (split < 0) throw new Error(`a sealed text of ${sealed.length} bytes is shorter than its tag`);
  const decipher = createDecipheriv("aes-256-gcm", key, iv);
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(split));
  return Buffer.concat([decipher.update(sealed.subarray(0, split)), decipher.final()]);
}

/** AES-256-CTR, which is its own inverse. */
export function cryptCtr(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Buffer {
  const cipher = createCipheriv("aes-256-ctr", key, iv);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

/** The 32-byte key that the eight characters of a pairing code stand for. */
export function pairingCodeKey(code: string, salt: Uint8Array): Promise<Buffer> {
  return pbkdf2Async(code, salt, PAIRING_CODE_ROUNDS, 32, "sha256");
}
