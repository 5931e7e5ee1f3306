/** Takes receipts as they arrive: reports what became of our messages, and finds those that ask for a copy. */
import type { BinaryNode } from "./baileys.ts";
import type { Me } from "./normalise/stanza.ts";
import { type RetryRequest, receiptOf, retryIn } from "./receipts.ts";
import { type MessageLookups, type ReceiptUpdate, SessionClosedError } from "./session.ts";

interface Deps {
  lookups: MessageLookups;
  me: () => Me;
  /** Who else is in a group; see `membersOf`. @throws when WhatsApp does not tell */
  members: (groupJid: string) => Promise<string[][]>;
  onReceipt: (receipt: ReceiptUpdate) => void;
  /** A device asks for a copy of a message; the receipt is acknowledged by who answers it. */
  onCopyWanted: (request: RetryRequest, receipt: BinaryNode) => void;
  warn: (text: string) => void;
}

export class ReceiptDesk {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Reads a receipt about messages of ours; call it before Baileys sees the stanza. */
  arrived(stanza: BinaryNode): void {
    const receipt = receiptOf(stanza, this.#deps.me());
    if (!receipt) return;
    const { participantJid, ...update } = receipt;
    if (participantJid === null) this.#deps.onReceipt({ ...update, group: null });
    else void this.#reportInGroup(update, participantJid);
  }

  /** Whether Baileys may see a receipt: not those that ask for a copy. */
  admits(stanza: BinaryNode): boolean {
    const request = retryIn(stanza, this.#deps.me());
    if (request) this.#deps.onCopyWanted(request, stanza);
    return request === null;
  }

  /** A receipt of a group says something only beside who else is in it. */
  async #reportInGroup(update: Omit<ReceiptUpdate, "group">, participantJid: string): Promise<void> {
    const { members, onReceipt, warn } = this.#deps;
    try {
      onReceipt({ ...update, group: { participantJid, members: await members(update.chatJid) } });
    } catch (error) {
      if (error instanceof SessionClosedError) return;
      warn(`a group's receipt could not be read (${error instanceof Error ? error.name : "unknown error"})`);
    }
  }
}
