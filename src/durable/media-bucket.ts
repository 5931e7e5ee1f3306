import type { Env } from "../env.ts";
import { describeError, log } from "../log.ts";

/** Nothing is stored under it: asking for what is not there is the cheapest call that a bucket answers. */
const PROBE = "storage-check";

/** True when the bucket for media answers. */
export async function storageWorks({ MEDIA }: Env): Promise<boolean> {
  try {
    await MEDIA.head(PROBE);
    return true;
  } catch (error) {
    log("warning", "The media bucket does not answer", { error: describeError(error) });
    return false;
  }
}

/** The bucket's name as wrangler.toml repeats it; null when it does not. */
export const storageName = ({ MEDIA_BUCKET }: Env): string | null => MEDIA_BUCKET ?? null;
