/** Who is calling. */
import type { Scope } from "../schemas/scopes.ts";

export interface Principal {
  /** Id of the key; `admin` for the deployment's own key, `open` for a caller of a deployment without one. */
  keyId: string;
  scopes: readonly Scope[];
  /** The only instances this caller may use; null for all of its organisation. */
  instances: readonly string[] | null;
}

/** The deployment's own key, or nobody in particular where there is none: everything is allowed. */
export const administrator = (keyId: "admin" | "open"): Principal => ({ keyId, scopes: ["admin"], instances: null });

/** True when the caller may use this instance. */
export function mayUse({ instances }: Principal, instanceId: string): boolean {
  return instances === null || instances.includes(instanceId);
}
