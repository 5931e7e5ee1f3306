/** What a session tells a number, sorted to those whom it concerns: the way in, the way out and the rules of conduct. */
import { setImmediate } from "node:timers";
import type { TrafficEvent } from "../connection/connection-keeper.ts";
import { identify } from "../inbound/identify.ts";
import { forgetPlaceholder, tellPlaceholders } from "../inbound/placeholders.ts";
import { type InboundContext, receive, receiveCall, receivePlaceholder } from "../inbound/receive.ts";
import type { Outbox } from "../sending/outbox.ts";
import type { InstanceState } from "../store/instance-table.ts";
import type { Store } from "../store/store.ts";
import type { ReceivedMessage } from "../whatsapp/session.ts";
import type { NumberConduct } from "./number-conduct.ts";
import type { NumberEvents } from "./number-events.ts";
import type { NumberHistory } from "./number-history.ts";
import type { NumberMedia } from "./number-media.ts";

export interface TrafficDeps {
  store: Store;
  transaction: (work: () => void) => void;
  state: () => InstanceState | null;
  outbox: Outbox;
  conduct: NumberConduct;
  events: NumberEvents;
  media: NumberMedia;
  history: NumberHistory;
  /** Asks for the `placeholders` wake-up. */
  wakeAt: (dueAt: number) => void;
  now: () => number;
}

export class NumberTraffic {
  readonly #deps: TrafficDeps;

  constructor(deps: TrafficDeps) {
    this.#deps = deps;
  }

  /** Messages come inside the transaction of their ratchet; see `TrafficEvent` for the others. */
  handle(event: TrafficEvent): void {
    const { outbox, conduct, events, history, transaction } = this.#deps;
    switch (event.type) {
      case "message":
        this.#receive(event.message);
        return;
      case "placeholder":
        this.#receivePlaceholder(event.message, event.waitMs);
        return;
      case "empty":
        transaction(() => forgetPlaceholder(event.origin, this.#inbound));
        return;
      case "history":
        history.arrived(event.notice);
        setImmediate(() => history.pump());
        return;
      case "call":
        transaction(() => {
          if (receiveCall(event.call, this.#inbound)) events.deliverSoon();
        });
        return;
      case "receipt":
        outbox.receipt(event.receipt);
        return;
      case "ack":
        outbox.acknowledged(event.messageId, event.error);
        return;
      case "retry":
        conduct.guard.keys.retried(event.messageId);
        return;
      case "undecryptable":
        conduct.guard.keys.undecryptable();
        return;
      case "membership":
        conduct.guard.membership(event.membership);
        return;
      case "restricted":
        conduct.restricted(event.restrictions);
        return;
      case "identity":
        // Without this module only what a message itself names is known of a person.
        if (!conduct.guard.config.modules.contactMapping.enabled) return;
        transaction(() => {
          if (identify(event.phone, event.lid, this.#inbound)) events.deliverSoon();
        });
        return;
    }
  }

  /** The `placeholders` wake-up: tells of messages whose content did not come. */
  tellPlaceholders(): void {
    const { transaction, store, events, wakeAt } = this.#deps;
    transaction(() => {
      if (tellPlaceholders(this.#inbound)) events.deliverSoon();
    });
    const next = store.placeholders.nextDueAt();
    if (next !== null) wakeAt(next);
  }

  #receivePlaceholder(message: ReceivedMessage, waitMs: number): void {
    const { transaction, now } = this.#deps;
    transaction(() => receivePlaceholder(message, now() + waitMs, this.#inbound));
    this.tellPlaceholders();
  }

  /**
   * Runs inside the transaction of the message's ratchet, which is committed even if this fails: the one in here sees to
   * it that then nothing is stored by half. What follows from the message starts after the commit.
   */
  #receive(message: ReceivedMessage): void {
    const { transaction, events, media } = this.#deps;
    transaction(() => {
      if (receive(message, this.#inbound)) events.deliverSoon();
      if (message.content.file) setImmediate(() => media.keeper.pump());
    });
  }

  get #inbound(): InboundContext {
    const { store, state, conduct, events, media, now } = this.#deps;
    return {
      store,
      instanceId: state()?.profile.instanceId ?? "",
      ownPhone: state()?.connection.phone ?? null,
      hasWebhook: events.hasWebhook,
      newFile: () => media.newFile(),
      now: now(),
      onStored: (message) => {
        conduct.stored(message);
        setImmediate(() => conduct.read());
      },
    };
  }
}
