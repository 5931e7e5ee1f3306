/** What a number makes of the deployment's settings, read anew each time: they change only with a deploy, and are cached. */
import { type Env, readSettings, type WhatsAppEndpoint, whatsAppEndpoint } from "../env.ts";
import type { Result } from "../errors.ts";
import { type TargetPolicy, targetPolicy } from "../net/fetch-target.ts";

/** The WhatsApp server to connect to; a wrong setting refuses every session. */
export function endpointOf(env: Env): Result<WhatsAppEndpoint> {
  const settings = readSettings(env);
  return settings.ok ? whatsAppEndpoint(settings.value) : settings;
}

/** Over how long numbers come back after a restart, milliseconds; with settings that are wrong, no session opens anyway. */
export function reconnectJitterMsOf(env: Env): number {
  const settings = readSettings(env);
  return settings.ok ? settings.value.reconnectJitterMs : 0;
}

/**
 * Which addresses may be fetched; with settings that are wrong, none that is not public.
 * @param knownOrigin under which the deployment was called
 */
export function targetPolicyOf(env: Env, knownOrigin?: string): TargetPolicy {
  const settings = readSettings(env);
  return settings.ok ? targetPolicy(settings.value, knownOrigin) : { allowLoopback: false, ownOrigin: null };
}
