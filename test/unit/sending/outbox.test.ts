import { afterEach, describe, expect, test, vi } from "vitest";
import { type ReceiptUpdate, SessionClosedError } from "../../../src/whatsapp/session.ts";
import { NOW, outbound, sendingNumber } from "./support.ts";

const receiptOf = (messageIds: string[], status: ReceiptUpdate["status"], fields: Partial<ReceiptUpdate> = {}) => ({
  messageIds,
  status,
  chatJid: "491@s.whatsapp.net",
  group: null,
  ...fields,
});

const DAY = 24 * 60 * 60 * 1_000;
const PENDING = { status: "pending", code: null, reason: null };
const SENT = { status: "sent", code: null, reason: null };

afterEach(() => {
  vi.useRealTimers();
});

describe("the order of sending", () => {
  test("is the order of storing, one at a time", async () => {
    const { outbox, connect, idle, world } = sendingNumber();
    let underWay = 0;
    let most = 0;
    for (let n = 1; n <= 50; n += 1) outbox.add(outbound(`M${n}`));
    connect(async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
    });
    await idle();
    expect(world.handed).toEqual(Array.from({ length: 50 }, (_, index) => `M${index + 1}`));
    expect(most).toBe(1);
  });

  test("holds for what is added while a message is on its way", async () => {
    const { outbox, connect, idle, world } = sendingNumber();
    const gate = Promise.withResolvers<void>();
    outbox.add(outbound("A"));
    connect(({ id }) => (id === "A" ? gate.promise : Promise.resolve()));
    outbox.add(outbound("B"));
    outbox.pump();
    await idle();
    expect(world.handed).toEqual(["A"]);
    gate.resolve();
    await idle();
    expect(world.handed).toEqual(["A", "B"]);
  });
});

describe("a message", () => {
  test("waits for a connection", async () => {
    const { outbox, connect, idle, statusOf, world } = sendingNumber();
    outbox.add(outbound("A"));
    outbox.pump();
    await idle();
    expect([world.handed, statusOf("A")]).toEqual([[], "pending"]);
    connect();
    await idle();
    expect(world.handed).toEqual(["A"]);
  });

  test("is handed to a session once, however often the outbox is pumped", async () => {
    const { outbox, connect, idle, world } = sendingNumber();
    outbox.add(outbound("A"));
    connect();
    await idle();
    outbox.pump();
    await idle();
    expect(world.handed).toEqual(["A"]);
  });

  test("that was not acknowledged is sent again under its id by the next session", async () => {
    const { outbox, connect, idle, world } = sendingNumber();
    for (const id of ["A", "B", "C"]) outbox.add(outbound(id));
    connect();
    await idle();
    outbox.acknowledged("B", null);
    connect();
    await idle();
    expect(world.handed).toEqual(["A", "B", "C", "A", "C"]);
  });

  test("stays pending when the connection breaks under it, with all that follow", async () => {
    const { outbox, connect, idle, statusOf, world } = sendingNumber();
    for (const id of ["A", "B"]) outbox.add(outbound(id));
    connect(() => Promise.reject(new SessionClosedError("gone")));
    await idle();
    expect(world.handed).toEqual(["A"]);
    expect([statusOf("A"), statusOf("B")]).toEqual(["pending", "pending"]);
    connect();
    await idle();
    expect(world.handed).toEqual(["A", "A", "B"]);
  });

  test("that the old session still takes while a new one is open does not make the new one skip any", async () => {
    const { outbox, connect, idle, world } = sendingNumber();
    const slow = Promise.withResolvers<void>();
    for (const id of ["A", "B", "C"]) outbox.add(outbound(id));
    connect(({ id }) => (id === "C" ? slow.promise : Promise.resolve()));
    await idle();
    connect();
    slow.resolve();
    await idle();
    expect(world.handed).toEqual(["A", "B", "C", "A", "B", "C"]);
  });

  test("that cannot be encrypted fails alone, and its text is in no warning", async () => {
    const { outbox, connect, events, idle, statusOf, store, world } = sendingNumber();
    for (const id of ["A", "B"]) outbox.add(outbound(id));
    connect(({ id }) => (id === "A" ? Promise.reject(new TypeError("491 said text of A")) : Promise.resolve()));
    await idle();
    expect([statusOf("A"), world.handed]).toEqual(["failed", ["A", "B"]]);
    const reason = "The message could not be encrypted for the recipient";
    expect(events()).toEqual([{ type: "message.status", message_id: "A", status: "failed", code: null, reason }]);
    expect(world.warnings).toEqual(["a message could not be encrypted or addressed (TypeError)"]);
    expect(store.logs.newest(1)).toMatchObject([{ level: "error", message: `A message was not sent: ${reason}` }]);
  });

  test("that nobody took for a day fails instead of surprising its reader", async () => {
    const { outbox, connect, events, idle, world } = sendingNumber();
    outbox.add(outbound("A"));
    outbox.add(outbound("B", { sentAt: NOW + 1 }));
    world.now = NOW + DAY + 1;
    connect();
    await idle();
    expect(world.handed).toEqual(["B"]);
    expect(events()).toMatchObject([{ type: "message.status", message_id: "A", status: "failed" }]);
  });
});

