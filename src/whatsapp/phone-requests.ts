/**
 * Asks our own phone for messages that this device cannot decrypt. Baileys does so 3 s after the first failure, but gives
 * it up when the sender's copies fail faster than that.
 */
import type { proto } from "./baileys.ts";
import type { StanzaOrigin } from "./session.ts";

/** Late enough for copies of the sender, early enough to be answered before the message is told of as unreadable. */
const PATIENCE_MS = 10_000;

interface Deps {
  /** Whether the message came meanwhile. */
  isHere: (key: proto.IMessageKey) => boolean;
  /** Must not throw. */
  ask: (key: proto.IMessageKey) => void;
}

export class PhoneRequests {
  readonly #deps: Deps;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** A message could not be decrypted; its phone is asked later, once, unless it comes before. */
  failed(key: proto.IMessageKey): void {
    const name = `${key.remoteJid} ${key.participant ?? ""} ${key.id}`;
    if (this.#timers.has(name)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(name);
      if (!this.#deps.isHere(key)) this.#deps.ask(key);
    }, PATIENCE_MS);
    this.#timers.set(name, timer);
  }

  /** What did not come before this connection: the question, or its answer, may have died with the one before. */
  missed(messages: readonly (StanzaOrigin & { fromMe: boolean })[]): void {
    for (const { id, chatJid, participantJid, fromMe } of messages) {
      const participant = participantJid === null ? {} : { participant: participantJid };
      this.failed({ id, remoteJid: chatJid, fromMe, ...participant });
    }
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
