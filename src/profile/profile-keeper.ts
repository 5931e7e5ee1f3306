/** Wires the profile of one number: calls of the API, and what waits until the number is connected. */
import type { PendingProfile, ProfileChange, ProfileView } from "../durable/rpc.ts";
import type { Result } from "../errors.ts";
import { applyPending, changeProfile, type ProfileDeps, readProfile } from "./profile.ts";

const FIRST_RETRY_MS = 5_000;
const LAST_RETRY_MS = 3_600_000;

export interface ProfileKeeperDeps {
  /** How the number stands now. */
  current: () => ProfileDeps;
  pending: () => PendingProfile | null;
  savePending: (pending: PendingProfile | null) => void;
  /** Asks for `apply` at this time. */
  wakeAt: (dueAt: number) => void;
  warn: (text: string) => void;
  now: () => number;
}

export class ProfileKeeper {
  readonly #deps: ProfileKeeperDeps;
  #tries = 0;

  constructor(deps: ProfileKeeperDeps) {
    this.#deps = deps;
  }

  read(): Promise<Result<ProfileView>> {
    return readProfile(this.#deps.current());
  }

  change(change: ProfileChange): Promise<Result<ProfileChange["field"]>> {
    return changeProfile(change, this.#deps.current());
  }

  /** Something may be possible now that was not: the number came online, or there is something new to set. */
  changed(): void {
    this.#tries = 0;
    if (this.#deps.pending() !== null) this.#deps.wakeAt(this.#deps.now());
  }

  /** Sets what is pending, and comes back for what WhatsApp was not ready for. */
  async apply(): Promise<void> {
    const { pending, current, savePending, wakeAt, warn, now } = this.#deps;
    const before = pending();
    const { session } = current();
    if (before === null || !session) return;
    const left = await applyPending(before, { session }, warn);
    // What came in meanwhile was not tried yet.
    if (pending() !== before) return this.changed();
    savePending(left);
    if (left === null) return;
    wakeAt(now() + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#tries));
    this.#tries += 1;
  }
}
