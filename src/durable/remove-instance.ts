/**
 * Removes an instance for good: its place in the Directory, its files, its storage, in this order, so that what is left
 * after a crash is still an instance whose removal can go on.
 */
import type { InstanceState } from "../store/instance-table.ts";
import type { DirectoryLink } from "./directory-link.ts";

/** Should anything fail, the removal goes on after this time. */
const RETRY_MS = 10_000;

interface Removal {
  state: InstanceState;
  directory: DirectoryLink;
  media: R2Bucket;
  storage: DurableObjectStorage;
  wakeAt: (dueAt: number) => void;
  now: () => number;
}

export async function removeInstance({ state, directory, media, storage, wakeAt, now }: Removal): Promise<void> {
  const { orgId, instanceId } = state.profile;
  wakeAt(now() + RETRY_MS);
  await directory.remove(orgId, instanceId);
  await removeFiles(media, `${orgId}/${instanceId}/`);
  await storage.deleteAll();
}

async function removeFiles(media: R2Bucket, prefix: string): Promise<void> {
  for (;;) {
    const { objects, truncated } = await media.list({ prefix });
    if (objects.length > 0) await media.delete(objects.map(({ key }) => key));
    if (!truncated) return;
  }
}
