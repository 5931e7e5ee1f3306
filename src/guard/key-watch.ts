/** Watches for broken encryption: messages of ours that a recipient cannot read, and theirs that we cannot. */
import type { SafetyConfig } from "../durable/rpc-safety.ts";
import { isSpiral } from "../number-safety/retry-tracker.ts";
import { isDegraded, STABILITY_WINDOW_MS } from "../number-safety/session-stability.ts";
import type { Store } from "../store/store.ts";

export interface KeyWatchDeps {
  store: Store;
  config: () => SafetyConfig;
  /** A message of ours failed for good, as far as its recipient is concerned. */
  onFailed: () => void;
  now: () => number;
}

export class KeyWatch {
  readonly #deps: KeyWatchDeps;

  constructor(deps: KeyWatchDeps) {
    this.#deps = deps;
  }

  /** Somebody asked for another copy of a message. */
  retried(messageId: string): void {
    const { store, config, onFailed, now } = this.#deps;
    const { enabled, modules } = config();
    if (!enabled || !modules.retryTracker.enabled) return;
    if (!isSpiral(store.sends.retried(messageId))) return;
    store.logs.add("warning", "A recipient cannot decrypt one of the messages, again and again", now());
    onFailed();
  }

  /** A message to us could not be decrypted. */
  undecryptable(): void {
    const { store, config, now } = this.#deps;
    const { enabled, modules } = config();
    if (!enabled || !modules.sessionStability.enabled) return;
    const { state } = store.safety.load();
    const at = now();
    const recent = state.undecryptable.filter((time) => time <= at && at - time < STABILITY_WINDOW_MS);
    if (!isDegraded(recent, at) && isDegraded([...recent, at], at)) {
      store.logs.add("warning", "Several messages in a minute could not be decrypted; they were asked for again", at);
    }
    store.safety.saveState({ ...state, undecryptable: [...recent, at] });
  }
}
