/** What a key may do. Each route declares the one scope it needs; `middleware/authorise.ts` enforces it. */
import { z } from "@hono/zod-openapi";

/**
 * `read`: every GET. `send`: send, react, upload, handoff. `manage`: instances, connection, profile, settings, webhook.
 * `admin`: keys and the audit log, and everything else.
 */
export const SCOPES = ["read", "send", "manage", "admin"] as const;

export const ScopeSchema = z.enum(SCOPES, `Use ${SCOPES.join(", ")}`).openapi({
  description: "`admin` includes the others, which do not include each other.",
  example: "read",
});

export type Scope = z.infer<typeof ScopeSchema>;

/** True when a key with these scopes may call what needs `wanted`. */
export function allows(scopes: readonly Scope[], wanted: Scope): boolean {
  return scopes.includes("admin") || scopes.includes(wanted);
}
