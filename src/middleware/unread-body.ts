/**
 * Reads to its end what an answer leaves unread of a body. The runtime ends the line after such an answer, and a client
 * that is still sending then sees a broken connection instead of it.
 */
import type { MiddlewareHandler } from "hono";
import { LIMITS } from "../schemas/limits.ts";
import type { AppEnv } from "./app-env.ts";

/** Whoever has no key, or tries too many, gets nothing read. */
const STRANGERS: ReadonlySet<number> = new Set([401, 429]);

/** Runs outside of all others. No more is read than the largest JSON has, and nothing of what says that it is larger. */
export const unreadBody: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { raw } = c.req;
  await next();
  if (raw.body === null || raw.bodyUsed || raw.body.locked || STRANGERS.has(c.res.status)) return;
  let left = LIMITS.jsonBodyBytes;
  if (Number(raw.headers.get("Content-Length") ?? 0) > left) return;
  const reader: ReadableStreamDefaultReader<Uint8Array> = raw.body.getReader();
  while (left >= 0) {
    // A client that breaks off needs no answer.
    const part = await reader.read().catch(() => null);
    if (!part || part.done) return;
    left -= part.value.byteLength;
  }
  await reader.cancel().catch(() => undefined);
};
