/**
 * Copies for recipients who could not decrypt a message. Baileys answers their requests, but without what goes beside
 * the encrypted copies (stanza-extras.ts): buttons would be invisible, an edit would be a message of its own.
 *
 * Such messages are sent again here. Baileys asks its counter of copies whether another one may be sent, after it made
 * the session with the recipient anew: this counter sends the copy itself and then says no.
 *
 * Baileys counts each request twice, when it comes and when it is answered, and would answer two of the five that it
 * allows; whoever asks a third time would wait for ever. Here the second count of a request is left out.
 */
import { BoundedMap } from "./auth/bounded-map.ts";
import type { BinaryNode, CacheStore, MessageRelayOptions, WASocket } from "./baileys.ts";
import { getBinaryNodeChild, jidDecode, proto } from "./baileys.ts";
import { withoutDevice } from "./identity.ts";
import type { MessageLookups } from "./session.ts";
import { stanzaExtras } from "./stanza-extras.ts";

/** A count at which Baileys sends no further copy (its `maxMsgRetryCount` is 5). */
const ENOUGH = Number.MAX_SAFE_INTEGER;
/** Messages whose copies are counted: far more than are asked for at the same time. */
const COUNTED = 1_000;

interface ResendsDeps {
  socket: () => Pick<WASocket, "relayMessage">;
  /** An encoded message of ours to this chat (a JID); null when it is not known any more. */
  find: MessageLookups["ours"];
}

interface Request {
  messageId: string;
  /** JID of the chat. */
  to: string;
  /** JID of the device that asks. */
  participant: string;
  count: number;
  isCounted: boolean;
}

export class Resends {
  readonly #deps: ResendsDeps;
  /** Requests that have come, by the key under which Baileys counts them. */
  readonly #requests = new BoundedMap<string, Request>(COUNTED);
  readonly #counts = new BoundedMap<string, unknown>(COUNTED);
  /** Keys of requests that Baileys answers now, counted already. */
  readonly #answering = new Set<string>();

  constructor(deps: ResendsDeps) {
    this.#deps = deps;
  }

  /** A `<receipt>` of somebody who may have a copy has come; to be called before Baileys sees it. */
  noted(receipt: BinaryNode): void {
    const { id, from, type, participant = from, recipient = from } = receipt.attrs;
    if (type !== "retry" || !id || !participant || !recipient) return;
    const count = Number(getBinaryNodeChild(receipt, "retry")?.attrs.count) || 1;
    // A device of ours that asks names the chat as `recipient`.
    this.#requests.set(`${id}:${participant}`, { messageId: id, to: recipient, participant, count, isCounted: false });
  }

  /** What Baileys takes as `msgRetryCounterCache`: it counts a request, makes the session anew, and asks again. */
  readonly counter: CacheStore = {
    get: async <T>(key: string): Promise<T> => {
      const request = this.#requests.get(key);
      if (!request?.isCounted) return this.#counts.get(key) as T;
      this.#requests.delete(key);
      if (await this.#send(request)) return ENOUGH as T;
      this.#answering.add(key);
      return this.#counts.get(key) as T;
    },
    set: (key, value) => {
      if (this.#answering.delete(key)) return;
      const request = this.#requests.get(key);
      if (request) request.isCounted = true;
      this.#counts.set(key, value);
    },
    del: (key) => this.#counts.delete(key),
    flushAll: () => this.#counts.clear(),
  };

  /** @returns false for a message that Baileys is to send by itself */
  async #send({ messageId, to, participant, count }: Request): Promise<boolean> {
    const payload = this.#deps.find(messageId, withoutDevice(to));
    if (!payload) return false;
    const message = proto.Message.decode(payload);
    const extras = stanzaExtras(message);
    if (!hasAny(extras)) return false;
    // A request of the primary device is answered to all devices, as Baileys does.
    const whom: MessageRelayOptions = jidDecode(participant)?.device
      ? { participant: { jid: participant, count } }
      : { useUserDevicesCache: false };
    await this.#deps.socket().relayMessage(to, message, { messageId, ...whom, ...extras });
    return true;
  }
}

const hasAny = ({ additionalAttributes, additionalNodes }: ReturnType<typeof stanzaExtras>): boolean =>
  additionalNodes.length > 0 || Object.keys(additionalAttributes).length > 0;
