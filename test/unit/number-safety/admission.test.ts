import { describe, expect, test } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/number-safety/verdict.ts";
import { guardedNumber, NOW } from "./support.ts";

const off = { enabled: false };
const PLAIN = { delayEnabled: false, typingSimulation: false };
const LONG = "A text that is long enough to be compared with others";

/** Promises slots while there is no connection, and looks later which may leave. */
function delayed(number: ReturnType<typeof guardedNumber>, chats: string[], text: string): () => string[] {
  const requests = chats.map((chat) => number.request(chat, text));
  for (const request of requests) expect(number.guard.reserve(request).kind).toBe("slot");
  return () =>
    requests.map(({ messageId, chatId }) => {
      const { kind } = number.guard.admit(messageId, chatId, false);
      if (kind === "go") number.guard.transmitted(messageId);
      return kind;
    });
}

describe("a message that leaves later than it was promised", () => {
  test("is not one too many for the same text: others left with it meanwhile", () => {
    const number = guardedNumber({ behavior: PLAIN, config: { modules: { warmup: off, contactGraph: off } } });
    const look = delayed(number, ["1", "2"], LONG);
    number.world.now += 2 * HOUR_MS;
    for (let index = 0; index < 4; index += 1) {
      number.world.now += MINUTE_MS;
      expect(number.sends(`1${index}`, LONG)).toBe("slot");
    }
    expect(look()).toEqual(["go", "wait"]);
    number.world.now += HOUR_MS;
    expect(look()[1]).toBe("go");
  });

  test("is not one too many for the day of the warm-up in which it leaves", () => {
    const modules = { contactGraph: off };
    const overrides = { maxPerMinute: 100, maxPerHour: 1_000, maxPerDay: 2_000 };
    const number = guardedNumber({ behavior: PLAIN, config: { modules, overrides } });
    number.guard.connected("490");
    const look = delayed(number, ["1", "2", "3"], "hi");
    number.world.now += DAY_MS;
    for (let index = 0; index < 34; index += 1) {
      number.world.now += MINUTE_MS;
      expect(number.sends(`1${index}`, "hi")).toBe("slot");
    }
    number.world.now += MINUTE_MS;
    expect(look()).toEqual(["go", "go", "wait"]);
    number.world.now += DAY_MS;
    expect(look()[2]).toBe("go");
  });

  test("is not one too many for the new chats of a day, nor for the older limits on chats", () => {
    for (const { config, antiBan } of [
      { config: { preset: "conservative", modules: { warmup: off } } as const, antiBan: {} },
      { config: { enabled: false }, antiBan: { uniqueChatsPerDay: 5 } },
    ]) {
      const number = guardedNumber({ behavior: PLAIN, config, antiBan });
      const look = delayed(number, ["1", "2"], "hi");
      number.world.now += DAY_MS;
      for (let index = 0; index < 4; index += 1) {
        number.world.now += 20 * MINUTE_MS;
        expect(number.sends(`1${index}`, "hi")).toBe("slot");
      }
      expect(look()).toEqual(["go", "wait"]);
    }
  });

  test("starts slowly after a connect, as new ones do: what waited does not leave in one burst", () => {
    const number = guardedNumber({ behavior: PLAIN, config: { modules: { warmup: off, contactGraph: off } } });
    const look = delayed(number, ["1", "2", "3", "4"], "hi");
    number.world.now += HOUR_MS;
    number.world.connectedAt = number.world.now;
    expect(look()).toEqual(["go", "wait", "wait", "wait"]);
    number.world.now += MINUTE_MS;
    expect(look().slice(1)).toEqual(["go", "go", "go"]);
  });

  test("is counted where it will leave", () => {
    const number = guardedNumber({ behavior: PLAIN, antiBan: { messagesPerHour: 1 }, config: { enabled: false } });
    const look = delayed(number, ["1"], "hi");
    number.world.now += 2 * HOUR_MS;
    expect(number.sends("2")).toBe("slot");
    expect(look()).toEqual(["wait"]);
    expect(number.asks("3")).toMatchObject({ kind: "blocked", blocked: { code: "hour_limit", waitMs: 2 * HOUR_MS } });
  });
});

describe("a message that left before and was not taken", () => {
  test("is held by a pause, of the operator or by risk, and by nothing else: it was counted when it left", () => {
    const number = guardedNumber({ behavior: PLAIN, antiBan: { messagesPerHour: 1 } });
    const request = number.request("1");
    number.guard.reserve(request);
    number.guard.transmitted(request.messageId);
    expect(number.guard.admitAgain()).toEqual({ kind: "go" });
    number.guard.setPaused(true);
    expect(number.guard.admitAgain().kind).toBe("wait");
    number.guard.setPaused(false);
    number.guard.disconnected("banned");
    expect(number.guard.admitAgain().kind).toBe("wait");
    number.guard.configure({ enabled: false });
    expect(number.guard.admitAgain()).toEqual({ kind: "go" });
  });
});

describe("a group that was just joined", () => {
  const GROUP = "120363000000000001@g.us";
  const joined = (number: ReturnType<typeof guardedNumber>, at: number | null, isMember = true): void =>
    number.guard.membership({ groupJid: GROUP, isMember, at });
  const ask = (number: ReturnType<typeof guardedNumber>) =>
    number.guard.reserve(number.request("x", "hello all", { chatId: GROUP, isGroup: true }));

  test("is only read for twelve hours, and the refusal says for how long", () => {
    const number = guardedNumber();
    joined(number, NOW - HOUR_MS);
    number.restarts();
    expect(ask(number)).toMatchObject({ kind: "blocked", blocked: { code: "group_lurk", waitMs: 11 * HOUR_MS } });
    number.world.now += 11 * HOUR_MS;
    expect(ask(number).kind).toBe("slot");
  });

  test("is none when it was joined before the number was linked, or when somebody spoke in it from the phone", () => {
    const number = guardedNumber();
    expect(ask(number).kind).toBe("slot");
    joined(number, NOW);
    number.store.chats.settled(GROUP);
    expect(ask(number).kind).toBe("slot");
    joined(number, NOW);
    joined(number, NOW, false);
    expect(ask(number).kind).toBe("slot");
  });

  test("is held by the module contactGraph alone", () => {
    const number = guardedNumber({ config: { modules: { contactGraph: off } } });
    joined(number, NOW);
    expect(ask(number).kind).toBe("slot");
  });

  test("is not held for longer by a clock of WhatsApp that is ahead", () => {
    const number = guardedNumber();
    joined(number, NOW + DAY_MS);
    expect(ask(number)).toMatchObject({ blocked: { waitMs: 12 * HOUR_MS } });
  });
});

test("a reset at a risk is told as a change of the risk, and in an alert", async () => {
  const number = guardedNumber({ config: { alertsWebhook: "https://alerts.example/x" } });
  number.guard.disconnected("banned");
  await number.passes(0);
  number.guard.reset();
  await number.passes(10 * MINUTE_MS);
  const risks = number.changes().filter(({ change }) => change === "risk");
  expect(risks.map(({ previous, risk }) => [previous, risk])).toEqual([
    ["low", "high"],
    ["high", "low"],
  ]);
  expect(number.world.alerts.map(({ risk }) => risk)).toEqual(["high", "low"]);
});
