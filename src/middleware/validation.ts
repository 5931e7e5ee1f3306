import type { Hook } from "@hono/zod-openapi";
import { refuse } from "../errors.ts";
import type { AppEnv } from "./app-env.ts";
import { RefusalError } from "./errors.ts";

/** How many wrong fields an answer names: a body of thousands must not come back as thousands of sentences. */
const MAX_ISSUES = 20;

/** Refuses what a route's schemas refused, with every field's path and remedy. */
export const refuseInvalid: Hook<unknown, AppEnv, string, undefined> = (result) => {
  if (result.success) return;
  const issues = result.error.issues
    .slice(0, MAX_ISSUES)
    .map(({ path, message }) => ({ path: path.join("."), message }));
  const hint = "Correct the fields named in issues";
  throw new RefusalError(refuse("invalid_request", "The request is not valid", { hint, issues }).error);
};
