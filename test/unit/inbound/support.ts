/** A number that takes messages in, without the runtime. */
import type { InboundContext } from "../../../src/inbound/receive.ts";
import { openStore } from "../../../src/store/store.ts";
import type { ReceivedMessage } from "../../../src/whatsapp/session.ts";
import { numberStorage } from "../../support/sqlite.ts";

export const NOW = Date.parse("2026-11-01T12:00:00.000Z");

export const ALICE = "491@s.whatsapp.net";
export const ALICE_LID = "77@lid";
export const GROUP = "120363000000000001@g.us";

/** What Alice wrote a second ago. */
export const message = (fields: Partial<ReceivedMessage> = {}): ReceivedMessage => ({
  id: "3EB0A",
  chatJid: ALICE,
  altJid: null,
  participantJid: null,
  fromMe: false,
  pushName: "Alice",
  sentAt: NOW - 1_000,
  content: { type: "text", text: "Hello", quoted: null, unsupported: false },
  payload: Uint8Array.of(1, 2),
  ...fields,
});

/** A new number and its database. */
export function receivingNumber() {
  const { sql } = numberStorage();
  const store = openStore(sql);
  const context: InboundContext = {
    store,
    instanceId: "wa_1",
    ownPhone: "490",
    hasWebhook: true,
    newFile: () => ({ id: "f1", key: "o/i/media/f1" }),
    now: NOW,
    onStored: () => undefined,
  };
  return { sql, store, context };
}
