/** How a number comes back after a restart, and how it tells its Directory how it fares. */
import { describe, expect, test } from "vitest";
import { restartJitterMs } from "../../src/connection/restart-jitter.ts";
import { inNumber, message, OPEN } from "./support/number.ts";
import { directoryOf, ORG } from "./support/objects.ts";

const WINDOW = { RECONNECT_JITTER_SECONDS: "300" };
const WINDOW_MS = 300_000;

describe("after a restart with numbers to be considerate of", () => {
  test("a number waits for its turn, which its name decides; the heartbeat does not cut in", () =>
    inNumber(
      "jitter-waits",
      async ({ number, whatsApp, reborn }) => {
        number.keeper.connect();
        whatsApp.latest.emit(OPEN);
        const before = Date.now();
        const next = reborn();
        const { phase, retryAt } = next.number.state?.connection ?? {};
        expect(phase).toBe("waiting");
        const turn = restartJitterMs(`${ORG}/jitter-waits`, WINDOW_MS);
        expect((retryAt ?? 0) - before - turn).toBeGreaterThanOrEqual(0);
        expect((retryAt ?? 0) - before - turn).toBeLessThan(5_000);
        next.number.keeper.heartbeat();
        await next.number.alarm();
        expect(next.whatsApp.sessions).toEqual([]);
      },
      { settings: WINDOW },
    ));

  test("one that somebody asks for connects at once, and only once", () =>
    inNumber(
      "jitter-hurries",
      async ({ number, whatsApp, reborn }) => {
        number.keeper.connect();
        whatsApp.latest.emit(OPEN);
        const next = reborn();
        next.number.upkeep.hurry();
        expect(next.whatsApp.sessions).toHaveLength(1);
        next.whatsApp.latest.emit({ type: "closed", end: { code: 503, text: "busy" } });
        const { retryAt } = next.number.state?.connection ?? {};
        // The pauses after failures are WhatsApp's business: nobody's question shortens them.
        next.number.upkeep.hurry();
        expect(next.number.state?.connection).toMatchObject({ phase: "waiting", retryAt });
        expect(next.whatsApp.sessions).toHaveLength(1);
      },
      { settings: WINDOW },
    ));

  test("one that is disconnected while it waits stays so", () =>
    inNumber(
      "jitter-disconnected",
      async ({ number, whatsApp, reborn }) => {
        number.keeper.connect();
        whatsApp.latest.emit(OPEN);
        const next = reborn();
        next.number.keeper.disconnect();
        next.number.upkeep.hurry();
        await next.number.alarm();
        expect([next.number.state?.connection.phase, next.whatsApp.sessions]).toEqual(["idle", []]);
      },
      { settings: WINDOW },
    ));
});

describe("what a number reports", () => {
  const metricsOf = async (id: string) => (await directoryOf().metrics({ ids: [id] }))[0];

  test("reaches the Directory after an alarm, and goes on from there after a restart", () =>
    inNumber("reports", async ({ number, whatsApp, reborn }) => {
      number.keeper.connect();
      whatsApp.latest.emit(OPEN);
      whatsApp.latest.emit({ type: "message", message: message("m1") });
      await number.upkeep.report();
      expect(await metricsOf("reports")).toMatchObject({
        status: "connected",
        report: { counters: { received: 1, connected: 1 }, waiting: 0, parked: 0 },
      });
      const next = reborn();
      await next.number.alarm();
      next.whatsApp.latest.emit(OPEN);
      next.whatsApp.latest.emit({ type: "message", message: message("m2") });
      // The look of the alarm above is a moment old: a new object's first look is told at once, the next one waits.
      await reborn().number.upkeep.report();
      expect(await metricsOf("reports")).toMatchObject({ report: { counters: { received: 2, connected: 2 } } });
    }));

  test("is told once a minute at most, and a number that is disconnected is woken to tell the rest", () =>
    inNumber("reports-later", async ({ number, storage }) => {
      await number.upkeep.report();
      const heardAt = (await metricsOf("reports-later"))?.heardAt;
      number.store.events.append("connection", null, { status: "connected" }, Date.now());
      await number.upkeep.report();
      expect(await metricsOf("reports-later")).toMatchObject({ heardAt, report: { counters: {} } });
      const due = storage.sql.exec("SELECT due_at FROM wakeups WHERE name = 'report'").one().due_at as number;
      expect(due - Date.now()).toBeGreaterThan(50_000);
      expect(due - Date.now()).toBeLessThanOrEqual(60_000);
    }));

  test("is nothing for an instance that was removed", () =>
    inNumber("reports-removed", async ({ number }) => {
      await number.remove();
      await number.upkeep.report();
      expect(await metricsOf("reports-removed")).toBeUndefined();
    }));
});
