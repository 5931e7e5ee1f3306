/**
 * Public links to files: `/media/<file>/<signature>`, where the file is named by its key in the bucket, and
 * `/media/<file>/<expiry>.<signature>` for a time. The signing key is made at first use and kept in the bucket, beside all
 * organisations.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const SIGNING_KEY = "~signing-key";
const KEY_BYTES = 32;
/** 128 bits of HMAC-SHA256: as many as an id has. */
const SIGNATURE_BYTES = 16;

/** One per isolate: the key never changes. */
const cached = new WeakMap<R2Bucket, Uint8Array>();

async function signingKey(bucket: R2Bucket): Promise<Uint8Array> {
  const known = cached.get(bucket);
  if (known) return known;
  // Two isolates may be first at once: only one of them can create it, both then read that one.
  if (!(await bucket.head(SIGNING_KEY))) {
    await bucket.put(SIGNING_KEY, randomBytes(KEY_BYTES), { onlyIf: { etagDoesNotMatch: "*" } });
  }
  const stored = await bucket.get(SIGNING_KEY);
  if (!stored) throw new Error("The signing key could not be stored");
  const key = new Uint8Array(await stored.arrayBuffer());
  cached.set(bucket, key);
  return key;
}

/** base64url: without the dot, so that a name with an expiry can be no other name. */
const NAME = /^[\w-]+$/;

const signed = (key: Uint8Array, name: string, expiry: string | undefined): Buffer =>
  createHmac("sha256", key)
    .update(expiry === undefined ? name : `${name}.${expiry}`)
    .digest()
    .subarray(0, SIGNATURE_BYTES);

/**
 * The link's path, without the deployment's origin.
 * @param expiresAt epoch milliseconds, counted in whole seconds; null = for as long as the file is there
 */
export async function linkPath(bucket: R2Bucket, key: string, expiresAt: number | null = null): Promise<string> {
  const name = Buffer.from(key).toString("base64url");
  const expiry = expiresAt === null ? undefined : String(Math.floor(expiresAt / 1_000));
  const signature = signed(await signingKey(bucket), name, expiry).toString("base64url");
  return `/media/${name}/${expiry === undefined ? "" : `${expiry}.`}${signature}`;
}

/** A link with a right signature. */
export interface OpenedLink {
  /** In the bucket. */
  key: string;
  /** Epoch milliseconds; null = it does not end. */
  expiresAt: number | null;
}

/** What a link names; null when its signature is wrong. Whether its time is over is the caller's to ask. */
export async function openLink(bucket: R2Bucket, name: string, proof: string): Promise<OpenedLink | null> {
  const [, expiry, signature = ""] = /^(?:(\d{1,12})\.)?([\w-]+)$/.exec(proof) ?? [];
  if (!NAME.test(name)) return null;
  const given = Buffer.from(signature, "base64url");
  const right = signed(await signingKey(bucket), name, expiry);
  if (given.byteLength !== right.byteLength || !timingSafeEqual(given, right)) return null;
  const expiresAt = expiry === undefined ? null : Number(expiry) * 1_000;
  return { key: Buffer.from(name, "base64url").toString("utf8"), expiresAt };
}
