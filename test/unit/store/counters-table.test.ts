import { expect, test } from "vitest";
import { openStore } from "../../../src/store/store.ts";
import { numberStorage } from "../../support/sqlite.ts";

const NOW = Date.parse("2026-11-01T12:00:00.000Z");

function storeWith(...statements: string[]) {
  const { sql } = numberStorage();
  for (const statement of statements) sql.exec(statement);
  return openStore(sql);
}

const message = (id: string, direction: string, status: string, source: string | null = null) =>
  `INSERT INTO messages (id, chat_id, direction, address, type, text, details, status, source, sent_at, payload)
   VALUES ('${id}', 'c', '${direction}', 'a', 'text', '', '{}', '${status}', ${source ? `'${source}'` : "NULL"}, 1, x'00')`;
const becomes = (id: string, status: string) => `UPDATE messages SET status = '${status}' WHERE id = '${id}'`;

test("a new number has counted nothing", () => {
  expect(storeWith().counters.all()).toEqual({});
});

test("a message counts once, when WhatsApp took it, whatever becomes of it then; those of the phone are not ours", () => {
  const { counters } = storeWith(
    message("1", "outbound", "pending", "api"),
    becomes("1", "sent"),
    becomes("1", "delivered"),
    becomes("1", "read"),
    message("2", "outbound", "pending", "reply"),
    becomes("2", "read"),
    message("3", "outbound", "pending", "api"),
    message("4", "outbound", "sent", "phone"),
  );
  expect(counters.all()).toEqual({ sent: 2 });
});

test("a message that failed counts once, also when it had been taken", () => {
  const { counters } = storeWith(
    message("1", "outbound", "pending", "api"),
    becomes("1", "failed"),
    becomes("1", "failed"),
    message("2", "outbound", "pending", "api"),
    becomes("2", "sent"),
    becomes("2", "failed"),
  );
  expect(counters.all()).toEqual({ failed: 2, sent: 1 });
});

test("a received message counts once, and stays counted when it is removed", () => {
  const { counters } = storeWith(
    message("1", "inbound", "received"),
    `${message("1", "inbound", "received")} ON CONFLICT DO NOTHING`,
    message("2", "inbound", "received"),
    message("old", "inbound", "received").replace("(id,", "(seq, id,").replace("('old'", "(-7, 'old'"),
    "DELETE FROM messages",
  );
  expect(counters.all()).toEqual({ received: 2 });
});

test("logins and refusals are counted from the log of events, other events are not", () => {
  const store = storeWith();
  for (const status of ["connecting", "connected", "disconnected", "connected"]) {
    store.events.append("connection", null, { status }, NOW);
  }
  for (const code of ["identical", "identical", "warm_up"]) {
    store.events.append("safety", "c", { change: "refused", code }, NOW);
  }
  store.events.append("safety", null, { change: "paused" }, NOW);
  store.events.append("message", "c", { status: "connected", change: "refused" }, NOW);
  expect(store.counters.all()).toEqual({ connected: 2, "refused:identical": 2, "refused:warm_up": 1 });
});

test("deliveries are counted as they stand", () => {
  const { deliveries } = storeWith();
  for (const seq of [1, 2, 3]) deliveries.enqueue(seq, `chat-${seq}`, NOW);
  deliveries.park(1, { responseStatus: 500, error: "no" });
  expect(deliveries.counts()).toEqual({ waiting: 2, parked: 1 });
});
