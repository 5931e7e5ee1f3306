/** A number that takes messages in, without the runtime. */
import type { InboundContext } from "../../../src/inbound/receive.ts";
import { openStore } from "../../../src/store/store.ts";
import { numberStorage } from "../../support/sqlite.ts";

export const NOW = Date.parse("2026-11-01T12:00:00.000Z");

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
