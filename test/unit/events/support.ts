/** What the tests of events need: a message, and a delivery engine whose receiver answers when the test says so. */
import { setImmediate } from "node:timers/promises";
import { type DeliveryDeps, DeliveryEngine } from "../../../src/events/delivery-engine.ts";
import type { PostResult } from "../../../src/events/post.ts";
import { initialWebhook } from "../../../src/events/webhook-target.ts";
import type { NewMessage } from "../../../src/store/messages-table.ts";
import { openStore } from "../../../src/store/store.ts";
import { numberStorage } from "../../support/sqlite.ts";

export const NOW = Date.parse("2026-11-01T12:00:00.000Z");

export const ANSWERED: PostResult = { status: 200, body: null, beginning: null, retryAfterMs: null, error: null };
export const FAILED: PostResult = {
  status: 500,
  body: null,
  beginning: null,
  retryAfterMs: null,
  error: "The webhook answered 500",
};

/** What Bob wrote. */
export const message = (fields: Partial<NewMessage> = {}): NewMessage => ({
  id: "3EB0A",
  chatId: "492@s.whatsapp.net",
  direction: "inbound",
  address: "77@lid",
  fromPhone: "492",
  toPhone: "491",
  fromLid: "77",
  pushName: "Bob",
  participant: null,
  type: "text",
  text: "Hello",
  quoted: null,
  unsupported: false,
  status: "received",
  source: null,
  sentAt: NOW,
  payload: new Uint8Array(),
  ...fields,
});

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

interface Attempt {
  seq: number;
  url: string;
  body: string;
  headers: Record<string, string>;
  answer(result: PostResult): Promise<void>;
}

export function deliveringNumber(deps: Partial<DeliveryDeps> = {}) {
  const storage = numberStorage();
  const store = openStore(storage.sql);
  const world = {
    now: NOW,
    url: "https://example.com/hook" as string | null,
    settings: initialWebhook(SECRET),
    wakeUps: [] as number[],
    replies: [] as [number, string][],
    repliesSent: 0,
    errors: [] as unknown[],
  };
  /** Attempts the receiver has not answered yet. */
  const open: Attempt[] = [];
  const engine = new DeliveryEngine({
    store,
    transaction: (work) => storage.transactionSync(work),
    target: () => (world.url === null ? null : { url: world.url, instanceId: "wa_1", settings: world.settings }),
    post({ url, body, headers }) {
      const { promise, resolve } = Promise.withResolvers<PostResult>();
      const attempt: Attempt = {
        seq: JSON.parse(body).seq,
        url,
        body,
        headers,
        async answer(result) {
          open.splice(open.indexOf(attempt), 1);
          resolve(result);
          await setImmediate();
        },
      };
      open.push(attempt);
      return promise;
    },
    queueReply(event, text) {
      world.replies.push([event.seq, text]);
      return `reply-to-${event.seq}`;
    },
    sendReplies() {
      world.repliesSent += 1;
    },
    wakeAt: (dueAt) => world.wakeUps.push(dueAt),
    onError: (error) => world.errors.push(error),
    now: () => world.now,
    random: () => 0.5,
    ...deps,
  });
  return {
    engine,
    open,
    store,
    storage,
    world,
    /** Appends an event of this chat and queues it. */
    event(chatId: string | null, payload: Record<string, unknown> = { from_me: false }, type = "message"): number {
      const seq = store.events.append(type, chatId, payload, world.now);
      store.deliveries.enqueue(seq, chatId, world.now);
      return seq;
    },
    /** The attempt of this event that waits for an answer. */
    attempt(seq: number): Attempt {
      const found = open.find((attempt) => attempt.seq === seq);
      if (!found) throw new Error(`Event ${seq} is not being delivered`);
      return found;
    },
    underWay: () => open.map(({ seq }) => seq),
    row: (seq: number) =>
      storage.sql
        .exec("SELECT status, attempts, response_status, last_error, reply_id FROM deliveries WHERE seq = ?", seq)
        .one(),
  };
}
