import type { MiddlewareHandler } from "hono";
import { refuse } from "../errors.ts";
import { INSTANCE_ID } from "../schemas/common.ts";
import type { AppEnv } from "./app-env.ts";
import { RefusalError } from "./errors.ts";

/**
 * Sets `instanceId` and `instance`, the object of that number within the caller's organisation. An id that no instance
 * can have is unknown (404), not invalid.
 */
export const instance: MiddlewareHandler<AppEnv> = async (c, next) => {
  const instanceId = c.req.param("instanceId") ?? "";
  if (!INSTANCE_ID.test(instanceId)) throw new RefusalError(refuse("not_found", "Instance not found").error);
  c.set("instanceId", instanceId);
  c.set("instance", c.var.services.instance(c.var.orgId, instanceId));
  await next();
};
