/** Uploads that have been kept for their time go, a page at a time. */

/** A bucket deletes up to 1,000 files with one call. */
const PAGE = 500;
/** `…/uploads/<epoch milliseconds>-<id>.<extension>`: in the order of the bucket the oldest are first. */
const UPLOADED_AT = /\/uploads\/(\d{13})-[^/]*$/;

/** Folder of what was uploaded for an instance; null = for none. No instance can be called `~`. */
export const uploadsFolder = (orgId: string, instanceId: string | null): string =>
  `${orgId}/${instanceId ?? "~"}/uploads/`;

/**
 * Removes one page of what is too old. Throws when the bucket fails; what was removed stays removed.
 * @param keptForMs how long an upload is kept
 * @returns when to look again, epoch milliseconds: at once when there may be more; null when nothing is left
 */
export async function removeOldUploads(
  bucket: R2Bucket,
  folder: string,
  { keptForMs, now }: { keptForMs: number; now: number },
): Promise<number | null> {
  const { objects, truncated } = await bucket.list({ prefix: folder, limit: PAGE });
  const ends = objects.map(({ key }) => ({ key, at: Number(UPLOADED_AT.exec(key)?.[1] ?? 0) + keptForMs }));
  const old = ends.filter(({ at }) => at <= now);
  if (old.length > 0) await bucket.delete(old.map(({ key }) => key));
  const next = ends.find(({ at }) => at > now);
  return next ? next.at : truncated ? now : null;
}