test("a message that was held back for a day fails too, although the connection stood all the time", async () => {
  const { outbox, connect, events, idle, world } = sendingNumber();
  world.admission = () => ({ kind: "wait", until: NOW + 30_000 });
  outbox.add(outbound("A"));
  outbox.add(outbound("B", { sentAt: NOW + 2 }));
  connect();
  await idle();
  world.now = NOW + DAY + 1;
  world.admission = () => ({ kind: "go" });
  outbox.pump();
  await idle();
  expect(world.handed).toEqual(["B"]);
  expect(events()).toMatchObject([{ type: "message.status", message_id: "A", status: "failed" }]);
});

test("a message that was given up and had left all the same is as far as its recipient says; a refused one stays failed", async () => {
  const { outbox, connect, events, idle, statusOf, world } = sendingNumber();
  for (const id of ["A", "B"]) outbox.add(outbound(id));
  connect();
  await idle();
  outbox.acknowledged("B", 463);
  // The acknowledgement of A is lost, and the number is away for a day.
  world.now = NOW + DAY + 1;
  connect();
  await idle();
  expect([statusOf("A"), statusOf("B")]).toEqual(["failed", "failed"]);
  outbox.receipt({ messageIds: ["A", "B"], status: "read", chatJid: "491@s.whatsapp.net", group: null });
  expect([statusOf("A"), statusOf("B")]).toEqual(["read", "failed"]);
  expect(events().at(-1)).toMatchObject({ message_id: "A", status: "read", code: null, reason: null });
});

test("a message that left at the end of its day is not given up while WhatsApp's answer is on its way", async () => {
  const { outbox, connect, idle, statusOf, world } = sendingNumber();
  outbox.add(outbound("A"));
  world.now = NOW + DAY;
  connect();
  await idle();
  world.now += 1_000;
  outbox.pump();
  await idle();
  outbox.acknowledged("A", null);
  expect([world.handed, statusOf("A")]).toEqual([["A"], "sent"]);
});

describe("WhatsApp's answer", () => {
  test("makes a message sent, with one event however often it comes", () => {
    const { outbox, events, statusOf } = sendingNumber();
    outbox.add(outbound("A"));
    outbox.acknowledged("A", null);
    outbox.acknowledged("A", null);
    expect(statusOf("A")).toBe("sent");
    expect(events()).toEqual([{ type: "message.sent", message_id: "A", status: "sent" }]);
  });

  test("463 fails a message with the reason in words", () => {
    const { outbox, events } = sendingNumber();
    outbox.add(outbound("A"));
    outbox.acknowledged("A", 463);
    expect(events()).toEqual([
      {
        type: "message.status",
        message_id: "A",
        status: "failed",
        code: 463,
        reason: "WhatsApp restricts this number from starting new chats (463)",
      },
    ]);
  });

  test("with a code nobody knows fails it too", () => {
    const { outbox, events } = sendingNumber();
    outbox.add(outbound("A"));
    outbox.acknowledged("A", 499);
    expect(events()).toMatchObject([{ status: "failed", code: 499, reason: "WhatsApp refused the message (499)" }]);
  });

  test("about a message of somebody else is no event", () => {
    const { outbox, events } = sendingNumber();
    outbox.acknowledged("X", null);
    outbox.receipt(receiptOf(["X"], "read"));
    expect(events()).toEqual([]);
  });
});

