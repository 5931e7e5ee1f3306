/** The way out of a number on SQLite in memory; the session takes stanzas as the test says. */
import { setImmediate } from "node:timers/promises";
import type { Admission } from "../../../src/guard/admission.ts";
import { Outbox } from "../../../src/sending/outbox.ts";
import type { NewMessage } from "../../../src/store/messages-table.ts";
import { openStore } from "../../../src/store/store.ts";
import type { OutboundStanza } from "../../../src/whatsapp/session.ts";
import { numberStorage } from "../../support/sqlite.ts";

export const NOW = Date.parse("2026-11-01T12:00:00.000Z");

export type Transmit = (stanza: OutboundStanza) => Promise<void>;

export const outbound = (id: string, fields: Partial<NewMessage> = {}): NewMessage => ({
  id,
  chatId: "491@s.whatsapp.net",
  direction: "outbound",
  address: "491@s.whatsapp.net",
  fromPhone: "490",
  toPhone: "491",
  fromLid: null,
  pushName: null,
  participant: null,
  type: "text",
  text: `text of ${id}`,
  quoted: null,
  unsupported: false,
  status: "pending",
  source: "api",
  sentAt: NOW,
  payload: Uint8Array.of(1),
  ...fields,
});

export function sendingNumber() {
  const storage = numberStorage();
  const store = openStore(storage.sql);
  const world = {
    now: NOW,
    /** Ids of the stanzas that sessions were handed, in order. */
    handed: [] as string[],
    warnings: [] as string[],
    /** Null while there is no connection. */
    transmit: null as Transmit | null,
    /** What the guard says of a message before it leaves. */
    admission: (_id: string): Admission => ({ kind: "go" }),
    refused: [] as [number, string][],
    /** What people saw: typing, and that it ended. */
    seen: [] as string[],
  };
  const outbox = new Outbox({
    store,
    transaction: (work) => storage.transactionSync(work),
    instanceId: () => "wa_1",
    hasWebhook: () => false,
    transmit: () => world.transmit,
    admit: ({ id }) => world.admission(id),
    onTransmitted: (id) => store.sends.transmitted(id, world.now),
    onRefused: (code, chatId) => world.refused.push([code, chatId]),
    showTyping: async ({ id }) => void world.seen.push(`typing ${id}`),
    beforeIt: async ({ id }) => void world.seen.push(`sending ${id}`),
    yieldTurn: () => setImmediate(),
    warn: (text) => world.warnings.push(text),
    now: () => world.now,
  });
  return {
    outbox,
    store,
    storage,
    world,
    /** A session opens that takes each stanza, and `then` decides what becomes of it. */
    connect(then: Transmit = async () => undefined): void {
      world.transmit = async (stanza) => {
        world.handed.push(stanza.id);
        await then(stanza);
      };
      outbox.opened();
    },
    /** The events of the log, without their payload's constant fields. */
    events: () =>
      storage.sql
        .exec<{ type: string; payload: string }>("SELECT type, payload FROM events ORDER BY seq")
        .toArray()
        .map(({ type, payload }) => {
          const { message_id, status, code, reason } = JSON.parse(payload);
          return { type, message_id, status, ...(code === undefined ? {} : { code, reason }) };
        }),
    statusOf: (id: string) => store.messages.list({ limit: 200 }).messages.find((message) => message.id === id)?.status,
    /** Until the outbox has nothing more to do by itself. */
    async idle(): Promise<void> {
      for (let before = -1; before !== world.handed.length; ) {
        before = world.handed.length;
        for (let turn = 0; turn < 5; turn += 1) await setImmediate();
      }
    },
  };
}
