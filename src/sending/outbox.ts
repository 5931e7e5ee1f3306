/**
 * The way out. A message is a `pending` row before its first byte leaves, with a slot that says when it may. The outbox
 * sends what is due whenever there is a session, in order within a chat, and again, under the same id, after a
 * connection was lost before WhatsApp took it.
 */

import type { SentMessage } from "../durable/rpc.ts";
import { errorName } from "../errors.ts";
import { sentPayload, statusPayload } from "../events/payload.ts";
import { recordEvent } from "../events/record.ts";
import type { Admission } from "../guard/admission.ts";
import type { MessageStatus, NewMessage, QueuedMessage } from "../store/messages-table.ts";
import type { Store } from "../store/store.ts";
import type { OutboundStanza, ReceiptUpdate } from "../whatsapp/session.ts";
import { RequestRefusedError, SessionClosedError } from "../whatsapp/session.ts";
import { groupStatus } from "./group-status.ts";
import { planQueue } from "./queue-plan.ts";
import { UnderWay } from "./resend.ts";

/** How long a caller waits for WhatsApp's acknowledgement before the answer is "pending", milliseconds (ours). */
const ACK_PATIENCE_MS = 10_000;
/** A message nobody took for so long is no longer what the sender means to say, milliseconds (ours). */
const PENDING_LIFETIME_MS = 24 * 60 * 60 * 1_000;
/** Rows looked at in one go (ours); more wait behind them. */
const LOOK_AHEAD = 500;

/** WhatsApp's answers to a message, as far as they are documented by clients. */
const REFUSALS: Readonly<Record<number, string>> = {
  463: "WhatsApp restricts this number from starting new chats",
  479: "WhatsApp found the message malformed or addressed to an outdated device",
};

export interface OutboxDeps {
  store: Store;
  transaction: (work: () => void) => void;
  instanceId: () => string;
  hasWebhook: () => boolean;
  /** Hands a stanza to the open session; null when there is none. */
  transmit: () => ((stanza: OutboundStanza) => Promise<void>) | null;
  /** The last look before a message leaves, for the first time or again. */
  admit: (message: QueuedMessage) => Admission;
  /** A message left. */
  onTransmitted: (messageId: string) => void;
  /** WhatsApp refused a message. */
  onRefused: (code: number, chatId: string) => void;
  /** What people see before a message: the chat is read, then somebody types. Never throws. */
  showTyping: (message: QueuedMessage) => Promise<void>;
  /** Its recipient is a contact, the chat is read and nobody types any more: the message follows. Never throws. */
  beforeIt: (message: QueuedMessage) => Promise<void>;
  /** Gives other work of the object a turn: a loop of sends never leaves the microtask queue by itself. */
  yieldTurn: () => Promise<void>;
  warn: (text: string) => void;
  now: () => number;
}

/** How a message stands when its caller stopped waiting. */
export type SendOutcome = Pick<SentMessage, "status" | "code" | "reason">;

export class Outbox {
  readonly #deps: OutboxDeps;
  readonly #waiting = new Map<string, (outcome: SendOutcome) => void>();
  #pumping = false;
  #again = false;
  readonly #underWay = new UnderWay();
  /** Messages announced by typing. */
  #typing = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts the sessions, because one may open while a message is still on its way through the one before. */
  #sessions = 0;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  /** A session is open: whatever is still pending goes out (again). */
  opened(): void {
    this.#sessions += 1;
    this.#underWay.newSession();
    this.#typing = new Set();
    this.pump();
  }

  /** Gives up what nobody took for too long, and tells so. */
  expire(): void {
    const { store, transmit, now } = this.#deps;
    const isOnline = transmit() !== null;
    for (const id of store.messages.pendingSince(now() - PENDING_LIFETIME_MS)) {
      // What has just left may be taken in this moment.
      if (isOnline && this.#underWay.answerDueAt(id, now()) !== null) continue;
      this.#advance(id, "failed", { code: null, reason: "WhatsApp did not take the message within 24 hours" });
    }
  }

  /** Stores a message for sending; the caller's transaction may hold more. Call `pump` afterwards. */
  add(message: NewMessage): void {
    this.#deps.store.messages.insert(message);
  }

  /** Waits until WhatsApp took or refused the message, or until patience ends. @param delayMs until its slot */
  settled(id: string, delayMs = 0): Promise<SendOutcome> {
    return new Promise((resolve) => {
      const patience = delayMs + ACK_PATIENCE_MS;
      const timer = setTimeout(() => finish({ status: "pending", code: null, reason: null }), patience);
      const finish = (outcome: SendOutcome): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(outcome);
      };
      this.#waiting.set(id, finish);
    });
  }

  /** Sends what is due, one after the other, and comes back for the rest. Returns at once. */
  pump(): void {
    if (this.#pumping) {
      this.#again = true;
      return;
    }
    this.#pumping = true;
    void this.#run();
  }

  /** The number is removed: nothing is sent any more. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  /** WhatsApp's server took a message (`error` null) or refused it. */
  acknowledged(messageId: string, error: number | null): void {
    if (error === null) {
      this.#advance(messageId, "sent");
      return;
    }
    const { store, warn, now } = this.#deps;
    // WhatsApp has it: what was refused is a further copy, which who answers the request for it sends again.
    if (store.messages.statusOf(messageId) !== "pending") return;
    if (this.#underWay.refused(messageId, error, now())) {
      warn(`WhatsApp did not take a message for now (${error})`);
      this.pump();
      return;
    }
    const reason = REFUSALS[error] ?? "WhatsApp refused the message";
    const chatId = this.#advance(messageId, "failed", { code: error, reason: `${reason} (${error})` });
    if (chatId !== null) this.#deps.onRefused(error, chatId);
  }

