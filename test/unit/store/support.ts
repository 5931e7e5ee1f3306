/** Rows of the message table, as tests need them. */
import type { NewMessage } from "../../../src/store/messages-table.ts";

export const AT = Date.parse("2026-11-01T12:00:00.000Z");
export const ALICE = "491@s.whatsapp.net";

export const inbound = (id: string, fields: Partial<NewMessage> = {}): NewMessage => ({
  id,
  chatId: ALICE,
  direction: "inbound",
  address: ALICE,
  fromPhone: "491",
  toPhone: "490",
  fromLid: null,
  pushName: "Alice",
  participant: null,
  type: "text",
  text: `text of ${id}`,
  quoted: null,
  unsupported: false,
  status: "received",
  source: null,
  sentAt: AT,
  payload: Uint8Array.of(1, 2, 3),
  ...fields,
});

export const outbound = (id: string, fields: Partial<NewMessage> = {}): NewMessage =>
  inbound(id, {
    direction: "outbound",
    fromPhone: "490",
    toPhone: "491",
    pushName: null,
    status: "pending",
    source: "api",
    ...fields,
  });
