import type { MiddlewareHandler } from "hono";
import { LIMITS } from "../schemas/limits.ts";
import type { AppEnv } from "./app-env.ts";

const SANE_ID = new RegExp(`^[A-Za-z0-9._:-]{1,${LIMITS.requestIdCharacters}}$`);

/**
 * Sets `requestId`: the caller's `X-Request-Id` when it is fit for a log line, else a new one. Every answer carries it,
 * and headers that keep answers out of caches, frames of other types and referrers.
 */
export const requestId: MiddlewareHandler<AppEnv> = async (c, next) => {
  const given = c.req.header("X-Request-Id");
  c.set("requestId", given !== undefined && SANE_ID.test(given) ? given : crypto.randomUUID());
  await next();
  c.res.headers.set("X-Request-Id", c.var.requestId);
  // Files say themselves how they may be kept.
  if (!c.res.headers.has("Cache-Control")) c.res.headers.set("Cache-Control", "no-store");
  c.res.headers.set("Referrer-Policy", "no-referrer");
  c.res.headers.set("X-Content-Type-Options", "nosniff");
};