describe("a receipt", () => {
  test("moves each message it names, and repeats nothing", () => {
    const { outbox, events } = sendingNumber();
    for (const id of ["A", "B"]) outbox.add(outbound(id, { status: "sent" }));
    outbox.receipt(receiptOf(["A", "B"], "read"));
    outbox.receipt(receiptOf(["A"], "delivered"));
    expect(events()).toEqual([
      { type: "message.status", message_id: "A", status: "read", code: null, reason: null },
      { type: "message.status", message_id: "B", status: "read", code: null, reason: null },
    ]);
  });

  test("that overtakes the acknowledgement tells first that the message was sent", () => {
    const { outbox, events } = sendingNumber();
    outbox.add(outbound("A"));
    outbox.receipt(receiptOf(["A"], "delivered"));
    outbox.acknowledged("A", null);
    expect(events()).toMatchObject([
      { type: "message.sent", message_id: "A", status: "sent" },
      { type: "message.status", message_id: "A", status: "delivered" },
    ]);
  });
});

describe("a receipt of somebody to whom the message was not sent", () => {
  test("changes nothing, and says nothing", () => {
    const { outbox, events, store } = sendingNumber();
    outbox.add(outbound("A", { status: "sent" }));
    outbox.receipt(receiptOf(["A"], "read", { chatJid: "492@s.whatsapp.net" }));
    outbox.receipt(receiptOf(["A"], "read", { chatJid: "77@lid" }));
    expect(events()).toEqual([]);
    store.contacts.learn("491", "77");
    outbox.receipt(receiptOf(["A"], "read", { chatJid: "77@lid" }));
    expect(events()).toMatchObject([{ message_id: "A", status: "read" }]);
  });
});

describe("a message to a group", () => {
  const GROUP = "120363000000000001@g.us";
  const members = [["77@lid", "491@s.whatsapp.net"], ["78@lid"]];
  const from = (participantJid: string) => ({ chatJid: GROUP, group: { participantJid, members } });

  test("is delivered, read and played when the last of the others says so", () => {
    const { outbox, statusOf } = sendingNumber();
    outbox.add(outbound("A", { chatId: GROUP, address: GROUP, status: "sent" }));
    const seen = (
      [
        ["491@s.whatsapp.net", "read"],
        ["78@lid", "delivered"],
        ["77@lid", "delivered"],
        ["78@lid", "played"],
        ["77@lid", "played"],
      ] as const
    ).map(([who, status]) => {
      outbox.receipt(receiptOf(["A"], status, from(who)));
      return statusOf("A");
    });
    expect(seen).toEqual(["sent", "delivered", "delivered", "read", "played"]);
  });

  test("does not wait for who joined after it, or has left", () => {
    const { outbox, statusOf } = sendingNumber();
    outbox.add(outbound("A", { chatId: GROUP, address: GROUP, status: "sent" }));
    const tells = (participantJid: string, status: "delivered" | "read", now: string[][]) => {
      outbox.receipt(receiptOf(["A"], status, { chatJid: GROUP, group: { participantJid, members: now } }));
      return statusOf("A");
    };
    expect(tells("77@lid", "delivered", members)).toBe("sent");
    const joined = [...members, ["79@lid", "499@s.whatsapp.net"]];
    expect(tells("78@lid", "read", joined)).toBe("delivered");
    expect(tells("78@lid", "read", [["78@lid"], ["79@lid"]])).toBe("read");
  });
});

describe("a caller who waits", () => {
  test("learns that WhatsApp took the message", async () => {
    const { outbox } = sendingNumber();
    outbox.add(outbound("A"));
    const outcome = outbox.settled("A");
    outbox.acknowledged("A", null);
    expect(await outcome).toEqual(SENT);
  });

  test("learns it from a receipt too", async () => {
    const { outbox } = sendingNumber();
    outbox.add(outbound("A"));
    const outcome = outbox.settled("A");
    outbox.receipt(receiptOf(["A"], "read"));
    expect(await outcome).toEqual(SENT);
  });

  test("learns why WhatsApp did not", async () => {
    const { outbox } = sendingNumber();
    outbox.add(outbound("A"));
    const outcome = outbox.settled("A");
    outbox.acknowledged("A", 479);
    expect(await outcome).toMatchObject({ status: "failed", code: 479 });
  });

  test("is told after ten seconds that the message is pending, and the message stays so", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { outbox, statusOf } = sendingNumber();
    outbox.add(outbound("A"));
    const outcome = outbox.settled("A");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await outcome).toEqual(PENDING);
    outbox.acknowledged("A", null);
    expect(statusOf("A")).toBe("sent");
  });
});

