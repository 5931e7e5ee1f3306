/**
 * URLs that a client or the deployer names and that we call: webhooks, and the overrides of the WhatsApp server.
 * All reading is done by the WHATWG parser, which turns every spelling of an address (`0x7f.1`, `2130706433`,
 * `127.1`, percent-encoded or full-width letters) into one form; nothing is matched on the raw text.
 */
import { LIMITS } from "./limits.ts";

/** A URL we may call, or the sentence that says what is wrong with it. */
export type TargetUrl = { ok: true; url: URL } | { ok: false; message: string };

const DOTTED_LOOPBACK = /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;

/** True for `localhost`, `::1` and 127.0.0.0/8; `hostname` as `new URL()` gives it (lower case, IPv6 in brackets). */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || DOTTED_LOOPBACK.test(hostname);
}

/**
 * Reads the URL of a webhook: http or https, no credentials, at most 2,048 characters, plain http only to this
 * machine. Private and reserved addresses behind https are not refused here.
 */
export function parseTargetUrl(text: string): TargetUrl {
  if (text.length > LIMITS.urlCharacters) {
    return { ok: false, message: `Use a URL of at most ${LIMITS.urlCharacters} characters` };
  }
  if (!URL.canParse(text)) return { ok: false, message: "Use a full URL such as https://example.com/path" };
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return { ok: false, message: "Use a URL that starts with https://" };
  }
  if (url.username !== "" || url.password !== "") {
    return { ok: false, message: "Leave user name and password out of the URL" };
  }
  if (url.protocol === "http:" && !isLoopbackHost(url.hostname)) {
    return { ok: false, message: "Use https://; plain http:// is only accepted for this machine (localhost)" };
  }
  return { ok: true, url };
}
