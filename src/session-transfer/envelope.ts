/**
 * A text sealed with a passphrase: scrypt stretches the passphrase, AES-256-GCM encrypts and authenticates. What opening
 * costs is written in the envelope; `schemas/session.ts` lets none through that asks for more than a Worker can give.
 */
import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { ok, type Result, refuse } from "../errors.ts";

/** What a sealed text is: our own copy of a session, or the files of Baileys' multi-file auth state. */
export type EnvelopeContent = "wasup" | "baileys";

/** Binary fields are base64. */
export interface Envelope {
  format: "wasup-session";
  version: 1;
  content: EnvelopeContent;
  kdf: { name: "scrypt"; N: 16_384 | 32_768; r: 8; p: number; salt: string };
  cipher: "aes-256-gcm";
  iv: string;
  /** Ciphertext, then the 16 bytes of the tag. */
  data: string;
}

/**
 * OWASP's parameters for 32 MiB of memory (Password Storage Cheat Sheet, 2025): a Worker has 128 MiB, which must hold the
 * session too. About a third of a second of CPU.
 */
const SCRYPT = { N: 32_768, r: 8, p: 3 } as const;
/** The table of 32 MiB, and as much again for the blocks beside it: what `schemas/session.ts` lets through needs no more. */
const SCRYPT_MEMORY_BYTES = 2 * 128 * SCRYPT.N * SCRYPT.r;

const KEY_BYTES = 32;
const SALT_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;

function stretch(passphrase: string, { N, r, p, salt }: Envelope["kdf"]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { N, r, p, maxmem: SCRYPT_MEMORY_BYTES };
    scrypt(passphrase, Buffer.from(salt, "base64"), KEY_BYTES, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

/** What must not be changed although it is not secret. */
const header = ({ format, version, content, kdf, cipher }: Omit<Envelope, "iv" | "data">): Buffer =>
  Buffer.from(JSON.stringify([format, version, content, kdf.name, kdf.N, kdf.r, kdf.p, kdf.salt, cipher]), "utf8");

export async function seal(text: string, content: EnvelopeContent, passphrase: string): Promise<Envelope> {
  const kdf = { name: "scrypt", ...SCRYPT, salt: randomBytes(SALT_BYTES).toString("base64") } as const;
  const head = { format: "wasup-session", version: 1, content, kdf, cipher: "aes-256-gcm" } as const;
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(head.cipher, await stretch(passphrase, kdf), iv);
  cipher.setAAD(header(head));
  const data = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return { ...head, iv: iv.toString("base64"), data: data.toString("base64") };
}

/** The sealed text; `invalid_request` for a wrong passphrase and for an envelope that was changed, which look the same. */
export async function open(envelope: Envelope, passphrase: string): Promise<Result<string>> {
  const { iv, data, kdf, cipher } = envelope;
  const bytes = Buffer.from(data, "base64");
  const key = await stretch(passphrase, kdf);
  try {
    const decipher = createDecipheriv(cipher, key, Buffer.from(iv, "base64"));
    decipher.setAAD(header(envelope));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = decipher.update(bytes.subarray(0, -TAG_BYTES));
    // GCM is a stream cipher: the end only says whether all of it is genuine.
    decipher.final();
    return ok(text.toString("utf8"));
  } catch {
    return refuse("invalid_request", "The session cannot be opened", {
      hint: "Use the passphrase it was exported with, and the export as it was given",
      issues: [{ path: "X-Session-Passphrase", message: "It does not open this session, or the session was changed" }],
    });
  }
}
