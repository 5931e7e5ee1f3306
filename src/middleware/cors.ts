import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "./app-env.ts";

const METHODS = "GET, HEAD, POST, PUT, DELETE";
/** Every header that the API reads. */
const READ_HEADERS = [
  "Authorization",
  "Content-Type",
  "Idempotency-Key",
  "If-None-Match",
  "Last-Event-ID",
  "Range",
  "X-API-Key",
  "X-Org-Id",
  "X-Request-Id",
  "X-Session-Passphrase",
].join(", ");
/** Headers of answers that a page may see beside those that every page may. */
const SHOWN_HEADERS = "X-Request-Id, Retry-After, Idempotent-Replayed";
/** A browser remembers a preflight this long, seconds; two hours is the most that Chromium does. */
const REMEMBERED_SECONDS = "7200";

/**
 * Lets pages of the origins in `CORS_ORIGINS` read the answers, never with cookies: the API knows none. Without that
 * setting, and for every other origin, nothing is said, and the browser keeps the answer from the page.
 */
export const cors: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { corsOrigins } = c.var.settings;
  if (corsOrigins.length === 0) return next();
  const origin = c.req.header("Origin");
  const isListed = origin !== undefined && corsOrigins.includes(origin);
  const isPreflight = c.req.method === "OPTIONS" && c.req.header("Access-Control-Request-Method") !== undefined;
  if (isListed && isPreflight) {
    return c.body(null, 204, {
      "Access-Control-Allow-Origin": origin,
      "Access-Control-Allow-Methods": METHODS,
      "Access-Control-Allow-Headers": READ_HEADERS,
      "Access-Control-Max-Age": REMEMBERED_SECONDS,
      Vary: "Origin",
    });
  }
  await next();
  c.res.headers.append("Vary", "Origin");
  if (!isListed) return;
  c.res.headers.set("Access-Control-Allow-Origin", origin);
  c.res.headers.set("Access-Control-Expose-Headers", SHOWN_HEADERS);
};
