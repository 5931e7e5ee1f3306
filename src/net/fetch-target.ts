/** Which URLs that a caller names may be fetched: one pure function, used before the first request and at each redirect. */
import { isLoopbackHost, parseTargetUrl, type TargetUrl } from "../schemas/target-url.ts";
import { DEFAULT_WHATSAPP_URL, type Settings } from "../settings.ts";
import { isPublicHost } from "./public-host.ts";

export interface TargetPolicy {
  /** True on a developer's machine only: this machine may be called too, also by plain http. */
  allowLoopback: boolean;
  /** The deployment's own origin, which only its media may be fetched from; null when it is not known. */
  ownOrigin: string | null;
}

/** Where this deployment serves files: public links, and the API's downloads. */
const OWN_MEDIA = /^\/(?:media|api\/instances\/[\w-]{1,64}\/media)\/[^/]/;
const LOWEST_FREE_PORT = 1_024;
/** `new URL()` leaves the scheme's own port out. */
const WEB_PORTS = new Set(["", "80", "443"]);

const refused = (message: string): TargetUrl => ({ ok: false, message });

/** The same name may be written with the root's dot behind it. */
const bare = (hostname: string): string => hostname.replace(/\.$/, "");

/** A deployment answers on every port of its name; on this machine another port is another program. */
function isSameHost(url: URL, own: URL): boolean {
  if (bare(url.hostname) !== bare(own.hostname)) return false;
  return !isLoopbackHost(own.hostname) || url.port === own.port;
}

const isOnLoopback = (url: string): boolean => isLoopbackHost(new URL(url).hostname);

/**
 * The policy that follows from the settings. Local development is recognised by the WhatsApp override, which is
 * honoured on loopback only, or by a `PUBLIC_URL` on loopback: a header such as `Host`, which a caller could make up,
 * decides nothing there.
 * @param knownOrigin under which the deployment was called, where `PUBLIC_URL` does not say it: only ever refuses
 */
export function targetPolicy(
  { whatsAppUrl, publicUrl }: Pick<Settings, "whatsAppUrl" | "publicUrl">,
  knownOrigin: string | null = null,
): TargetPolicy {
  return {
    allowLoopback:
      (whatsAppUrl !== DEFAULT_WHATSAPP_URL && isOnLoopback(whatsAppUrl)) ||
      (publicUrl !== null && isOnLoopback(publicUrl)),
    ownOrigin: publicUrl === null ? knownOrigin : new URL(publicUrl).origin,
  };
}

/** The URL, or the sentence that says what is wrong with it. Never throws. */
export function checkFetchTarget(text: string, { allowLoopback, ownOrigin }: TargetPolicy): TargetUrl {
  const target = parseTargetUrl(text);
  if (!target.ok) return target;
  const { url } = target;
  if (!WEB_PORTS.has(url.port) && Number(url.port) < LOWEST_FREE_PORT) {
    return refused(`Use port 80, 443, or one of at least ${LOWEST_FREE_PORT}`);
  }
  const isOwn = ownOrigin !== null && isSameHost(url, new URL(ownOrigin));
  if (isOwn && !OWN_MEDIA.test(url.pathname)) return refused("Use another host: of this deployment only media is read");
  if (isLoopbackHost(url.hostname)) {
    return allowLoopback ? target : refused("Use a public address; this machine is only read in local development");
  }
  return isPublicHost(url.hostname) ? target : refused("Use a public address; private and reserved ones are not read");
}