describe("slots", () => {
  const slot = { lane: "cold", digest: null, isNew: false, chatId: "491@s.whatsapp.net", typingMs: 0 } as const;

  test("a message leaves at its slot, not before, and whatever follows in its chat waits for it", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const number = sendingNumber();
    number.outbox.add(outbound("A"));
    number.store.sends.reserve({ ...slot, messageId: "A", at: NOW + 3_000, typingMs: 1_000 });
    number.outbox.add(outbound("B"));
    number.outbox.add(outbound("C", { chatId: "492@s.whatsapp.net" }));
    number.connect();
    await number.idle();
    expect([number.world.handed, number.world.seen]).toEqual([["C"], ["sending C"]]);
    number.world.now += 2_000;
    vi.advanceTimersByTime(2_000);
    await number.idle();
    expect([number.world.handed, number.world.seen]).toEqual([["C"], ["sending C", "typing A"]]);
    number.world.now += 1_000;
    vi.advanceTimersByTime(1_000);
    await number.idle();
    expect(number.world.handed).toEqual(["C", "A", "B"]);
    expect(number.world.seen).toEqual(["sending C", "typing A", "sending A", "sending B"]);
    vi.useRealTimers();
  });

  test("a message that may not leave yet is asked about again, others go on", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const number = sendingNumber();
    number.world.admission = (id) => (id === "A" ? { kind: "wait", until: NOW + 60_000 } : { kind: "go" });
    number.outbox.add(outbound("A"));
    number.outbox.add(outbound("C", { chatId: "492@s.whatsapp.net" }));
    number.connect();
    await number.idle();
    expect(number.world.handed).toEqual(["C"]);
    number.outbox.acknowledged("C", null);
    number.world.admission = () => ({ kind: "go" });
    number.world.now += 60_000;
    vi.advanceTimersByTime(60_000);
    await number.idle();
    expect(number.world.handed).toEqual(["C", "A"]);
    vi.useRealTimers();
  });

  test("a message that left before and may not leave now waits, and goes out again when it may", async () => {
    const number = sendingNumber();
    number.outbox.add(outbound("A"));
    number.store.sends.reserve({ ...slot, messageId: "A", at: NOW });
    number.connect();
    await number.idle();
    number.world.admission = () => ({ kind: "wait", until: NOW + 30_000 });
    number.connect();
    await number.idle();
    expect(number.world.handed).toEqual(["A"]);
    number.world.admission = () => ({ kind: "go" });
    number.outbox.pump();
    await number.idle();
    expect(number.world.handed).toEqual(["A", "A"]);
  });

  test("a message that may no longer leave fails, and its slot is free again", async () => {
    const number = sendingNumber();
    number.world.admission = () => ({ kind: "refuse", reason: "This person asked not to be contacted" });
    number.outbox.add(outbound("A"));
    number.store.sends.reserve({ ...slot, messageId: "A", at: NOW });
    number.connect();
    await number.idle();
    expect(number.world.handed).toEqual([]);
    expect(number.statusOf("A")).toBe("failed");
    expect(number.store.sends.since(0)).toBe(0);
  });

  test("a message that left keeps its slot, whatever WhatsApp makes of it", async () => {
    const number = sendingNumber();
    number.outbox.add(outbound("A"));
    number.store.sends.reserve({ ...slot, messageId: "A", at: NOW });
    number.connect(async ({ id }) => number.outbox.acknowledged(id, 463));
    await number.idle();
    expect(number.statusOf("A")).toBe("failed");
    expect(number.store.sends.since(0)).toBe(1);
    expect(number.world.refused).toEqual([[463, "491@s.whatsapp.net"]]);
  });
});
