import { describe, expect, test } from "vitest";
import { behaviorOf } from "../../../src/number-safety/behavior.ts";
import { nextSpell, readAfterMs, restAfter } from "../../../src/number-safety/presence.ts";
import { readDueAt } from "../../../src/number-safety/reading.ts";
import { MINUTE_MS } from "../../../src/number-safety/verdict.ts";
import { guardedNumber, NOW, seeded } from "./support.ts";

const DRAWS = 20_000;
const off = { enabled: false };
const PRESENCE = { presence: { enabled: true }, warmup: off, contactGraph: off, reconnectThrottle: off };

function draws<T>(draw: (random: () => number) => T): T[] {
  const random = seeded(11);
  return Array.from({ length: DRAWS }, () => draw(random));
}
const share = <T>(all: readonly T[], fits: (one: T) => boolean): number => all.filter(fits).length / all.length;

describe("a pause after a first message", () => {
  test("comes after 5 in 100, and after 3 more the phone is put away: 5 to 20 minutes, 5 to 15", () => {
    const rests = draws(restAfter);
    expect(share(rests, (rest) => rest?.kind === "distracted")).toBeCloseTo(0.05, 2);
    expect(share(rests, (rest) => rest?.kind === "away")).toBeCloseTo(0.03, 2);
    const minutes = (kind: string) =>
      rests.flatMap((rest) => (rest?.kind === kind ? [rest.ms / MINUTE_MS] : [])).sort((a, b) => a - b);
    for (const [kind, longest] of [
      ["distracted", 20],
      ["away", 15],
    ] as const) {
      const all = minutes(kind);
      expect(all[0]).toBeGreaterThanOrEqual(5);
      expect(all.at(-1)).toBeLessThanOrEqual(longest);
      expect(all.at(-1)).toBeGreaterThan(longest - 1);
    }
  });

  test("refuses first messages with its wait, which is kept across a restart, and never holds an answer", () => {
    const number = guardedNumber({ config: { modules: PRESENCE } });
    let turns = 0;
    while (number.store.safety.load().state.restingUntil === null && turns < 200) {
      number.world.now += 10 * MINUTE_MS;
      expect(number.sends("1", `message ${turns}`)).toBe("slot");
      turns += 1;
    }
    number.restarts();
    const refused = number.asks("2");
    if (refused.kind !== "blocked" || refused.blocked.waitMs === null) throw new Error("Not refused with a wait");
    expect(refused.blocked.code).toBe("resting");
    expect(refused.blocked.waitMs).toBeGreaterThan(30_000);
    expect(refused.blocked.waitMs).toBeLessThanOrEqual(20 * MINUTE_MS);
    number.hears("3");
    const answer = number.asks("3");
    expect(answer.kind === "slot" && answer.at - number.world.now).toBeLessThanOrEqual(30_000);
    number.world.now += refused.blocked.waitMs;
    expect(number.asks("2").kind).toBe("slot");
  });

  test("is not taken while the module is off, nor after answers", () => {
    const number = guardedNumber({ config: { modules: { ...PRESENCE, presence: off } } });
    const answers = guardedNumber({ config: { modules: PRESENCE } });
    for (let turn = 0; turn < 200; turn += 1) {
      for (const { world } of [number, answers]) world.now += 10 * MINUTE_MS;
      answers.hears("1");
      expect([number.sends("1", `message ${turn}`), answers.sends("1", `message ${turn}`)]).toEqual(["slot", "slot"]);
    }
    expect(number.store.safety.load().state.restingUntil).toBeNull();
    expect(answers.store.safety.load().state.restingUntil).toBeNull();
  });

  test("with the phone put away hides the number until it ends", () => {
    const number = guardedNumber({ config: { modules: PRESENCE } });
    for (let turn = 0; turn < 400 && number.world.awayUntil === null; turn += 1) {
      number.world.now += 21 * MINUTE_MS;
      number.sends("1", `message ${turn}`);
    }
    expect(number.world.awayUntil).toBe(number.store.safety.load().state.restingUntil);
  });
});

describe("a message that came in", () => {
  test("is read after 3 to 45 seconds, as much longer as the hour is slow; 15 in 100 only when the chat is opened", () => {
    const day = draws((random) => readAfterMs(1, random));
    expect(share(day, (after) => after === null)).toBeCloseTo(0.15, 2);
    const [least, most] = [day, draws((random) => readAfterMs(6, random))].map((all) => {
      const times = all.filter((after) => after !== null);
      return [Math.min(...times), Math.max(...times)];
    }) as [[number, number], [number, number]];
    expect(least[0]).toBeGreaterThanOrEqual(3_000);
    expect(least[1]).toBeLessThanOrEqual(45_000);
    expect(most[0]).toBeGreaterThanOrEqual(18_000);
    expect(most[1]).toBeLessThanOrEqual(270_000);
  });

  test("is never read before the grace is over, at once without pauses, never in notification-max", () => {
    const due = (behavior: Parameters<typeof behaviorOf>[0], factor: number | null) =>
      readDueAt(behaviorOf(behavior), factor, NOW, () => 0.5);
    expect(due({}, null)).toBe(NOW + 2_000);
    expect(due({}, 1)).toBe(NOW + 24_000);
    expect(due({ behaviorProfile: "notification-balanced" }, null)).toBe(NOW + 12_000);
    expect(due({ behaviorProfile: "notification-balanced", notificationGraceMs: 60_000 }, 1)).toBe(NOW + 60_000);
    expect(due({ delayEnabled: false }, 6)).toBe(NOW);
    expect(due({ behaviorProfile: "notification-max" }, 1)).toBe("never");
  });

  test("that was left unread is read with the next one of its chat", () => {
    const { store } = guardedNumber();
    const unread = (messageId: string, chatId: string) => ({ messageId, chatId, address: chatId, participant: null });
    store.chats.addUnread(unread("left", "1"), null);
    store.chats.addUnread(unread("other", "2"), null);
    expect([store.chats.dueUnread(NOW), store.chats.nextUnreadAt()]).toEqual([[], null]);
    store.chats.addUnread(unread("next", "1"), NOW);
    expect(store.chats.dueUnread(NOW).map(({ messageId }) => messageId)).toEqual(["next", "left"]);
    expect(store.chats.unreadOf("2")).toHaveLength(1);
  });
});

test("a number is online nine times in ten by day, once in six at four in the morning, for 10 to 30 minutes each", () => {
  const [day, night] = [draws((random) => nextSpell(1, random)), draws((random) => nextSpell(6, random))];
  expect(share(day, ({ available }) => available)).toBeCloseTo(0.9, 2);
  expect(share(night, ({ available }) => available)).toBeCloseTo(1 / 6, 2);
  expect(day.every(({ ms }) => ms >= 10 * MINUTE_MS && ms <= 30 * MINUTE_MS)).toBe(true);
});
