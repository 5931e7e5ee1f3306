/** Takes receipts as they arrive: reports what became of our messages, and finds those that ask for a copy. */
import { errorName } from "../errors.ts";
import { isForGood } from "./asking-again.ts";
import type { BinaryNode } from "./baileys.ts";
import type { Me } from "./normalise/stanza.ts";
import { asRefusal } from "./query-errors.ts";
import { type Receipt, type RetryRequest, receiptOf, retryIn } from "./receipts.ts";
import { type ReceiptUpdate, RequestRefusedError, SessionClosedError } from "./session.ts";

interface Deps {
  me: () => Me;
  /** Who else is in a group; see `membersOf`. @throws when WhatsApp does not tell */
  members: (groupJid: string) => Promise<string[][]>;
  onReceipt: (receipt: ReceiptUpdate) => void;
  /** A device asks for a copy of a message; the receipt is acknowledged by who answers it. */
  onCopyWanted: (request: RetryRequest, receipt: BinaryNode) => void;
  warn: (text: string) => void;
}

/** Whether the next connection may end otherwise: WhatsApp did not answer, or refused for now. */
function isTemporary(error: unknown): boolean {
  if (error instanceof SessionClosedError) return true;
  const refusal = asRefusal(error);
  return refusal instanceof RequestRefusedError && !isForGood(refusal.code);
}

export class ReceiptDesk {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Reads a receipt about a message of ours to one person; call it before Baileys sees the stanza. */
  arrived(stanza: BinaryNode): void {
    const receipt = receiptOf(stanza, this.#deps.me());
    if (!receipt || receipt.participantJid !== null) return;
    const { participantJid: _, ...update } = receipt;
    this.#deps.onReceipt({ ...update, group: null });
  }

  /**
   * Whether Baileys may see a receipt, and acknowledge it: not those that ask for a copy, and those of groups when they
   * have been reported. What could not be reported now WhatsApp repeats at the next connection.
   */
  admits(stanza: BinaryNode): boolean | Promise<boolean> {
    const { me, onCopyWanted } = this.#deps;
    const request = retryIn(stanza, me());
    if (request) {
      onCopyWanted(request, stanza);
      return false;
    }
    const receipt = receiptOf(stanza, me());
    if (!receipt || receipt.participantJid === null) return true;
    return this.#reportInGroup(receipt, receipt.participantJid);
  }

  /** A receipt of a group says something only beside who else is in it. */
  async #reportInGroup(receipt: Receipt, participantJid: string): Promise<boolean> {
    const { members, onReceipt, warn } = this.#deps;
    const { messageIds, status, chatJid } = receipt;
    try {
      onReceipt({ messageIds, status, chatJid, group: { participantJid, members: await members(chatJid) } });
      return true;
    } catch (error) {
      if (!(error instanceof SessionClosedError)) {
        warn(`a group's receipt could not be read (${errorName(error)})`);
      }
      return !isTemporary(error);
    }
  }
}
