/** The fixed headers an instance adds to its webhook calls: names and values checked, so that nothing can be smuggled. */
import { z } from "@hono/zod-openapi";
import { LIMITS } from "./limits.ts";

/** RFC 9110, 5.6.2: a token. */
const NAME = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/;
/** Visible ASCII with spaces inside: no CR, LF, NUL, and nothing whose encoding a receiver would have to guess. */
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** Set by us or by the transport. */
const OURS = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "user-agent",
  "webhook-id",
  "webhook-signature",
  "webhook-timestamp",
]);

/** What is wrong with one header, or null. */
function complaint(name: string, value: string): string | null {
  const lower = name.toLowerCase();
  if (name.length > LIMITS.webhookHeaderName || !NAME.test(name)) return "This is no name of a header";
  if (OURS.has(lower) || /^(?:cf-|proxy-|sec-|x-forwarded-)/.test(lower)) return "This header is set by the gateway";
  if (value.length > LIMITS.webhookHeaderValue || !VALUE.test(value)) {
    return `Use visible ASCII characters, 1 to ${LIMITS.webhookHeaderValue} of them`;
  }
  return null;
}

/** An object of header names and values; replaces what was set. */
export const WebhookHeadersSchema = z
  .record(z.string(), z.string("Use a text"), "Use an object of names and values")
  .superRefine((headers, context) => {
    const entries = Object.entries(headers);
    if (entries.length > LIMITS.webhookHeaders) {
      context.addIssue({ code: "custom", message: `Use at most ${LIMITS.webhookHeaders} headers` });
      return;
    }
    const seen = new Set<string>();
    for (const [name, value] of entries) {
      const isTwice = seen.has(name.toLowerCase());
      seen.add(name.toLowerCase());
      const message = isTwice ? "This header is given twice" : complaint(name, value);
      if (message !== null) context.addIssue({ code: "custom", path: [name], message });
    }
  })
  .openapi({
    description: "Fixed headers of each delivery, such as a key your receiver checks. Replaces those set before.",
    example: { Authorization: "Bearer my-receiver-key" },
  });
