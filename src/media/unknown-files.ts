/**
 * Files that nothing tells of: the Worker stores a file before its message, and may be stopped in between. They are found
 * by looking through the folder of an instance, a page at a time.
 */

/** A bucket lists and deletes up to 1,000 files with one call. */
const PAGE = 500;
/** What is younger may be on its way to its message, milliseconds (ours): a call takes minutes at most. */
const ON_ITS_WAY_MS = 24 * 60 * 60 * 1_000;

interface Look {
  /** Where the page before ended; undefined = from the beginning. */
  cursor: string | undefined;
  /** Which of these keys something tells of. */
  known: (keys: readonly string[]) => ReadonlySet<string>;
  now: number;
}

/**
 * Removes from one page of a folder what nothing tells of. Throws when the bucket fails; what was removed stays removed.
 * @returns the cursor of the next page; null when this was the last
 */
export async function removeUnknownFiles(
  bucket: R2Bucket,
  folder: string,
  { cursor, known, now }: Look,
): Promise<string | null> {
  const page = await bucket.list({ prefix: folder, limit: PAGE, ...(cursor !== undefined && { cursor }) });
  const settled = page.objects.filter(({ uploaded }) => uploaded.getTime() <= now - ON_ITS_WAY_MS);
  const kept = known(settled.map(({ key }) => key));
  const unknown = settled.map(({ key }) => key).filter((key) => !kept.has(key));
  if (unknown.length > 0) await bucket.delete(unknown);
  return page.truncated ? page.cursor : null;
}
