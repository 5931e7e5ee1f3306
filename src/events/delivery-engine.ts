/**
 * Delivers events to the webhook: at least once, in order within a chat, chats side by side, retried for three days.
 * A scheduler over the deliveries table; everything it does to the world arrives as a dependency.
 */

import type { Delivery } from "../store/deliveries-table.ts";
import type { LoggedEvent } from "../store/events-table.ts";
import type { Store } from "../store/store.ts";
import { eventBody } from "./payload.ts";
import type { Post, PostResult } from "./post.ts";
import { replyIn } from "./reply.ts";
import { nextAttemptAt } from "./retry-schedule.ts";
import { requestTo, type WebhookTarget } from "./webhook-target.ts";

/** Workers allow six connections that wait for headers. */
const MOST_IN_FLIGHT = 6;

/** Longer than an attempt can take: after this somebody has to look again. */
const INSURANCE_MS = 60_000;

export interface DeliveryDeps {
  store: Store;
  transaction: (work: () => void) => void;
  /** The webhook as it is now: a changed one applies to waiting deliveries too. */
  target: () => WebhookTarget | null;
  post: Post;
  /** Stores a reply to the chat of this event; runs inside a transaction. @returns its message id, null if refused */
  queueReply: (event: LoggedEvent, text: string) => string | null;
  /** Called after a reply was stored. */
  sendReplies: () => void;
  /** Asks for a wake-up at this time, epoch milliseconds. */
  wakeAt: (dueAt: number) => void;
  /** Told of an outcome that could not be stored; the delivery is made again. */
  onError: (error: unknown) => void;
  now: () => number;
  random: () => number;
  /** Shortens every wait of the retry schedule, from 0 to 1; left out, 1. */
  retryScale?: () => number;
}

export class DeliveryEngine {
  readonly #deps: DeliveryDeps;
  /** Replaced when the number is removed: attempts made for it then belong to nobody. */
  #inFlight = new Set<number>();

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
  }

  /** Starts every attempt that is due, and asks to be woken for the next. Returns at once. */
  pump(): void {
    const { store, now, target: currentTarget } = this.#deps;
    const target = currentTarget();
    if (target === null) return;
    const free = MOST_IN_FLIGHT - this.#inFlight.size;
    const due = free > 0 ? store.deliveries.due(now(), free, [...this.#inFlight]) : [];
    for (const delivery of due) void this.#attempt(delivery, target);
    const isFull = this.#inFlight.size >= MOST_IN_FLIGHT;
    const next = isFull ? null : store.deliveries.nextDueAt([...this.#inFlight]);
    // Attempts that die with the object are due when it wakes up; something has to wake it.
    const insurance = this.#inFlight.size > 0 ? now() + INSURANCE_MS : null;
    const wakeAt = Math.min(next ?? Number.POSITIVE_INFINITY, insurance ?? Number.POSITIVE_INFINITY);
    if (Number.isFinite(wakeAt)) this.#deps.wakeAt(wakeAt);
  }

  /** The number was removed: answers that are still to come change nothing, in it or in one made anew. */
  forget(): void {
    this.#inFlight = new Set();
  }

  async #attempt(delivery: Delivery, target: WebhookTarget): Promise<void> {
    const { store, now, post, onError } = this.#deps;
    const inFlight = this.#inFlight;
    const event = store.events.get(delivery.seq);
    if (!event) {
      store.deliveries.park(delivery.seq, { responseStatus: null, error: "The event is no longer stored" });
      return;
    }
    inFlight.add(delivery.seq);
    store.deliveries.attempting(delivery.seq, now());
    const body = eventBody(event);
    const result = await post(requestTo(target, body.event_id, JSON.stringify(body), now()));
    if (inFlight !== this.#inFlight) return;
    inFlight.delete(delivery.seq);
    try {
      this.#finish(delivery, event, result);
    } catch (error) {
      onError(error);
      const outcome = { responseStatus: result.status, error: "What came of it could not be stored" };
      store.deliveries.retryAt(delivery.seq, now() + INSURANCE_MS, outcome);
    }
    this.pump();
  }

  #finish(delivery: Delivery, event: LoggedEvent, result: PostResult): void {
    const { store, now, random, transaction, queueReply, sendReplies, retryScale } = this.#deps;
    const outcome = { responseStatus: result.status, error: result.error };
    if (result.error === null) {
      const isAnswerable = event.type === "message" && event.payload.from_me === false && delivery.replyId === null;
      const reply = isAnswerable ? replyIn(result.body) : null;
      transaction(() => {
        const replyId = reply === null ? null : queueReply(event, reply);
        store.deliveries.delivered(delivery.seq, outcome, replyId);
      });
      if (reply !== null) sendReplies();
      return;
    }
    const at = nextAttemptAt(
      {
        attempts: delivery.attempts + 1,
        firstAttemptAt: delivery.firstAttemptAt ?? now(),
        responseStatus: result.status,
        retryAfterMs: result.retryAfterMs,
      },
      now(),
      random(),
      retryScale?.() ?? 1,
    );
    if (at === null) {
      transaction(() => store.deliveries.park(delivery.seq, outcome));
      store.logs.add("error", `Webhook delivery of event ${event.seq} given up: ${result.error}`, now());
      return;
    }
    store.deliveries.retryAt(delivery.seq, at, outcome);
    if (delivery.attempts === 0) {
      store.logs.add(
        "warning",
        `Webhook delivery of event ${event.seq} failed, it will be retried: ${result.error}`,
        now(),
      );
    }
  }
}
