/**
 * An answer as it is kept for repetitions: encrypted with the caller's `Idempotency-Key`, of which only a hash is stored.
 * Answers may hold secrets that are shown once (a new API key); at rest nobody can read them.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

export interface KeptAnswer {
  status: number;
  contentType: string | null;
  /** Base64. */
  body: string;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

const keyOf = (idempotencyKey: string): Buffer =>
  Buffer.from(hkdfSync("sha256", Buffer.from(idempotencyKey, "utf8"), "", "wasup-edge idempotent answer", 32));

/** AES-256-GCM: nonce, ciphertext, tag, as base64. */
export function sealAnswer(answer: KeptAnswer, idempotencyKey: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyOf(idempotencyKey), iv);
  const sealed = [iv, cipher.update(Buffer.from(JSON.stringify(answer), "utf8")), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat(sealed).toString("base64");
}

/** @throws when it was sealed with another key or changed */
export function openAnswer(sealed: string, idempotencyKey: string): KeptAnswer {
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv("aes-256-gcm", keyOf(idempotencyKey), bytes.subarray(0, IV_BYTES));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  const plain = [decipher.update(bytes.subarray(IV_BYTES, bytes.length - TAG_BYTES)), decipher.final()];
  return JSON.parse(Buffer.concat(plain).toString("utf8")) as KeptAnswer;
}
