/**
 * Moments: a stanza that a test waits for stops the world of its connection. Nothing passes from then on, in either
 * direction, so whatever the client had stored when it sent the stanza is what a crash at this moment finds.
 */
import type { Connection } from "./connection.ts";
import { type ClientStanza, matches, type StanzaMatcher } from "./stanza-log.ts";

interface Trap {
  matcher: StanzaMatcher;
  isTaken: boolean;
  caught: (stanza: ClientStanza) => void;
}

export class Traps {
  readonly #traps = new Set<Trap>();

  /**
   * @param isTaken whether the server still acts upon the stanza; its answer is lost in any case
   * @returns the promise of the moment, and the way to stop waiting for it
   */
  set(matcher: StanzaMatcher, isTaken: boolean): { caught: Promise<ClientStanza>; remove: () => void } {
    const { promise, resolve } = Promise.withResolvers<ClientStanza>();
    const trap: Trap = { matcher, isTaken, caught: resolve };
    this.#traps.add(trap);
    return { caught: promise, remove: () => void this.#traps.delete(trap) };
  }

  /** @returns false when the stanza ends here */
  lets(connection: Connection, stanza: ClientStanza): boolean {
    for (const trap of this.#traps) {
      if (!matches(trap.matcher, stanza)) continue;
      this.#traps.delete(trap);
      connection.silent = true;
      trap.caught(stanza);
      return trap.isTaken;
    }
    return true;
  }
}
