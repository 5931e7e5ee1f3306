/** The one place that decides whether a caller may do what it asks for, and writes down what was done. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { ERROR_STATUS, type Refusal, refuse } from "../errors.ts";
import { describeError, log } from "../log.ts";
import { allows } from "../schemas/scopes.ts";
import type { AppEnv } from "./app-env.ts";
import { RefusalError } from "./errors.ts";
import { type Operation, operationFinder } from "./operations.ts";
import { mayUse, type Principal } from "./principal.ts";

/** An id is at most 64 characters; what else stands in a path is cut. */
const TARGET_CHARACTERS = 64;

const forbidden = (error: string, hint: string) => refuse("forbidden", error, { hint }).error;

/** Why the caller may not do this; null when it may. */
function refusalOf({ scope }: Operation, principal: Principal, instanceId: string | null): Refusal | null {
  const wanted = scope ?? "admin";
  if (!allows(principal.scopes, wanted)) return forbidden("This key may not do this", `It needs the scope ${wanted}`);
  if (instanceId !== null) {
    // The same answer as for an instance that does not exist: what else there is, is not told.
    return mayUse(principal, instanceId) ? null : refuse("not_found", "Instance not found").error;
  }
  if (principal.instances === null || wanted !== "manage") return null;
  return forbidden("This key may not do this", "It is narrowed to certain instances, and this concerns all of them");
}

/** Writes an action down; one that cannot be written is logged, because what was done is done. */
async function record(c: Context<AppEnv>, { id }: Operation, status: number): Promise<void> {
  const { orgId, services, requestId, auditTarget, principal } = c.var;
  const target = (auditTarget ?? c.req.path.split("/")[3] ?? null)?.slice(0, TARGET_CHARACTERS) ?? null;
  try {
    const entry = { keyId: principal.keyId, action: id, target, status, requestId };
    await services.directory(orgId).recordAction(entry);
  } catch (error) {
    log("error", "An action is missing in the audit log", { requestId, error: describeError(error) });
  }
}

/**
 * Refuses what the caller's scopes and instances do not allow. Management actions (everything of the scopes `manage` and
 * `admin` that is not a GET, and a GET that says so) go to the organisation's audit log with their result, refused ones too.
 */
export function authorise(app: OpenAPIHono<AppEnv>): MiddlewareHandler<AppEnv> {
  const operationOf = operationFinder(app);
  return async (c, next) => {
    const operation = operationOf(c);
    if (operation === null) return next();
    c.set("isOperation", true);
    const instanceId = /^\/api\/instances\/([^/]+)/.exec(c.req.path)?.[1] ?? null;
    const isManagement =
      operation.isAudited || (operation.scope !== "read" && operation.scope !== "send" && operation.method !== "GET");
    const refusal = refusalOf(operation, c.var.principal, instanceId);
    if (refusal !== null) {
      if (isManagement) await record(c, operation, ERROR_STATUS[refusal.code]);
      throw new RefusalError(refusal);
    }
    await next();
    if (isManagement) await record(c, operation, c.res.status);
  };
}
