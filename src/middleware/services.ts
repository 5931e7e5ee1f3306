import type { MiddlewareHandler } from "hono";
import { readSettings, type SettingsSource } from "../settings.ts";
import type { AppEnv, Platform } from "./app-env.ts";
import { unwrap } from "./errors.ts";

/** Sets `settings` and `services` from the bindings; a wrong setting refuses the request with 503 and its name. */
export function services<Bindings extends SettingsSource>(platform: Platform<Bindings>): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const settings = unwrap(readSettings(c.env));
    c.set("settings", settings);
    // The platform that is passed to the app is the one that fits its bindings.
    const env = c.env as Bindings;
    const { origin } = new URL(c.req.url);
    c.set("services", {
      instance: (orgId, instanceId) => platform.instanceStub(env, orgId, instanceId),
      directory: (orgId) => platform.directoryStub(env, orgId),
      media: platform.media(env, settings, origin),
      linkPreview: (text) => platform.linkPreview(text, settings, origin),
      storageWorks: () => platform.storageWorks(env),
      storageName: () => platform.storageName(env),
      mayFailAgain: (address) => platform.mayFailAgain(env, address),
      now: platform.now,
      random: platform.random,
    });
    await next();
  };
}
