import { createHash, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { refuse } from "../errors.ts";
import { log } from "../log.ts";
import { ORG_ID } from "../schemas/common.ts";
import { API_KEY } from "../schemas/keys.ts";
import type { AppEnv } from "./app-env.ts";
import { RefusalError } from "./errors.ts";
import { KeyCache } from "./key-cache.ts";
import { administrator, type Principal } from "./principal.ts";

/** The organisation of a deployment that knows only one. */
export const DEFAULT_ORG_ID = "default";
/** The period of the rate limit for failed authentications, see wrangler.toml. */
const FAILURES_PERIOD_MS = 60_000;

/** The key a request carries; null for none, `conflict` when the two headers name different ones. */
export function presentedKey(
  apiKeyHeader: string | undefined,
  authorization: string | undefined,
): string | null | "conflict" {
  const bearer = /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
  if (apiKeyHeader !== undefined && bearer !== undefined && apiKeyHeader !== bearer) return "conflict";
  return apiKeyHeader ?? bearer ?? null;
}

/** Compares two keys in a time that tells nothing about either, not even a length. */
export function keysEqual(a: string, b: string): boolean {
  const digest = (key: string) => createHash("sha256").update(key, "utf8").digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** What of a key is stored and looked up: its SHA-256, hexadecimal. */
export const keyHash = (key: string): string => createHash("sha256").update(key, "utf8").digest("hex");

async function unauthorized(c: Context<AppEnv>, hint?: string): Promise<RefusalError> {
  const caller = c.req.header("CF-Connecting-IP") ?? "unknown";
  if (await c.var.services.mayFailAgain(caller)) {
    return new RefusalError(refuse("unauthorized", "Unauthorized", hint === undefined ? {} : { hint }).error);
  }
  const more = { hint: "Send a valid key", retryAfterMs: FAILURES_PERIOD_MS };
  return new RefusalError(refuse("rate_limited", "Too many calls without a valid key", more).error);
}

function namedOrganisation(c: Context<AppEnv>): string | null {
  const orgId = c.req.header("X-Org-Id");
  if (orgId === undefined || ORG_ID.test(orgId)) return orgId ?? null;
  const issues = [{ path: "X-Org-Id", message: "Use 1 to 32 of a-z, 0-9 and -" }];
  throw new RefusalError(refuse("invalid_request", "The organisation id is not valid", { issues }).error);
}

/** The caller behind a key of an organisation; null when the key is not good. */
async function holder(c: Context<AppEnv>, key: string, cache: KeyCache): Promise<[string, Principal] | null> {
  const [, orgId, keyId] = API_KEY.exec(key) ?? [];
  if (orgId === undefined || keyId === undefined) return null;
  const { services } = c.var;
  const hash = keyHash(key);
  const now = services.now();
  const cached = cache.get(hash, now);
  const grant = cached ?? (await services.directory(orgId).checkKey(keyId, hash));
  if (grant === null) return null;
  if (cached === null) cache.put(hash, grant, now);
  return [orgId, { keyId, scopes: grant.scopes, instances: grant.instances }];
}

/**
 * Finds out who calls, and sets `principal` and `orgId`. The deployment's own key, and every caller of a deployment
 * without one, acts for the organisation in `X-Org-Id`, else for `default`; a key of an organisation for that one only.
 */
export function authenticate(): MiddlewareHandler<AppEnv> {
  const cache = new KeyCache();
  let hasWarned = false;
  return async (c, next) => {
    const { apiKey } = c.var.settings;
    const key = presentedKey(c.req.header("X-API-Key"), c.req.header("Authorization"));
    if (key === "conflict") {
      throw await unauthorized(c, "X-API-Key and Authorization carry different keys: send one of them");
    }
    const isOwn = apiKey !== null && key !== null && keysEqual(key, apiKey);
    // Somebody who names a key means it: a wrong one is refused even where none is needed.
    const isOpen = apiKey === null && (key === null || !API_KEY.test(key));
    if (isOpen && !hasWarned) {
      hasWarned = true;
      log("warning", "API_KEY is not set: everyone who can reach this deployment can use it");
    }
    if (isOwn || isOpen) {
      c.set("principal", administrator(isOwn ? "admin" : "open"));
      c.set("orgId", namedOrganisation(c) ?? DEFAULT_ORG_ID);
      return next();
    }
    const known = key === null ? null : await holder(c, key, cache);
    if (known === null) throw await unauthorized(c);
    const [orgId, principal] = known;
    if ((namedOrganisation(c) ?? orgId) !== orgId) {
      const hint = "Leave X-Org-Id out: a key belongs to one organisation";
      throw new RefusalError(refuse("forbidden", "This key belongs to another organisation", { hint }).error);
    }
    c.set("principal", principal);
    c.set("orgId", orgId);
    return next();
  };
}
