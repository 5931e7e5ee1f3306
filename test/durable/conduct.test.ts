import { afterEach, describe, expect, test, vi } from "vitest";
import { sendMessage } from "../../src/sending/send-message.ts";
import { inNumber, message, OPEN } from "./support/number.ts";

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
      await vi.waitFor(() => expect(whatsApp.latest.seen).toEqual(["offline"]));
      const sent = sendMessage(
        { kind: "text", to: "491", text: "hi", wishes: { typingSimulation: true } },
        number.sending,
      );
      await vi.waitFor(() => expect(whatsApp.latest.sent).toHaveLength(1), 5_000);
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
      await vi.waitFor(() => expect(whatsApp.latest.seen).toEqual(["offline"]));
      await number.update({ behaviorSettings: { behaviorProfile: "bot-native" } });
      await vi.waitFor(() => expect(whatsApp.latest.seen).toEqual(["offline", "online"]));
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
