/**
 * The way out. A message is a `pending` row before its first byte leaves; the outbox sends pending rows in order
 * whenever there is a session, and again, under the same id, after a connection was lost before WhatsApp took them.
 */
import type { SentMessage } from "../durable/rpc.ts";
import { sentPayload, statusPayload } from "../events/payload.ts";
import { recordEvent } from "../events/record.ts";
import type { MessageStatus, NewMessage, PendingMessage } from "../store/messages-table.ts";
import type { Store } from "../store/store.ts";
import type { OutboundStanza, ReceiptUpdate } from "../whatsapp/session.ts";
import { SessionClosedError } from "../whatsapp/session.ts";

/** How long a caller waits for WhatsApp's acknowledgement before the answer is "pending", milliseconds. */
const ACK_PATIENCE_MS = 10_000;
/** A message nobody took for so long is no longer what the sender means to say. */
const PENDING_LIFETIME_MS = 24 * 60 * 60 * 1_000;
const BATCH = 20;

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
  /** Rows up to here were handed to the session that is open now. */
  #handedOver = 0;
  /** Counts the sessions, because one may open while a message is still on its way through the one before. */
  #sessions = 0;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  /** A session is open: whatever is still pending goes out (again). */
  opened(): void {
    const { store, now } = this.#deps;
    for (const id of store.messages.pendingSince(now() - PENDING_LIFETIME_MS)) {
      this.#advance(id, "failed", { code: null, reason: "WhatsApp did not take the message within 24 hours" });
    }
    this.#sessions += 1;
    this.#handedOver = 0;
    this.pump();
  }

  /** Stores a message for sending; the caller's transaction may hold more. Call `pump` afterwards. */
  add(message: NewMessage): void {
    this.#deps.store.messages.insert(message);
  }

  /** Waits until WhatsApp took or refused the message, or until patience ends. */
  settled(id: string): Promise<SendOutcome> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => finish({ status: "pending", code: null, reason: null }), ACK_PATIENCE_MS);
      const finish = (outcome: SendOutcome): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(outcome);
      };
      this.#waiting.set(id, finish);
    });
  }

  /** Sends what is pending, one after the other. Returns at once. */
  pump(): void {
    if (this.#pumping) {
      this.#again = true;
      return;
    }
    this.#pumping = true;
    void this.#run();
  }

  /** WhatsApp's server took a message (`error` null) or refused it. */
  acknowledged(messageId: string, error: number | null): void {
    if (error === null) {
      this.#advance(messageId, "sent");
      return;
    }
    const reason = REFUSALS[error] ?? "WhatsApp refused the message";
    this.#advance(messageId, "failed", { code: error, reason: `${reason} (${error})` });
  }

  receipt({ messageIds, status }: ReceiptUpdate): void {
    for (const id of messageIds) {
      // A receipt may overtake the acknowledgement, or that one was lost: what was received was sent.
      this.#advance(id, "sent");
      this.#advance(id, status);
    }
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        const transmit = this.#deps.transmit();
        const batch = transmit ? this.#deps.store.messages.pendingAfter(this.#handedOver, BATCH) : [];
        if (!transmit || batch.length === 0 || !(await this.#send(batch, transmit))) return;
      }
    } finally {
      this.#pumping = false;
      if (this.#again) {
        this.#again = false;
        this.pump();
      }
    }
  }

  /** @returns false when the connection is gone or another one: the rows stay pending until `opened`. */
  async #send(batch: PendingMessage[], transmit: (stanza: OutboundStanza) => Promise<void>): Promise<boolean> {
    const session = this.#sessions;
    for (const { seq, id, address, payload } of batch) {
      try {
        await transmit({ id, to: address, payload });
      } catch (error) {
        if (error instanceof SessionClosedError) return false;
        const name = error instanceof Error ? error.name : "unknown error";
        this.#deps.warn(`a message could not be encrypted or addressed (${name})`);
        this.#advance(id, "failed", { code: null, reason: "The message could not be encrypted for the recipient" });
      }
      if (session !== this.#sessions) return false;
      this.#handedOver = seq;
      await this.#deps.yieldTurn();
    }
    return true;
  }

  #advance(id: string, status: MessageStatus, failure?: { code: number | null; reason: string }): void {
    const { store, transaction, instanceId, hasWebhook, now } = this.#deps;
    transaction(() => {
      const row = store.messages.advance(id, status, failure);
      if (!row) return;
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
    if (status === "failed") {
      const { code = null, reason = null } = failure ?? {};
      this.#waiting.get(id)?.({ status, code, reason });
    } else {
      this.#waiting.get(id)?.({ status: "sent", code: null, reason: null });
    }
  }
}
