/** Which operation of the document a request is, and what it declared. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { matchedRoutes } from "hono/route";
import { SCOPES, type Scope } from "../schemas/scopes.ts";
import type { AppEnv } from "./app-env.ts";

export interface Operation {
  id: string;
  /** Upper case. */
  method: string;
  /** Null for an operation that declared none: only `admin` may call it. */
  scope: Scope | null;
  /** True when it goes to the audit log though it is a GET. */
  isAudited: boolean;
}

const isScope = (value: unknown): value is Scope => SCOPES.some((scope) => scope === value);

/** Finds the operation of a request; null for a path or method without one. The table is built at the first request. */
export function operationFinder(app: OpenAPIHono<AppEnv>): (c: Context<AppEnv>) => Operation | null {
  let table: Map<string, Operation> | null = null;
  const build = (): Map<string, Operation> =>
    new Map(
      app.openAPIRegistry.definitions.flatMap((definition) => {
        if (definition.type !== "route") return [];
        const { method, path, operationId, "x-scope": scope, "x-audited": audited } = definition.route;
        const pattern = path.replaceAll(/\{(\w+)\}/g, ":$1");
        const operation = {
          id: operationId ?? pattern,
          method: method.toUpperCase(),
          scope: isScope(scope) ? scope : null,
          isAudited: audited === true,
        };
        return [[`${operation.method} ${pattern}`, operation] as const];
      }),
    );
  return (c) => {
    table ??= build();
    for (const { method, path } of matchedRoutes(c)) {
      const operation = table.get(`${method} ${path}`);
      if (operation !== undefined) return operation;
    }
    return null;
  };
}
