import { createHash, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { refuse } from "../errors.ts";
import { log } from "../log.ts";
import { ORG_ID } from "../schemas/common.ts";
import type { AppEnv } from "./app-env.ts";
import { RefusalError } from "./errors.ts";

/** The organisation of a deployment that knows only one. */
export const DEFAULT_ORG_ID = "default";

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

function check(c: Context<AppEnv>, apiKey: string): void {
  const key = presentedKey(c.req.header("X-API-Key"), c.req.header("Authorization"));
  if (key !== null && key !== "conflict" && keysEqual(key, apiKey)) return;
  const hint = key === "conflict" ? "X-API-Key and Authorization carry different keys: send one of them" : undefined;
  throw new RefusalError(refuse("unauthorized", "Unauthorized", hint === undefined ? {} : { hint }).error);
}

function organisation(c: Context<AppEnv>): string {
  const orgId = c.req.header("X-Org-Id");
  if (orgId === undefined) return DEFAULT_ORG_ID;
  if (ORG_ID.test(orgId)) return orgId;
  const issues = [{ path: "X-Org-Id", message: "Use 1 to 32 of a-z, 0-9 and -" }];
  throw new RefusalError(refuse("invalid_request", "The organisation id is not valid", { issues }).error);
}

/**
 * Lets a request pass when it carries the deployment's key, or when the deployment has none, and sets `orgId`: the one
 * the administrator named with `X-Org-Id`, else `default`.
 */
export function authenticate(): MiddlewareHandler<AppEnv> {
  let hasWarned = false;
  return async (c, next) => {
    const { apiKey } = c.var.settings;
    if (apiKey !== null) {
      check(c, apiKey);
    } else if (!hasWarned) {
      hasWarned = true;
      log("warning", "API_KEY is not set: everyone who can reach this deployment can use it");
    }
    c.set("orgId", organisation(c));
    await next();
  };
}
