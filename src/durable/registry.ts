/** One object for the deployment: which organisations have instances. Only the sweep asks it. */
import { DurableObject } from "cloudflare:workers";
import { organisationsTable } from "../directory/organisations-table.ts";
import type { Env } from "../env.ts";
import type { RegistryRpc } from "./rpc-operations.ts";

export class RegistryObject extends DurableObject<Env> implements RegistryRpc {
  readonly #organisations;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#organisations = organisationsTable(ctx.storage);
  }

  async add(orgId: string): Promise<void> {
    this.#organisations.add(orgId);
  }

  async take(query: { now: number; limit: number }): Promise<string[]> {
    return this.#organisations.take(query);
  }
}
