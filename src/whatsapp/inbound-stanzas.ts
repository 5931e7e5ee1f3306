/**
 * Brings a ciphertext and its stanza back together. Baileys hands the Signal repository only the ciphertext; the
 * stanza it came in carries id, sender and time. Both refer to the same bytes in memory, which is the key here.
 */
import type { BinaryNode } from "./baileys.ts";
import { writeRandomPadMax16 } from "./baileys.ts";
import type { Me } from "./normalise/stanza.ts";
import { normaliseStanza, originOf } from "./normalise/stanza.ts";
import type { MessageLookups, ReceivedMessage } from "./session.ts";
import type { Decrypted } from "./signal-repository.ts";

interface Deps {
  lookups: MessageLookups;
  onMessage: (message: ReceivedMessage) => void;
  warn: (text: string) => void;
}

export class InboundStanzas {
  readonly #deps: Deps;
  /** Weak: an entry lives as long as the stanza does. */
  readonly #stanzas = new WeakMap<Uint8Array, BinaryNode>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Remembers the ciphertexts of a `<message>` stanza; call it before Baileys sees the stanza. */
  arrived(stanza: BinaryNode): void {
    if (!Array.isArray(stanza.content)) return;
    for (const { tag, content } of stanza.content) {
      if (tag === "enc" && content instanceof Uint8Array) this.#stanzas.set(content, stanza);
    }
  }

  /** Hands a decrypted message on to be stored. Never throws: the ratchet that moved with it must be committed. */
  store(decrypted: unknown, me: Me): void {
    const { ciphertext, plaintext } = decrypted as Decrypted;
    const stanza = this.#stanzas.get(ciphertext);
    if (!stanza) return;
    try {
      const message = normaliseStanza(stanza, plaintext, me, this.#deps.lookups);
      if (message) this.#deps.onMessage(message);
    } catch (error) {
      this.#deps.warn(`a message could not be read (${error instanceof Error ? error.name : "unknown error"})`);
    }
  }

  /** The padded payload of a stanza that was stored before and now comes again. */
  find(ciphertext: Uint8Array, me: Me): Uint8Array | null {
    const stanza = this.#stanzas.get(ciphertext);
    const origin = stanza ? originOf(stanza, me) : null;
    const payload = origin ? this.#deps.lookups.received(origin) : null;
    return payload ? writeRandomPadMax16(payload) : null;
  }
}
