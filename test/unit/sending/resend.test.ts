import { afterEach, describe, expect, test, vi } from "vitest";
import { RequestRefusedError } from "../../../src/whatsapp/session.ts";
import { NOW, outbound, sendingNumber } from "./support.ts";

const SECOND = 1_000;

afterEach(() => {
  vi.useRealTimers();
});

/** A number whose outbox comes back by its own timer, on the test's clock. */
function patientNumber() {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const number = sendingNumber();
  const later = async (ms: number): Promise<void> => {
    number.world.now += ms;
    await vi.advanceTimersByTimeAsync(ms);
    await number.idle();
  };
  return { ...number, later };
}

describe("a message that WhatsApp does not take for now", () => {
  test("goes out again later, under its id, before what follows in its chat", async () => {
    const { outbox, connect, idle, later, statusOf, world } = patientNumber();
    outbox.add(outbound("A"));
    connect();
    await idle();
    outbox.acknowledged("A", 503);
    outbox.add(outbound("B"));
    outbox.add(outbound("C", { chatId: "492@s.whatsapp.net", address: "492@s.whatsapp.net" }));
    outbox.pump();
    await idle();
    expect([world.handed, statusOf("A")]).toEqual([["A", "C"], "pending"]);
    await later(2 * SECOND);
    expect(world.handed).toEqual(["A", "C", "A", "B"]);
    outbox.acknowledged("A", null);
    expect(statusOf("A")).toBe("sent");
  });

  test("has failed after the fifth time, with WhatsApp's code", async () => {
    const { outbox, connect, idle, later, events, world } = patientNumber();
    outbox.add(outbound("A"));
    connect();
    await idle();
    for (const wait of [2, 8, 30, 120]) {
      outbox.acknowledged("A", 503);
      await later(wait * SECOND);
    }
    outbox.acknowledged("A", 503);
    expect(world.handed).toEqual(["A", "A", "A", "A", "A"]);
    expect(events()).toMatchObject([{ message_id: "A", status: "failed", code: 503 }]);
  });

  test("may be one whose keys WhatsApp did not give", async () => {
    const { outbox, connect, idle, later, statusOf, world } = patientNumber();
    outbox.add(outbound("A"));
    let asked = 0;
    connect(async () => {
      asked += 1;
      if (asked === 1) throw new RequestRefusedError(null);
    });
    await idle();
    expect([world.handed, statusOf("A")]).toEqual([["A"], "pending"]);
    await later(2 * SECOND);
    expect(world.handed).toEqual(["A", "A"]);
  });
});

describe("a further copy that WhatsApp refuses", () => {
  test.each([500, 479])("(%i) changes nothing: WhatsApp has the message, and others may have theirs", async (code) => {
    const { outbox, connect, idle, later, world, events, statusOf } = patientNumber();
    outbox.add(outbound("A"));
    connect();
    await idle();
    outbox.acknowledged("A", null);
    outbox.acknowledged("A", code);
    await later(120 * SECOND);
    expect([statusOf("A"), world.handed, world.refused]).toEqual(["sent", ["A"], []]);
    outbox.receipt({ messageIds: ["A"], status: "delivered", chatJid: "491@s.whatsapp.net", group: null });
    outbox.acknowledged("A", code);
    expect(events().map(({ status }) => status)).toEqual(["sent", "delivered"]);
  });
});

describe("an acknowledgement that got lost", () => {
  test("is waited for for a minute; then the message goes out again, which its id makes harmless", async () => {
    const { outbox, connect, idle, later, world } = patientNumber();
    outbox.add(outbound("A", { sentAt: NOW }));
    connect();
    await idle();
    await later(59 * SECOND);
    expect(world.handed).toEqual(["A"]);
    await later(1 * SECOND);
    expect(world.handed).toEqual(["A", "A"]);
  });
});
