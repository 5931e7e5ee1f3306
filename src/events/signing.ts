/**
 * Signs what is delivered, by the Standard Webhooks scheme (standardwebhooks.com, spec 1.0): a receiver proves with the
 * instance's secret that a body is ours, unchanged, and not an old one sent again.
 */
import { createHmac } from "node:crypto";

const PREFIX = "whsec_";
/** The scheme asks for 24 to 64 bytes. */
const SECRET_BYTES = 32;
/** After a rotation both secrets sign for so long, so that receivers can change over one by one. */
const OVERLAP_MS = 24 * 60 * 60 * 1_000;

/** What the secrets of a number are at a time. */
export interface SigningSecrets {
  secret: string;
  previousSecret: string | null;
  /** Epoch milliseconds. */
  previousSecretUntil: number | null;
}

/** @returns `whsec_` and 32 random bytes in base64 */
export function newSecret(randomBytes: (length: number) => Uint8Array): string {
  return PREFIX + Buffer.from(randomBytes(SECRET_BYTES)).toString("base64");
}

/** A new secret takes over; the one before it signs too for 24 hours, one before that no longer. */
export function rotate({ secret }: SigningSecrets, next: string, now: number): SigningSecrets {
  return { secret: next, previousSecret: secret, previousSecretUntil: now + OVERLAP_MS };
}

/** The secrets that sign now, the newest first. */
export function activeSecrets({ secret, previousSecret, previousSecretUntil }: SigningSecrets, now: number): string[] {
  return previousSecret !== null && (previousSecretUntil ?? 0) > now ? [secret, previousSecret] : [secret];
}

/**
 * The three headers of a signed request.
 * @param id the same for every attempt to tell one event
 * @param now epoch milliseconds; the receiver refuses a time that is more than some minutes from its own
 */
export function signatureHeaders(
  id: string,
  body: string,
  secrets: readonly string[],
  now: number,
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1_000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), "base64");
    return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`, "utf8").digest("base64")}`;
  });
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}
