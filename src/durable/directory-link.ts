/**
 * Tells the Directory how an instance stands: after every change, one call at a time, always the newest state. A call
 * that fails is repeated by a wake-up; the revision that the Directory knows is stored, so nothing is forgotten.
 */
import type { Store } from "../store/store.ts";
import { instanceSummary } from "./instance-view.ts";
import type { DirectoryRpc } from "./rpc.ts";

const RETRY_MS = 5_000;

export interface DirectoryLinkDeps {
  store: Store;
  directory: (orgId: string) => DirectoryRpc;
  wakeAt: (dueAt: number) => void;
  now: () => number;
}

export class DirectoryLink {
  readonly #deps: DirectoryLinkDeps;
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(deps: DirectoryLinkDeps) {
    this.#deps = deps;
  }

  /** Brings the Directory up to date. Never throws. */
  push(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Stops pushing, waits for the call that is under way, and has the Directory forget this instance. */
  async remove(orgId: string, instanceId: string): Promise<void> {
    this.#closed = true;
    await this.#running;
    const { directory, store } = this.#deps;
    await directory(orgId).remove(instanceId, store.events.end());
  }

  /** Where the log of an earlier instance of this id ended; 0 when there was none. */
  logEnd(orgId: string, instanceId: string): Promise<number> {
    return this.#deps.directory(orgId).logEnd(instanceId);
  }

  /** The object serves a new instance from here on. */
  reopen(): void {
    this.#closed = false;
  }

  async #run(): Promise<void> {
    const { store, directory, wakeAt, now } = this.#deps;
    for (;;) {
      const revision = this.#closed ? null : store.instance.unpushedRevision();
      const state = revision === null ? null : store.instance.load();
      if (revision === null || state === null || state.profile.removing) return;
      try {
        await directory(state.profile.orgId).push(instanceSummary(state, revision));
      } catch {
        wakeAt(now() + RETRY_MS);
        return;
      }
      if (!this.#closed) store.instance.pushed(revision);
    }
  }
}
