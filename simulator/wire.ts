/**
 * What happens to stanzas between the server and the linked devices of one account: nothing, unless a test asks for
 * faults. It stays with the account, so a new connection has the same trouble.
 */
import type { BinaryNode } from "@whiskeysockets/baileys";

/** How a query is not answered: with an error of this code, or never. */
export type QueryFault = number | "silence";

/** Stanzas that a server may repeat: each names itself by its id. The answers to queries are given once. */
const REPEATABLE = new Set(["message", "receipt", "ack", "notification"]);
/** A message that is to be overtaken waits no longer than this for the one that overtakes it, milliseconds. */
const LONGEST_HOLD_MS = 300;
/** Keep-alive and the steps of a login: faults of theirs are faults of the connection, which has its own. */
const SPARED = new Set(["w:p ping", "passive active", "passive passive", "encrypt digest"]);

export class Wire {
  /** Milliseconds that everything to the devices takes longer. */
  delayMs = 0;
  #repeats = 0;
  #swaps = 0;
  #lostAcks = 0;
  #held: { node: BinaryNode; write: (node: BinaryNode) => void } | undefined;
  readonly #queryFaults: { fault: QueryFault; xmlns: string | undefined }[] = [];

  /** The next `times` stanzas that name themselves come twice. */
  repeatNext(times: number): void {
    this.#repeats += times;
  }

  /** `times` times, a message is overtaken by the next one. */
  swapNext(times: number): void {
    this.#swaps += times;
  }

  /** The server takes the next `times` messages, but its acknowledgements get lost. */
  loseAcks(times: number): void {
    this.#lostAcks += times;
  }

  /** The next `times` queries fail like this; with a namespace only those in it. */
  failQueries(fault: QueryFault, times: number, xmlns?: string): void {
    for (let i = 0; i < times; i++) this.#queryFaults.push({ fault, xmlns });
  }

  /** The fault of a query, by its namespace and first child, if it has one; each is used once. */
  queryFault(xmlns: string | undefined, query: string): QueryFault | undefined {
    if (SPARED.has(`${xmlns} ${query}`)) return undefined;
    const at = this.#queryFaults.findIndex((each) => each.xmlns === undefined || each.xmlns === xmlns);
    return at === -1 ? undefined : this.#queryFaults.splice(at, 1)[0]?.fault;
  }

  /** Everything works again. */
  heal(): void {
    this.delayMs = 0;
    this.#repeats = 0;
    this.#swaps = 0;
    this.#lostAcks = 0;
    this.#queryFaults.length = 0;
    this.#letGo();
  }

  /** Carries a stanza towards a device; `write` sends it. */
  carry(node: BinaryNode, write: (node: BinaryNode) => void): void {
    if (node.tag === "ack" && node.attrs.class === "message" && this.#lostAcks > 0) {
      this.#lostAcks -= 1;
      return;
    }
    if (this.delayMs === 0) this.#pass(node, write);
    else setTimeout(() => this.#pass(node, write), this.delayMs);
  }

  #pass(node: BinaryNode, write: (node: BinaryNode) => void): void {
    if (node.tag === "message" && this.#held === undefined && this.#swaps > 0) {
      this.#swaps -= 1;
      this.#held = { node, write };
      setTimeout(() => this.#letGo(), LONGEST_HOLD_MS);
      return;
    }
    write(node);
    if (this.#repeats > 0 && REPEATABLE.has(node.tag)) {
      this.#repeats -= 1;
      write(node);
    }
    if (node.tag === "message") this.#letGo();
  }

  #letGo(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.write(held.node);
  }
}