  /** What its recipients say of a message; others are not heard. In a group it is what all its members say. */
  receipt({ messageIds, status, chatJid, group }: ReceiptUpdate): void {
    const { store } = this.#deps;
    for (const id of messageIds) {
      if (!store.lookups.ours(id, chatJid)) continue;
      const reached = group
        ? groupStatus(store.receipts.note(id, group.participantJid, status, group.members), group.members)
        : status;
      // A receipt may overtake the acknowledgement, or that one was lost: what was received was sent.
      this.#advance(id, "sent");
      if (reached) this.#advance(id, reached);
    }
  }

  async #run(): Promise<void> {
    try {
      // Not only when a session opens: a pause may hold a message back while the connection stands for days.
      if (this.#deps.transmit()) this.expire();
      for (;;) {
        const transmit = this.#deps.transmit();
        const next = transmit ? this.#next() : null;
        if (!transmit || !next || !(await this.#send(next, transmit))) return;
        await this.#deps.yieldTurn();
      }
    } finally {
      this.#pumping = false;
      if (this.#again) {
        this.#again = false;
        this.pump();
      }
    }
  }

  /** The message to be sent now; null when none is due, and then the outbox comes back when one is. */
  #next(): QueuedMessage | null {
    const { admit, showTyping, now } = this.#deps;
    const { queue, answerDueAt } = this.#unanswered();
    const { due, typing, wakeAt } = planQueue(queue, now());
    for (const message of typing) {
      if (this.#typing.has(message.id)) continue;
      this.#typing.add(message.id);
      void showTyping(message);
    }
    let next = Math.min(wakeAt, answerDueAt);
    for (const message of due) {
      const admission = admit(message);
      if (admission.kind === "go") return message;
      if (admission.kind === "refuse") this.#advance(message.id, "failed", { code: null, reason: admission.reason });
      else next = Math.min(next, admission.until);
    }
    clearTimeout(this.#timer);
    // A timer is enough: a number that is online is kept in memory, and one that is not pumps when it is again.
    if (Number.isFinite(next)) this.#timer = setTimeout(() => this.pump(), Math.max(1, next - now()));
    return null;
  }

  /** The queue without what is on its way; what was refused for now keeps its chat waiting. */
  #unanswered(): { queue: QueuedMessage[]; answerDueAt: number } {
    const now = this.#deps.now();
    let answerDueAt = Number.POSITIVE_INFINITY;
    const queue = this.#deps.store.messages.queued(LOOK_AHEAD).flatMap((message) => {
      const dueAt = this.#underWay.answerDueAt(message.id, now);
      if (dueAt !== null) {
        answerDueAt = Math.min(answerDueAt, dueAt);
        return [];
      }
      const notBefore = this.#underWay.notBefore(message.id);
      return notBefore > message.at ? { ...message, at: notBefore, typingMs: 0 } : message;
    });
    return { queue, answerDueAt };
  }

  /** @returns false when the connection is gone or another one: the row stays pending until `opened`. */
  async #send(message: QueuedMessage, transmit: (stanza: OutboundStanza) => Promise<void>): Promise<boolean> {
    const { store, beforeIt, onTransmitted, warn, now } = this.#deps;
    const { id, address } = message;
    const session = this.#sessions;
    try {
      await beforeIt(message);
      this.#typing.delete(id);
      // Before it leaves: should the object stop in between, its slot is used rather than given twice.
      onTransmitted(id);
      await transmit({ id, to: address, payload: store.messages.payloadOfOurs(id) ?? new Uint8Array() });
    } catch (error) {
      if (error instanceof SessionClosedError) return false;
      if (error instanceof RequestRefusedError && this.#underWay.refused(id, error.code, now())) {
        warn(`WhatsApp did not answer what a message needs (${error.code ?? "no answer"}); it will be sent later`);
        return true;
      }
      const name = errorName(error);
      store.sends.withdraw(id);
      warn(`a message could not be encrypted or addressed (${name})`);
      this.#advance(id, "failed", { code: null, reason: "The message could not be encrypted for the recipient" });
    }
    if (session !== this.#sessions) return false;
    this.#underWay.handedOver(id, now());
    return true;
  }

  /** @returns the chat of a message whose status changed; null when nothing changed */
  #advance(id: string, status: MessageStatus, failure?: { code: number | null; reason: string }): string | null {
    const { store, transaction, instanceId, hasWebhook, now } = this.#deps;
    let chatId: string | null = null;
    transaction(() => {
      const row = store.messages.advance(id, status, failure);
      if (!row) return;
      chatId = row.chat_id;
      // A message that never left gives its slot back.
      if (status === "failed") store.sends.release(id);
      if (status === "sent") {
        const change = { chatId: row.chat_id, direction: "outbound", participant: null, text: row.text } as const;
        store.targets.apply({ ...change, details: JSON.parse(row.details) }, now());
      }
      const event =
        status === "sent"
          ? ({ type: "message.sent", chatId: row.chat_id, payload: sentPayload(row, instanceId()) } as const)
          : ({
              type: "message.status",
              chatId: row.chat_id,
              payload: statusPayload(row, instanceId(), failure),
            } as const);
      recordEvent(store, event, hasWebhook(), now());
      if (status === "failed") store.logs.add("error", `A message was not sent: ${failure?.reason ?? "failed"}`, now());
    });
    if (chatId !== null) this.#underWay.settled(id);
    if (status === "failed") {
      const { code = null, reason = null } = failure ?? {};
      this.#waiting.get(id)?.({ status, code, reason });
    } else {
      this.#waiting.get(id)?.({ status: "sent", code: null, reason: null });
    }
    return chatId;
  }
}
