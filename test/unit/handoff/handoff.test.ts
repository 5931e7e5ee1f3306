import { beforeEach, describe, expect, test } from "vitest";
import { recordEvent } from "../../../src/events/record.ts";
import { Handoff } from "../../../src/handoff/handoff.ts";
import { isKeyword, startsWithKeyword } from "../../../src/handoff/keywords.ts";
import { openStore } from "../../../src/store/store.ts";
import { numberStorage } from "../../support/sqlite.ts";

const NOW = Date.parse("2026-11-02T09:00:00.000Z");
const ALICE = "491@s.whatsapp.net";

describe("a keyword", () => {
  test.each([
    ["#ai", true],
    ["#AI please take over", true],
    ["  #Ai, thank you", true],
    ["#aid", false],
    ["thanks #ai", false],
    ["", false],
  ])("at the beginning of %j: %s", (text, found) => {
    expect(startsWithKeyword(text, ["#ai", ""])).toBe(found);
  });

  test.each([
    ["STOP", true],
    [" stop! ", true],
    ["Stop.", true],
    ['"STOP"', true],
    ["*stop*,", true],
    ["ＳＴＯＰ", true],
    ["stop?", false],
    ["#stop", false],
    ["stop it", false],
    ["please stop", false],
    ["", false],
  ])("as the whole message %j: %s", (text, found) => {
    expect(isKeyword(text, ["STOP"])).toBe(found);
  });
});

test("a keyword is the same however its accents are written", () => {
  expect(isKeyword("arre\u0302t", ["ARR\u00caT"])).toBe(true);
  expect(startsWithKeyword("arre\u0302t !", ["arr\u00eat"])).toBe(true);
});

describe("a handoff", () => {
  let handoff: Handoff;
  let said: [string, string][];
  let events: () => unknown[];

  beforeEach(() => {
    const storage = numberStorage();
    const store = openStore(storage.sql);
    said = [];
    handoff = new Handoff({
      store,
      transaction: (work) => storage.transactionSync(work),
      instanceId: () => "wa_1",
      record: (event) => void recordEvent(store, event, false, NOW),
      say: (chatId, text) => said.push([chatId, text]),
      now: () => NOW,
    });
    events = () =>
      storage.sql
        .exec<{ payload: string }>("SELECT payload FROM events ORDER BY seq")
        .toArray()
        .map(({ payload }) => {
          const { chat_id, active, by } = JSON.parse(payload);
          return [chat_id, active, by];
        });
  });

  const typed = (text: string, type = "text") => handoff.typed({ chatId: ALICE, text, type });

  test("is told once each way, and says who did it", () => {
    expect([handoff.set(ALICE, true), handoff.set(ALICE, true)]).toEqual([true, false]);
    expect(handoff.chats()).toEqual([{ chatId: ALICE, since: "2026-11-02T09:00:00.000Z" }]);
    expect([handoff.clear(), handoff.clear()]).toEqual([1, 0]);
    expect(events()).toEqual([
      [ALICE, true, "api"],
      [ALICE, false, "api"],
    ]);
  });

  test("ends by keyword with the resume message, in silence when there is none, and only where it was", () => {
    typed("#ai");
    expect([events(), said]).toEqual([[], []]);
    handoff.set(ALICE, true);
    typed("I am still here");
    expect(handoff.chats()).toHaveLength(1);
    typed("#Resume now");
    expect([handoff.chats(), said]).toEqual([[], []]);
    handoff.changeSettings({ resumeMessage: "The assistant is back.", resumeKeywords: ["over to you"] });
    handoff.set(ALICE, true);
    typed("#ai");
    expect(handoff.chats()).toHaveLength(1);
    typed("Over to you!");
    expect([handoff.chats(), said]).toEqual([[], [[ALICE, "The assistant is back."]]]);
    expect(events().at(-1)).toEqual([ALICE, false, "keyword"]);
  });

  test("begins by itself only when that is wished, by words and not by a reaction, and not in groups", () => {
    typed("Hello");
    expect(handoff.chats()).toEqual([]);
    handoff.changeSettings({ autoHandoff: true });
    typed("👍", "reaction");
    handoff.typed({ chatId: "120@g.us", text: "Hello all", type: "text" });
    expect(handoff.chats()).toEqual([]);
    typed("Hello");
    expect(events()).toEqual([[ALICE, true, "phone"]]);
  });
});
