/** What the server keeps about one linked device: its keys, its connection and everything it has not acknowledged. */
import type { BinaryNode } from "@whiskeysockets/baileys";
import type { Account } from "./accounts.ts";
import type { Connection } from "./connection.ts";
import type { KeyBundle, PublicKey, SignedKey } from "./key-bundle.ts";

/** The keys a device registers with, before it is linked to an account. */
export interface Registration {
  /** Static key of its noise handshake; every later login has to show it. */
  noiseKey: Buffer;
  identity: Buffer;
  registrationId: number;
  signedKey: SignedKey;
}

/** A stanza that waits for its acknowledgement. */
interface Unacknowledged {
  node: BinaryNode;
  /** How often the present connection carried it: a fault of the wire may repeat it, and each is acknowledged. */
  carried: number;
}

export class Companion {
  readonly account: Account;
  readonly device: number;
  readonly noiseKey: Buffer;
  readonly identity: Buffer;
  readonly registrationId: number;
  signedKey: SignedKey;
  /** One-time keys the server may still hand out, oldest first. */
  oneTimeKeys: PublicKey[] = [];
  connection: Connection | undefined;
  /** Logged in, caught up and through the queries of its start. */
  started = false;
  /** Messages with the key share and the history of a first login; undefined until the owner's phone has sent them. */
  bootstrap: string[] | undefined;
  /** Collections of the app state it has asked for since then. */
  readonly pulled = new Set<string>();
  /** What it last said about its presence. */
  presence: "available" | "unavailable" = "unavailable";
  readonly #seenKeys = new Map<number, string>();
  /** What was sent and not acknowledged, by `deliveryKey`, oldest first. */
  readonly #unacknowledged = new Map<string, Unacknowledged[]>();
  /** By `deliveryKey`: acknowledgements that are still to come for what is done with, because it was carried twice. */
  readonly #surplus = new Map<string, number>();
  #live = false;

  constructor(account: Account, device: number, registration: Registration) {
    this.account = account;
    this.device = device;
    this.noiseKey = registration.noiseKey;
    this.identity = registration.identity;
    this.registrationId = registration.registrationId;
    this.signedKey = registration.signedKey;
  }

  /** Stanzas that wait for an acknowledgement. */
  get waiting(): number {
    return [...this.#unacknowledged.values()].flat().length;
  }

  /** What `phone.online()` waits for: started, and with the first login's messages received. */
  get online(): boolean {
    return this.started && !this.bootstrap?.some((id) => this.#unacknowledged.has(messageKey(id)));
  }

  /** Hands out one one-time key for good; without any left the bundle goes out with the signed key alone. */
  takeBundle(): KeyBundle {
    return {
      registrationId: this.registrationId,
      identity: this.identity,
      signedKey: this.signedKey,
      oneTimeKey: this.oneTimeKeys.shift(),
    };
  }

  /** Adds uploaded one-time keys; gives the ids that were uploaded before, which would break sessions built on them. */
  addOneTimeKeys(keys: PublicKey[]): number[] {
    const repeated = keys.filter((key) => this.#seenKeys.has(key.id));
    for (const key of keys) this.#seenKeys.set(key.id, key.value.toString("hex"));
    this.oneTimeKeys.push(...keys.filter((key) => !repeated.includes(key)));
    return repeated.map((key) => key.id);
  }

  /** Sends a message, receipt, notification or call; keeps it until acknowledged and repeats it at the next login. */
  deliver(node: BinaryNode): void {
    const key = deliveryKey(node, node.attrs.from);
    // Somebody may ask for a second copy before the first request is acknowledged: neither takes the other's place.
    const earlier = node.tag === "receipt" ? (this.#unacknowledged.get(key) ?? []) : [];
    const entry = { node, carried: 0 };
    this.#unacknowledged.set(key, [...earlier, entry]);
    if (this.#live) this.#carry(entry, node);
  }

  #carry(entry: Unacknowledged, node: BinaryNode): void {
    this.connection?.send(node, () => {
      entry.carried += 1;
    });
  }

  /** Sends something that only means anything now (presence, chatstate). */
  tell(node: BinaryNode): void {
    if (this.#live) this.connection?.send(node);
  }

  /** It has this message. */
  received(messageId: string): void {
    this.#unacknowledged.delete(messageKey(messageId));
  }

  /** Takes an `<ack>`: the oldest stanza that it may be about is done with. */
  acknowledge({ attrs }: BinaryNode): void {
    const key = deliveryKey({ tag: attrs.class ?? "", attrs }, attrs.to);
    const surplus = this.#surplus.get(key) ?? 0;
    if (surplus > 0) {
      this.#surplus.set(key, surplus - 1);
      return;
    }
    const [done, ...later] = this.#unacknowledged.get(key) ?? [];
    if (done && done.carried > 1) this.#surplus.set(key, done.carried - 1);
    if (later.length > 0) this.#unacknowledged.set(key, later);
    else this.#unacknowledged.delete(key);
  }

  /** Sends everything unacknowledged, marked as offline, and from now on delivers at once. Gives how many there were. */
  catchUp(): number {
    this.#live = true;
    for (const entry of [...this.#unacknowledged.values()].flat()) {
      const { node } = entry;
      this.#carry(entry, { ...node, attrs: { ...node.attrs, offline: "0" } });
    }
    return this.waiting;
  }

  connected(connection: Connection): void {
    this.connection = connection;
    this.#live = false;
    this.started = false;
    this.#surplus.clear();
    for (const entry of [...this.#unacknowledged.values()].flat()) entry.carried = 0;
  }

  /** Only the present connection's end counts: an old one may close after its successor has logged in. */
  disconnected(connection: Connection): void {
    if (this.connection !== connection) return;
    this.connection = undefined;
    this.#live = false;
    this.started = false;
    this.presence = "unavailable";
  }
}

const messageKey = (id: string): string => `message ${id}`;

/**
 * Type and sender are part of a receipt's identity (delivered and read share an id, and in a group everybody's receipts
 * do); a message is answered by any receipt. @param from who sent it, to whom an `<ack>` goes
 */
function deliveryKey({ tag, attrs }: Pick<BinaryNode, "tag" | "attrs">, from: string | undefined): string {
  const { id, type = "", participant = "" } = attrs;
  return tag === "receipt" ? `${tag} ${id} ${type} ${from} ${participant}` : `${tag} ${id}`;
}
