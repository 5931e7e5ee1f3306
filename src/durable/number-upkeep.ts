/** How a number looks after itself: it comes back after a restart, and tells its Directory how it fares. */
import type { ConnectionKeeper } from "../connection/connection-keeper.ts";
import { isWanted, restarted } from "../connection/connection-state.ts";
import { restartJitterMs } from "../connection/restart-jitter.ts";
import type { InstanceState } from "../store/instance-table.ts";
import type { Store } from "../store/store.ts";
import type { DirectoryRpc } from "./rpc.ts";
import type { InstanceReport } from "./rpc-operations.ts";
import type { Wakeups } from "./wakeups.ts";

/** How often it is looked whether there is anything new to tell: what a scrape shows is that old at most. */
const LOOK_EVERY_MS = 60_000;
/** A number that should be connected says that it is there, even with nothing new. See `sweep.ts`. */
const HEARD_EVERY_MS = 5 * 60_000;

interface UpkeepDeps {
  /** Name of the object, `org/instance`. */
  name: string;
  store: Store;
  keeper: ConnectionKeeper;
  wakeups: Wakeups;
  state: () => InstanceState | null;
  saveConnection: (connection: InstanceState["connection"]) => void;
  directory: (orgId: string) => Pick<DirectoryRpc, "report">;
  /** Over how long the numbers of a deployment come back after a restart, milliseconds. */
  jitterMs: () => number;
  now: () => number;
}

export class NumberUpkeep {
  readonly #deps: UpkeepDeps;
  /** The number waits for its turn after a restart. */
  #waitsItsTurn = false;
  #lookedAt = 0;
  #told: { text: string; at: number } | null = null;

  constructor(deps: UpkeepDeps) {
    this.#deps = deps;
  }

  /** Memory is gone: a number that had a session gets one again, in its turn. */
  resume(): void {
    const { state, store, saveConnection, wakeups, name, jitterMs, now } = this.#deps;
    const connection = state()?.connection;
    if (connection === undefined) return;
    const retryAt = now() + restartJitterMs(name, jitterMs());
    const resumed = restarted(connection, retryAt);
    if (resumed === connection) return;
    store.logs.add("info", "Restarted; connecting again", now());
    this.#waitsItsTurn = true;
    saveConnection(resumed);
    wakeups.set("reconnect", retryAt);
  }

  /** Somebody asks for this number: it does not wait for its turn. */
  hurry(): void {
    if (!this.#waitsItsTurn) return;
    this.#waitsItsTurn = false;
    const { state, saveConnection, keeper, now } = this.#deps;
    const connection = state()?.connection;
    // It may have had its turn, or have been disconnected: only the wait of the restart is cut short.
    if (connection?.phase !== "waiting" || connection.retryAt === null || connection.retryAt <= now()) return;
    saveConnection({ ...connection, retryAt: now() });
    keeper.reconnect();
  }

  /** The sweep has not heard of this number: its wake-ups are set again, whatever became of them. */
  async poke(): Promise<void> {
    const { state, wakeups, now } = this.#deps;
    const connection = state()?.connection;
    if (connection && isWanted(connection) && wakeups.dueAt("heartbeat") === null) wakeups.set("heartbeat", now());
    wakeups.arm();
    this.#lookedAt = 0;
    this.#told = null;
    await this.report();
  }

  /** To be called after every alarm: tells the Directory what is new, now and then. Never throws. */
  async report(): Promise<void> {
    const { store, state, directory, wakeups, now } = this.#deps;
    const current = state();
    if (current === null) return;
    const at = now();
    const nextLook = this.#lookedAt + LOOK_EVERY_MS;
    if (at < nextLook) {
      // With a heartbeat there is a next time anyway.
      if (!isWanted(current.connection)) wakeups.setNoLaterThan("report", nextLook);
      return;
    }
    this.#lookedAt = at;
    const report: InstanceReport = { counters: store.counters.all(), ...store.deliveries.counts() };
    const text = JSON.stringify(report);
    if (text === this.#told?.text && at - this.#told.at < HEARD_EVERY_MS) return;
    try {
      await directory(current.profile.orgId).report(current.profile.instanceId, report);
      this.#told = { text, at };
    } catch {
      // The next look tells it.
      this.#told = null;
    }
  }
}
