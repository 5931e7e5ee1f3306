import { beforeEach, describe, expect, test } from "vitest";
import { identify } from "../../../src/inbound/identify.ts";
import { forgetPlaceholder, tellPlaceholders } from "../../../src/inbound/placeholders.ts";
import { type InboundContext, receive, receivePlaceholder } from "../../../src/inbound/receive.ts";
import { PRUNE_START } from "../../../src/store/prune.ts";
import type { Store } from "../../../src/store/store.ts";
import type { ReceivedMessage } from "../../../src/whatsapp/session.ts";
import { ALICE, ALICE_LID, GROUP, message, NOW, receivingNumber } from "./support.ts";

const DUE = NOW + 30_000;
let store: Store;
let context: InboundContext;
let told: () => Record<string, unknown>[];

beforeEach(() => {
  const number = receivingNumber();
  ({ store, context } = number);
  told = () =>
    number.sql
      .exec<{ payload: string }>("SELECT payload FROM events WHERE type = 'message' ORDER BY seq")
      .toArray()
      .map(({ payload }) => JSON.parse(payload));
});

const empty = (fields: Partial<ReceivedMessage> = {}): ReceivedMessage =>
  message({
    content: { type: "text", text: "", quoted: null, unsupported: true, details: { unavailable: "undecryptable" } },
    payload: new Uint8Array(0),
    ...fields,
  });

const stored = () => store.messages.list({ limit: 10 }).messages;

describe("a message that came without its content", () => {
  test("is in the history at once, and told of when its time has come, once", () => {
    receivePlaceholder(empty(), DUE, context);
    expect(stored()).toMatchObject([{ text: "", unsupported: true, details: { unavailable: "undecryptable" } }]);
    expect([tellPlaceholders(context), told()]).toEqual([false, []]);
    const later = { ...context, now: DUE };
    expect([tellPlaceholders(later), tellPlaceholders(later)]).toEqual([true, false]);
    expect(told()).toMatchObject([
      { message_id: "3EB0A", message: "", unsupported: true, unavailable: "undecryptable" },
    ]);
    expect(store.placeholders.nextDueAt()).toBeNull();
  });

  test("that comes in time is a message like any other", () => {
    receivePlaceholder(empty(), DUE, context);
    receive(message(), context);
    tellPlaceholders({ ...context, now: DUE });
    expect(told()).toMatchObject([{ message: "Hello" }]);
    expect(told()[0]).not.toHaveProperty("recovered");
    expect(stored()).toMatchObject([{ text: "Hello", unsupported: false, details: {} }]);
  });

  test("that comes after it was told is told again, as recovered", () => {
    receivePlaceholder(empty(), DUE, context);
    tellPlaceholders({ ...context, now: DUE });
    receive(message(), context);
    expect(told()).toMatchObject([{ message: "" }, { message: "Hello", recovered: true }]);
    expect(receive(message(), context)).toBe(false);
  });

  test("and comes again like that changes nothing", () => {
    receivePlaceholder(empty(), DUE, context);
    receivePlaceholder(empty(), DUE + 1, context);
    receive(message(), context);
    receivePlaceholder(empty(), DUE, context);
    expect([stored().length, store.placeholders.nextDueAt()]).toEqual([1, null]);
    expect(stored()).toMatchObject([{ text: "Hello" }]);
  });

  test("is told under the phone that became known meanwhile", () => {
    receivePlaceholder(empty({ chatJid: ALICE_LID }), DUE, context);
    identify("491", "77", context);
    tellPlaceholders({ ...context, now: DUE });
    expect(told()).toMatchObject([{ chat_id: ALICE, from_phone: "491", from_lid: "77" }]);
  });

  test.each([
    ["whose LID became known meanwhile", () => identify("491", "77", context), {}],
    ["whose LID only the copy tells", () => undefined, { altJid: ALICE_LID }],
  ])("is filled by its writer, %s", (_, learn, fields) => {
    receivePlaceholder(empty(), DUE, context);
    learn();
    receive(message(fields), context);
    expect(stored()).toMatchObject([{ text: "Hello", unsupported: false }]);
  });

  test("that was edited before its content came keeps what it was edited to", () => {
    receivePlaceholder(empty(), DUE, context);
    const edited = { type: "edit", text: "At ten", details: { edited: { messageId: "3EB0A" } } } as const;
    receive(message({ id: "3EB0B", content: { ...edited, quoted: null, unsupported: false } }), context);
    receive(message(), context);
    expect(stored().find(({ id }) => id === "3EB0A")).toMatchObject({ text: "At ten", unsupported: false });
  });

  test("is told of, once, also when retention removed it meanwhile: it came late", () => {
    receivePlaceholder(empty(), DUE, context);
    store.pruning.slice(PRUNE_START, NOW, 100);
    expect(stored()).toEqual([]);
    const later = { ...context, now: DUE };
    expect([tellPlaceholders(later), tellPlaceholders(later)]).toEqual([true, false]);
    expect(told()).toMatchObject([{ message_id: "3EB0A", from_phone: "491", unavailable: "undecryptable" }]);
    expect(store.placeholders.nextDueAt()).toBeNull();
  });

  test("is filled by its writer only: in a group everybody could use its id", () => {
    receivePlaceholder(empty({ chatJid: GROUP, participantJid: ALICE_LID }), DUE, context);
    expect(receive(message({ chatJid: GROUP, participantJid: "78@lid" }), context)).toBe(false);
    expect(stored()).toMatchObject([{ text: "" }]);
    expect(receive(message({ chatJid: GROUP, participantJid: ALICE_LID }), context)).toBe(true);
    expect(stored()).toMatchObject([{ text: "Hello", participant: ALICE_LID }]);
  });

  test("and turns out to say nothing is forgotten, unless it was told", () => {
    const origin = { id: "3EB0A", chatJid: ALICE, participantJid: null };
    receivePlaceholder(empty(), DUE, context);
    forgetPlaceholder(origin, context);
    expect([stored(), store.placeholders.nextDueAt()]).toEqual([[], null]);
    receivePlaceholder(empty(), DUE, context);
    tellPlaceholders({ ...context, now: DUE });
    forgetPlaceholder(origin, context);
    expect(stored()).toHaveLength(1);
  });
});
