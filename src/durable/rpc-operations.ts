/** What operating many numbers needs: how each fares, and which have not been heard of. */
import type { Result } from "../errors.ts";
import type { ConnectionState } from "./rpc.ts";

/** How a number fares, as it tells the Directory. */
export interface InstanceReport {
  /** Only ever grow, over restarts too; by the names of `store/counters-table.ts`. */
  counters: Record<string, number>;
  /** Deliveries to the webhook that are still to be made, and that were given up. */
  waiting: number;
  parked: number;
}

/** A number as its Directory knows it. */
export interface InstanceMetrics {
  id: string;
  status: ConnectionState;
  /** Epoch milliseconds; 0 when it never told anything. */
  heardAt: number;
  /** Null until the first one came. */
  report: InstanceReport | null;
}

/** Calls of the number's object. */
export interface UpkeepRpc {
  /** Makes sure that the number looks after itself; changes nothing when it does. For the sweep, not for people. */
  poke(orgId: string): Promise<Result<null>>;
}

/** Calls of the organisation's object. */
export interface OverviewRpc {
  /** Stores how an instance fares; one that is not listed is ignored. */
  report(instanceId: string, report: InstanceReport): Promise<void>;
  /** Every instance, or only these, in the order of their ids. */
  metrics(query: { ids?: readonly string[] }): Promise<InstanceMetrics[]>;
  /**
   * Ids of instances that should be connected, were last heard of before `before` (epoch milliseconds) and were not
   * given out since then; those that are silent longest first.
   */
  takeSilent(query: { before: number; now: number; limit: number }): Promise<string[]>;
}

/** The object that knows which organisations there are. */
export interface RegistryRpc {
  add(orgId: string): Promise<void>;
  /** Some organisations, those first that were not given out for longest. */
  take(query: { now: number; limit: number }): Promise<string[]>;
}
