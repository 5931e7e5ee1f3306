/**
 * Public links to files: `/media/<file>/<signature>`, where the file is named by its key in the bucket. The signing key
 * is made at first use and kept in the bucket, beside all organisations.
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

const signed = (key: Uint8Array, name: string): Buffer =>
  createHmac("sha256", key).update(name).digest().subarray(0, SIGNATURE_BYTES);

/** The link's path, without the deployment's origin. */
export async function linkPath(bucket: R2Bucket, key: string): Promise<string> {
  const name = Buffer.from(key).toString("base64url");
  return `/media/${name}/${signed(await signingKey(bucket), name).toString("base64url")}`;
}

/** The key in the bucket that a link names; null when its signature is wrong. */
export async function keyOfLink(bucket: R2Bucket, name: string, signature: string): Promise<string | null> {
  const given = Buffer.from(signature, "base64url");
  const right = signed(await signingKey(bucket), name);
  if (given.byteLength !== right.byteLength || !timingSafeEqual(given, right)) return null;
  return Buffer.from(name, "base64url").toString("utf8");
}
