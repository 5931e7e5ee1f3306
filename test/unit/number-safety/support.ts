/** The guard of a number on SQLite in memory, under a clock and chance of the test; alerts are kept, not posted. */
import type { AntiBanSettings, BehaviorSettings } from "../../../src/durable/rpc.ts";
import type { StoredSafetyConfig } from "../../../src/durable/rpc-safety.ts";
import { recordEvent } from "../../../src/events/record.ts";
import type { SlotRequest } from "../../../src/guard/facts.ts";
import { type Reservation, SafetyGuard } from "../../../src/guard/safety-guard.ts";
import { openStore, type Store } from "../../../src/store/store.ts";
import { numberStorage } from "../../support/sqlite.ts";

export const NOW = Date.parse("2026-11-02T09:00:00.000Z");

/** Chance that repeats itself. @see https://en.wikipedia.org/wiki/Lehmer_random_number_generator */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** A message of ours as it is stored. */
export const outbound = (id: string, chatId: string, sentAt: number) => ({
  id,
  chatId,
  direction: "outbound" as const,
  address: chatId,
  fromPhone: null,
  toPhone: null,
  fromLid: null,
  pushName: null,
  participant: null,
  type: "text",
  text: "",
  quoted: null,
  unsupported: false,
  status: "sent" as const,
  source: "api" as const,
  sentAt,
  payload: Uint8Array.of(1),
});

interface Options {
  config?: StoredSafetyConfig;
  behavior?: BehaviorSettings;
  antiBan?: AntiBanSettings;
  seed?: number;
}

export interface Alert {
  risk: string;
  previous_risk: string;
  is_paused: boolean;
  content: string;
  text: string;
}

export function guardedNumber({ config = {}, behavior = {}, antiBan = {}, seed = 1 }: Options = {}) {
  const storage = numberStorage();
  const store: Store = openStore(storage.sql);
  const random = seeded(seed);
  const world = {
    now: NOW,
    connectedAt: null as number | null,
    /** The `risk` wake-up; null while none is set. */
    wakeAt: null as number | null,
    alerts: [] as Alert[],
    /** Where alerts were sent, also in vain. */
    alertUrls: [] as string[],
    alertsRefused: 0,
    questions: 0,
    resumed: 0,
    /** Epoch milliseconds; null = the phone was not put away yet. */
    awayUntil: null as number | null,
  };
  let lastId = 0;
  const makeGuard = () =>
    new SafetyGuard({
      store,
      transaction: (work) => storage.transactionSync(work),
      instance: () => ({
        instanceId: "wa_1",
        name: "Clinic",
        behaviorSettings: behavior,
        antiBanSettings: antiBan,
        connectedAt: world.connectedAt,
      }),
      record: (event) => void recordEvent(store, event, false, world.now),
      post: async (url, body) => {
        world.alertUrls.push(url);
        if (world.alertsRefused > 0) {
          world.alertsRefused -= 1;
          return { status: 500, body: null, retryAfterMs: null, error: "The webhook answered 500" };
        }
        world.alerts.push(JSON.parse(body));
        return { status: 200, body: null, retryAfterMs: null, error: null };
      },
      wakeAt: (dueAt) => {
        world.wakeAt = Math.min(world.wakeAt ?? Number.POSITIVE_INFINITY, dueAt);
      },
      askRestrictions: () => {
        world.questions += 1;
      },
      onResumed: () => {
        world.resumed += 1;
      },
      onAway: (until) => {
        world.awayUntil = until;
      },
      now: () => world.now,
      random,
    });
  store.safety.saveConfig(config);
  const number = {
    storage,
    store,
    world,
    random,
    guard: makeGuard(),
    /** The object was stopped; only what is stored is left. */
    restarts(): void {
      number.guard = makeGuard();
    },
    request: (chat: string, text = "hello", fields: Partial<SlotRequest> = {}): SlotRequest => ({
      messageId: `m${++lastId}`,
      chatId: `${chat}@s.whatsapp.net`,
      isGroup: false,
      text,
      ...fields,
    }),
    /** Asks for a slot, as the way out does. */
    asks(chat: string, text?: string, fields: Partial<SlotRequest> = {}): Reservation {
      return number.guard.reserve(number.request(chat, text, fields));
    },
    /** Asks for a slot and sends at once when there is one. @returns the reason of a refusal */
    sends(chat: string, text?: string): string {
      const request = number.request(chat, text);
      const slot = number.guard.reserve(request);
      if (slot.kind === "blocked") return slot.blocked.code;
      if (slot.kind === "slot") {
        world.now = Math.max(world.now, slot.at);
        number.guard.transmitted(request.messageId);
        store.messages.insert(outbound(request.messageId, request.chatId, world.now));
      }
      return slot.kind;
    },
    /** Somebody writes to the number. */
    hears(chat: string): void {
      store.chats.wrote(`${chat}@s.whatsapp.net`, world.now);
    },
    /** Runs the wake-ups up to a time, each at its own. */
    async passes(ms: number): Promise<void> {
      const until = world.now + ms;
      for (;;) {
        const due = world.wakeAt;
        if (due === null || due > until) break;
        world.wakeAt = null;
        world.now = Math.max(world.now, due);
        await number.guard.watch.run();
      }
      world.now = until;
    },
    /** What the event log says of changes. */
    changes: () =>
      storage.sql
        .exec<{ payload: string }>("SELECT payload FROM events WHERE type = 'safety' ORDER BY seq")
        .toArray()
        .map(({ payload }) => JSON.parse(payload) as Record<string, unknown>),
    /** Does something that leaves no trace. */
    supposing<T>(work: () => T): T {
      const before = { ...world };
      let result: { value: T } | undefined;
      try {
        storage.transactionSync(() => {
          result = { value: work() };
          throw new Error("undo");
        });
      } catch (error) {
        if (!result) throw error;
      }
      Object.assign(world, before);
      if (!result) throw new Error("Nothing was supposed");
      return result.value;
    },
  };
  return number;
}
