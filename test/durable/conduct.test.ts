import { afterEach, describe, expect, test, vi } from "vitest";
import { sendMessage } from "../../src/sending/send-message.ts";
import type { ReceivedMessage } from "../../src/whatsapp/session.ts";
import { inNumber, message, OPEN } from "./support/number.ts";
import { soon } from "./support/soon.ts";

afterEach(() => void vi.restoreAllMocks());

const off = { enabled: false };
const NO_LIMITS = { warmup: off, contactGraph: off, reconnectThrottle: off };
/** Chance that never lets happen what is rare, and never what is likely. */
const UNLIKELY = 0.999;

describe("a number with the module presence", () => {
  test("is not online at once; out of sight it appears before it types, and only then", () => {
    vi.spyOn(Math, "random").mockReturnValue(UNLIKELY);
    return inNumber("presence", async ({ number, whatsApp }) => {
      const presence = { enabled: true, circadianProfile: "always_on" } as const;
      number.conduct.configure({ enabled: true, modules: { ...NO_LIMITS, presence } });
      number.keeper.connect();
      expect(whatsApp.latest.deps.markOnline()).toBe(false);
      whatsApp.latest.emit(OPEN);
      await soon(() => expect(whatsApp.latest.seen).toEqual(["offline"]));
      const sent = sendMessage(
        { kind: "text", to: "491", text: "hi", wishes: { typingSimulation: true } },
        number.sending,
      );
      await soon(() => expect(whatsApp.latest.sent).toHaveLength(1));
      expect(whatsApp.latest.seen).toEqual([
        "offline",
        "online",
        "types 491@s.whatsapp.net",
        "stops 491@s.whatsapp.net",
      ]);
      whatsApp.latest.emit({ type: "ack", messageId: whatsApp.latest.sent[0]?.id ?? "", error: null });
      expect(await sent).toMatchObject({ ok: true, value: { status: "sent" } });
      number.conduct.stop();
    });
  });

  test("is online at once without it, and as its profile says when that is changed", () =>
    inNumber("visible", async ({ number, whatsApp }) => {
      number.keeper.connect();
      expect(whatsApp.latest.deps.markOnline()).toBe(true);
      whatsApp.latest.emit(OPEN);
      await number.update({ behaviorSettings: { behaviorProfile: "notification-max" } });
      await soon(() => expect(whatsApp.latest.seen).toEqual(["offline"]));
      await number.update({ behaviorSettings: { behaviorProfile: "bot-native" } });
      await soon(() => expect(whatsApp.latest.seen).toEqual(["offline", "online"]));
    }));
});

describe("typing", () => {
  const TO = "491@s.whatsapp.net";
  const typed = { kind: "text", to: "491", text: "a text", wishes: { typingSimulation: true } } as const;

  test("is not shown for a message that may not leave: paused, handed over, opted out, or in notification-max", () =>
    inNumber("not-typed", async ({ number, whatsApp }) => {
      number.keeper.connect();
      whatsApp.latest.emit(OPEN);
      void sendMessage(typed, number.sending);
      await soon(() => expect(whatsApp.latest.seen).toContain(`types ${TO}`));
      const [queued] = number.store.messages.queued(1);
      if (!queued) throw new Error("Nothing waits");
      const shown = async (isReply = false): Promise<boolean> => {
        const before = whatsApp.latest.seen.length;
        await number.conduct.showTyping({ ...queued, isReply });
        return whatsApp.latest.seen.slice(before).includes(`types ${TO}`);
      };
      expect(await shown()).toBe(true);
      number.conduct.guard.setPaused(true);
      expect(await shown()).toBe(false);
      number.conduct.guard.setPaused(false);
      number.conduct.handoff.set(TO, true);
      expect([await shown(), await shown(true)]).toEqual([true, false]);
      number.conduct.handoff.set(TO, false);
      number.store.chats.optOuts.add(TO, Date.now());
      expect(await shown()).toBe(false);
      number.store.chats.optOuts.remove(TO);
      await number.update({ behaviorSettings: { behaviorProfile: "notification-max" } });
      expect(await shown()).toBe(false);
    }));

  test("ends when the message is held back at the last moment, and the message leaves when it may", () =>
    inNumber("typed-in-vain", async ({ number, whatsApp }) => {
      number.keeper.connect();
      whatsApp.latest.emit(OPEN);
      void sendMessage(typed, number.sending);
      await soon(() => expect(whatsApp.latest.seen).toContain(`types ${TO}`));
      number.conduct.guard.setPaused(true);
      await soon(() => expect(whatsApp.latest.seen.at(-1)).toBe(`stops ${TO}`));
      expect(whatsApp.latest.sent).toEqual([]);
      number.conduct.guard.setPaused(false);
      await soon(() => expect(whatsApp.latest.sent).toHaveLength(1));
    }));
});

describe("somebody who asked not to be contacted", () => {
  test("stays on the list whatever they do with old messages, and leaves it when they write", () =>
    inNumber("opt-out", async ({ number, whatsApp }) => {
      number.keeper.connect();
      whatsApp.latest.emit(OPEN);
      number.conduct.configure({ optOutKeywords: ["STOP"] });
      const says = (id: string, content: Partial<ReceivedMessage["content"]>) => {
        const base = { type: "text", text: "", quoted: null, unsupported: false } as const;
        whatsApp.latest.emit({ type: "message", message: message(id, { content: { ...base, ...content } }) });
        return number.conduct.views.optOuts().length;
      };
      expect(says("m1", { text: "Stop." })).toBe(1);
      const about = { messageId: "m1" };
      expect(says("m2", { type: "reaction", text: "👎", details: { reaction: { ...about, emoji: "👎" } } })).toBe(1);
      expect(says("m3", { type: "edit", text: "Stop it", details: { edited: about } })).toBe(1);
      expect(says("m4", { type: "delete", details: { deleted: about } })).toBe(1);
      expect(says("m5", { text: "A question after all" })).toBe(0);
    }));
});

describe("the module contactMapping", () => {
  const pairs = (number: Parameters<Parameters<typeof inNumber>[1]>[0]["number"]) =>
    number.conduct.views.lidMappings({ limit: 10 }).mappings.map(({ lid, phone }) => [lid, phone]);

  test("learns the pairs that WhatsApp tells; without it, only those that a message itself names", () =>
    inNumber("mapping", async ({ number, whatsApp }) => {
      number.keeper.connect();
      whatsApp.latest.emit(OPEN);
      whatsApp.latest.emit({ type: "identity", phone: "491", lid: "71" });
      expect(pairs(number)).toEqual([["71", "491"]]);
      number.conduct.configure({ modules: { contactMapping: off } });
      whatsApp.latest.emit({ type: "identity", phone: "492", lid: "72" });
      expect(pairs(number)).toEqual([["71", "491"]]);
      const named = message("m1", { chatJid: "73@lid", altJid: "493@s.whatsapp.net" });
      whatsApp.latest.emit({ type: "message", message: named });
      expect(pairs(number)).toEqual([
        ["71", "491"],
        ["73", "493"],
      ]);
    }));
});
