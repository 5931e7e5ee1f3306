import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PairingCode } from "../../../src/connection/pairing-code.ts";
import { ok } from "../../../src/errors.ts";
import { keptNumber, NOW } from "./support.ts";

const QR = { type: "qr", text: "https://wa.me/settings/linked_devices#2@a" } as const;
const LOST = { type: "closed", end: { code: 428, text: "" } } as const;
const TOO_LATE = {
  ok: false,
  error: {
    code: "unavailable",
    error: "WhatsApp did not give a pairing code in time.",
    hint: "Try again in a few seconds; the attempt goes on.",
    retryAfterMs: 5_000,
  },
};

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("linking by code", () => {
  test("asks for the code once the transport is up, and shows no QR", async () => {
    const { keeper, whatsApp, world } = keptNumber();
    const code = keeper.connectByCode("491");
    expect(whatsApp.latest.asked).toEqual([]);
    whatsApp.latest.emit(QR);
    expect(await code).toEqual(ok("ABCD-1234"));
    expect(whatsApp.latest.asked).toEqual(["491"]);
    expect([keeper.qr, keeper.pairingCode]).toEqual([null, "ABCD-1234"]);
    expect(world.shown).toEqual([{ qr: null, pairingCode: "ABCD-1234" }]);
  });

  test("asked again for the same phone, gives the same code without a new session", async () => {
    const { keeper, whatsApp } = keptNumber();
    const both = [keeper.connectByCode("491"), keeper.connectByCode("491")];
    whatsApp.latest.emit(QR);
    expect(await Promise.all(both)).toEqual([ok("ABCD-1234"), ok("ABCD-1234")]);
    whatsApp.latest.emit(QR);
    expect(await keeper.connectByCode("491")).toEqual(ok("ABCD-1234"));
    expect(whatsApp.sessions).toHaveLength(1);
    expect(whatsApp.latest.asked).toEqual(["491"]);
  });

  test("for another phone starts anew, and whoever waited for the first gets no code of the second", async () => {
    const { keeper, whatsApp } = keptNumber();
    const first = keeper.connectByCode("491");
    const second = keeper.connectByCode("492");
    expect(whatsApp.sessions.map(({ isClosed }) => isClosed)).toEqual([true, false]);
    whatsApp.latest.emit(QR);
    expect(await second).toEqual(ok("ABCD-1234"));
    expect(await first).toEqual(TOO_LATE);
    expect(whatsApp.sessions.map(({ asked }) => asked)).toEqual([[], ["492"]]);
  });

  test("takes over from linking by QR", async () => {
    const { keeper, whatsApp, world } = keptNumber();
    keeper.connect();
    whatsApp.latest.emit(QR);
    const code = keeper.connectByCode("491");
    whatsApp.latest.emit(QR);
    expect(await code).toEqual(ok("ABCD-1234"));
    expect(keeper.qr).toBeNull();
    expect(world.state.linking).toMatchObject({ mode: "code", phone: "491" });
  });

  test("gives up waiting after ten seconds, while the attempt goes on", async () => {
    const { keeper, whatsApp } = keptNumber();
    const code = keeper.connectByCode("491");
    await vi.advanceTimersByTimeAsync(9_999);
    const slow = keeper.connectByCode("491");
    await vi.advanceTimersByTimeAsync(1);
    expect(await code).toEqual(TOO_LATE);
    whatsApp.latest.emit(QR);
    expect(await slow).toEqual(ok("ABCD-1234"));
  });

  test("survives a lost connection: the code of the next session is the one that counts", async () => {
    const codes = ["AAAA1111", "BBBB2222"];
    const { keeper, whatsApp, world } = keptNumber({ script: { pairingCode: async () => codes.shift() ?? "" } });
    const first = keeper.connectByCode("491");
    whatsApp.latest.emit(QR);
    expect(await first).toEqual(ok("AAAA-1111"));
    whatsApp.latest.emit(LOST);
    expect(keeper.pairingCode).toBeNull();

    const second = keeper.connectByCode("491");
    world.now = world.wakeUps.reconnect ?? Number.NaN;
    keeper.reconnect();
    whatsApp.latest.emit(QR);
    expect(await second).toEqual(ok("BBBB-2222"));
  });

  test("a code that comes after its session was closed is not shown", async () => {
    const answer = Promise.withResolvers<string>();
    const { keeper, whatsApp, world } = keptNumber({ script: { pairingCode: () => answer.promise } });
    const code = keeper.connectByCode("491");
    whatsApp.latest.emit(QR);
    keeper.disconnect();
    answer.resolve("ABCD1234");
    expect(await code).toEqual(TOO_LATE);
    expect(keeper.pairingCode).toBeNull();
    expect(world.shown).toEqual([]);
  });

  test("a refused code is logged, and the next QR event asks again", async () => {
    const answers = [Promise.reject(new Error("rate-overlimit")), Promise.resolve("ABCD1234")];
    const { keeper, whatsApp, world } = keptNumber({
      script: { pairingCode: () => answers.shift() ?? Promise.resolve("") },
    });
    const code = keeper.connectByCode("491");
    whatsApp.latest.emit(QR);
    await vi.advanceTimersByTimeAsync(0);
    expect(world.logs).toContainEqual(["warning", "WhatsApp did not give a pairing code"]);
    whatsApp.latest.emit(QR);
    expect(await code).toEqual(ok("ABCD-1234"));
  });
});

test("whoever waits for a code learns at once that the attempt was refused for good", async () => {
  const { keeper, whatsApp } = keptNumber();
  const code = keeper.connectByCode("491");
  whatsApp.latest.emit({ type: "closed", end: { code: 405, text: "" } });
  expect(await code).toEqual(TOO_LATE);
});

describe("a number that is linked", () => {
  const linked = { linked: true, phone: "491" };

  test("logs in instead, without a code", async () => {
    const { keeper, whatsApp } = keptNumber({ connection: linked });
    expect(await keeper.connectByCode("491")).toEqual(ok(null));
    expect(whatsApp.sessions).toHaveLength(1);
    expect(await keeper.connectByCode("491")).toEqual(ok(null));
    expect(whatsApp.sessions).toHaveLength(1);
  });

  test("refuses to be linked to another phone", async () => {
    const { keeper, whatsApp } = keptNumber({ connection: linked });
    expect(await keeper.connectByCode("492")).toMatchObject({ ok: false, error: { code: "wrong_state" } });
    expect(whatsApp.sessions).toEqual([]);
  });
});

test("the code of a link attempt is void at its deadline", async () => {
  const { keeper, whatsApp, world } = keptNumber();
  const code = keeper.connectByCode("491");
  whatsApp.latest.emit(QR);
  await code;
  world.now = NOW + 180_000;
  whatsApp.latest.emit(LOST);
  expect(keeper.pairingCode).toBeNull();
  expect(world).toMatchObject({ state: { phase: "idle", lastDisconnect: { nextAction: "link_again" } }, wakeUps: {} });
});

test("a pairing code that was cleared keeps its audience, one that was abandoned sends it home", async () => {
  const code = new PairingCode();
  const first = code.wait();
  code.clear();
  code.show("AAAA1111");
  expect(await first).toBe("AAAA-1111");
  code.clear();
  const second = code.wait();
  code.abandon();
  expect(await second).toBeNull();
});
