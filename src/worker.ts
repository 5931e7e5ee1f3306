/** The Worker: the API on this deployment's Durable Objects, and their classes. */
import { buildApp } from "./app.ts";
import { mayFailAgain } from "./durable/auth-failures.ts";
import { storageName, storageWorks } from "./durable/media-bucket.ts";
import { directoryStub, instanceStub } from "./durable/stubs.ts";
import { sweep } from "./durable/sweep.ts";
import type { Env } from "./env.ts";
import { linkPreview } from "./link-preview/link-preview.ts";
import { MediaLibrary } from "./media/media-library.ts";
import { targetPolicy } from "./net/fetch-target.ts";

export { DirectoryObject } from "./durable/directory.ts";
export { InstanceObject } from "./durable/instance.ts";
export { MediaMover } from "./durable/media-mover.ts";
export { RegistryObject } from "./durable/registry.ts";

const app = buildApp({
  instanceStub,
  directoryStub,
  storageWorks,
  storageName,
  media: ({ MEDIA }: Env, settings, origin) => new MediaLibrary(MEDIA, settings, origin),
  linkPreview: (text, settings, origin) => linkPreview(text, { policy: targetPolicy(settings, origin) }),
  mayFailAgain,
  now: Date.now,
  random: Math.random,
});

export default {
  /**
   * A caller who leaves stops the Worker in the middle, unless somebody else waits too: what was begun is done to its end
   * (for 30 s, the platform's limit), its line in the audit log and the end of its `Idempotency-Key` included.
   */
  fetch(request: Request, env, context) {
    const answer = Promise.resolve(app.fetch(request, env, context));
    context.waitUntil(answer);
    return answer;
  },
  /** The cron trigger of wrangler.toml. */
  scheduled: ({ scheduledTime }, env) => sweep(env, scheduledTime).then(() => {}),
} satisfies ExportedHandler<Env>;
