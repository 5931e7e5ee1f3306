/**
 * Brings a ciphertext and its stanza back together. Baileys hands the Signal repository only the ciphertext; the
 * stanza it came in carries id, sender and time. Both refer to the same bytes in memory, which is the key here. What
 * comes without a ciphertext that can be read is told of as well: nothing is dropped.
 */
import { errorName } from "../errors.ts";
import type { BinaryNode } from "./baileys.ts";
import { areJidsSameUser, decodeMessageNode, proto, unpadRandomMax16, writeRandomPadMax16 } from "./baileys.ts";
import { contentless, SECOND_CHANCE_MS } from "./contentless.ts";
import { historyIn } from "./history/history-notice.ts";
import type { HistoryNotice } from "./history-part.ts";
import { type Me, normaliseStanza, originOf, withoutContent } from "./normalise/stanza.ts";
import { normaliseWebMessage } from "./normalise/web-message.ts";
import type { MessageLookups, ReceivedMessage, StanzaOrigin, Unavailable } from "./session.ts";
import type { Decrypted } from "./signal-repository.ts";

interface Deps {
  lookups: MessageLookups;
  me: () => Me;
  onMessage: (message: ReceivedMessage) => void;
  onPlaceholder: (message: ReceivedMessage, waitMs: number) => void;
  onEmpty: (origin: StanzaOrigin) => void;
  onHistory: (notice: HistoryNotice) => void;
  /** A message that is for people could not be decrypted. */
  onFailure: (key: proto.IMessageKey) => void;
  warn: (text: string) => void;
}

export class InboundStanzas {
  readonly #deps: Deps;
  /** Weak: an entry lives as long as the stanza does. */
  readonly #stanzas = new WeakMap<Uint8Array, BinaryNode>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Takes a `<message>` stanza before Baileys sees it: remembers its ciphertexts, stores what has none. */
  arrived(stanza: BinaryNode): void {
    const children = Array.isArray(stanza.content) ? stanza.content : [];
    for (const { tag, content } of children) {
      if (!(content instanceof Uint8Array)) continue;
      if (tag === "enc") this.#stanzas.set(content, stanza);
      if (tag === "plaintext") this.#quietly(() => this.#take(stanza, content));
    }
    const missing = contentless(children);
    if (missing) this.#quietly(() => this.#miss(stanza, missing.why, missing.waitMs));
  }

  /** Hands a decrypted message on to be stored. Never throws: the ratchet that moved with it must be committed. */
  store(decrypted: unknown): void {
    const { ciphertext, plaintext } = decrypted as Decrypted;
    const stanza = this.#stanzas.get(ciphertext);
    if (stanza) this.#quietly(() => this.#take(stanza, unpadRandomMax16(plaintext)));
  }

  /** A ciphertext could not be decrypted. */
  failed(ciphertext: Uint8Array): void {
    const stanza = this.#stanzas.get(ciphertext);
    if (!stanza || isHidden(stanza) || stanza.attrs.category === "peer") return;
    this.#quietly(() => {
      this.#miss(stanza, "undecryptable", SECOND_CHANCE_MS);
      const me = this.#deps.me();
      this.#deps.onFailure(decodeMessageNode(stanza, me.id, me.lid).fullMessage.key);
    });
  }

  /** The padded payload of a stanza that was stored before and now comes again. */
  find(ciphertext: Uint8Array): Uint8Array | null {
    const stanza = this.#stanzas.get(ciphertext);
    const origin = stanza ? originOf(stanza, this.#deps.me()) : null;
    const payload = origin ? this.#deps.lookups.received(origin) : null;
    return payload ? writeRandomPadMax16(payload) : null;
  }

  #take(stanza: BinaryNode, payload: Uint8Array): void {
    const { lookups, onMessage, onEmpty } = this.#deps;
    const me = this.#deps.me();
    if (stanza.attrs.category === "peer") {
      const decoded = proto.Message.decode(payload);
      for (const message of resentIn(stanza, decoded, me, lookups)) onMessage(message);
      const notice = historyIn(stanza, decoded, me);
      if (notice) this.#deps.onHistory(notice);
      return;
    }
    const message = normaliseStanza(stanza, payload, me, lookups);
    const origin = message ?? originOf(stanza, me);
    if (message) onMessage(message);
    else if (origin) onEmpty(origin);
  }

  #miss(stanza: BinaryNode, why: Unavailable, waitMs: number): void {
    const message = withoutContent(stanza, why, this.#deps.me());
    if (message) this.#deps.onPlaceholder(message, waitMs);
  }

  #quietly(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#deps.warn(`a message could not be read (${errorName(error)})`);
    }
  }
}

/** What its sender wants nobody to miss when it cannot be read: reactions, edits, votes. */
const isHidden = ({ content }: BinaryNode): boolean =>
  Array.isArray(content) && content.some(({ tag, attrs }) => tag === "enc" && attrs["decrypt-fail"] === "hide");

/** Messages that our own phone hands on because this device could not read them. */
function resentIn(
  stanza: BinaryNode,
  { protocolMessage }: proto.IMessage,
  me: Me,
  lookups: MessageLookups,
): ReceivedMessage[] {
  const from = stanza.attrs.from ?? "";
  if (!areJidsSameUser(from, me.id) && !areJidsSameUser(from, me.lid)) return [];
  const results = protocolMessage?.peerDataOperationRequestResponseMessage?.peerDataOperationResult ?? [];
  return results.flatMap(({ placeholderMessageResendResponse: resent }) => {
    if (!resent?.webMessageInfoBytes) return [];
    return normaliseWebMessage(proto.WebMessageInfo.decode(resent.webMessageInfoBytes), me, lookups) ?? [];
  });
}
