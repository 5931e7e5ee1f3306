import { describe, expect, test } from "vitest";
import {
  apiStatus,
  closed,
  connecting,
  isWanted,
  NEVER_CONNECTED,
  opened,
  paired,
  reconnectDelayMs,
  restarted,
  retrying,
  stopped,
  unlinked,
} from "../../../src/connection/connection-state.ts";
import type { Connection } from "../../../src/store/instance-table.ts";

const NOW = Date.parse("2026-11-01T12:00:00.000Z");
const MINUTE = 60_000;
const NEVER_LINKED = { mode: "qr", phone: null } as const;

const connection = (fields: Partial<Connection>): Connection => ({ ...NEVER_CONNECTED, ...fields });

/** A linked number, online for `forMs`. */
const online = (forMs: number, fields: Partial<Connection> = {}): Connection =>
  connection({ phase: "online", epoch: 7, linked: true, phone: "491", lid: "99", connectedAt: NOW - forMs, ...fields });

const linking = (deadline: number, fields: Partial<Connection> = {}): Connection =>
  connection({ phase: "opening", epoch: 1, linking: { ...NEVER_LINKED, deadline }, ...fields });

const end = (code: number | null, text = "") => ({ code, text });

describe("asking to connect", () => {
  test("starts linking for three minutes when nothing is linked", () => {
    expect(connecting(NEVER_CONNECTED, { mode: "code", phone: "491" }, NOW)).toEqual(
      connection({
        phase: "opening",
        epoch: 1,
        linking: { mode: "code", phone: "491", deadline: NOW + 3 * MINUTE },
      }),
    );
  });

  test("logs in when a device is linked, with the failures of the past forgotten", () => {
    const before = connection({ linked: true, phone: "491", epoch: 4, attempt: 6, retryAt: NOW + 1 });
    expect(connecting(before, NEVER_LINKED, NOW)).toEqual({
      ...before,
      phase: "opening",
      epoch: 5,
      attempt: 0,
      retryAt: null,
    });
  });
});

describe("linking", () => {
  test("is over once the phone accepted the device", () => {
    expect(paired(linking(NOW))).toEqual(connection({ phase: "opening", epoch: 1, linked: true }));
  });

  test("is tried again while its time runs, and keeps its deadline", () => {
    const state = linking(NOW + 1);
    expect(closed(state, end(428), NOW, 0)).toMatchObject({
      state: { phase: "waiting", linking: state.linking, lastDisconnect: { nextAction: "reconnect" } },
      retryAt: NOW + 500,
    });
  });

  test("stops at its deadline, whatever closed the session, and wants to be started anew", () => {
    expect(closed(linking(NOW, { attempt: 3 }), end(428), NOW, 0)).toEqual({
      state: connection({
        epoch: 1,
        lastDisconnect: {
          reason: "connection_closed",
          code: 428,
          message: "The connection to WhatsApp was closed.",
          nextAction: "link_again",
          at: "2026-11-01T12:00:00.000Z",
        },
      }),
      clearAuth: false,
      retryAt: null,
    });
  });

  test("stops when nobody scanned any of the QR codes", () => {
    const verdict = closed(linking(NOW + MINUTE), end(408, "QR refs attempts ended"), NOW, 0);
    expect(verdict.state).toMatchObject({
      phase: "idle",
      linking: null,
      lastDisconnect: { reason: "link_expired", nextAction: "link_again" },
    });
  });
});

describe("logging in", () => {
  test("makes the number online under the phone and LID it logged in with", () => {
    const before = linking(NOW, { attempt: 2, retryAt: NOW });
    expect(opened(before, { phone: "491", lid: "99" }, NOW)).toEqual(
      connection({ phase: "online", epoch: 1, attempt: 2, linked: true, phone: "491", lid: "99", connectedAt: NOW }),
    );
  });

  test("does not forget a known LID", () => {
    expect(opened(connection({ lid: "99" }), { phone: "491", lid: null }, NOW).lid).toBe("99");
  });

  test("waits at most 16 s after a connection that opened, however often it broke; longer where none opens", () => {
    const broken = opened(connection({ attempt: 9 }), { phone: "491", lid: null }, NOW - 1_000);
    expect(closed(broken, end(503), NOW, 1).retryAt).toBe(NOW + 16_000);
    const neverOpen = connection({ phase: "opening", attempt: 9, connectedAt: null });
    expect(closed(neverOpen, end(503), NOW, 1).retryAt).toBe(NOW + 300_000);
  });

  test("leaves the failures in a row alone: a connection has to last before it counts as good", () => {
    const flapping = opened(connection({ attempt: 3 }), { phone: "491", lid: null }, NOW - MINUTE + 1);
    expect(closed(flapping, end(428), NOW, 0).state.attempt).toBe(4);
    const stable = opened(connection({ attempt: 3 }), { phone: "491", lid: null }, NOW - MINUTE);
    expect(closed(stable, end(428), NOW, 0).state.attempt).toBe(1);
  });
});

describe("a lost connection", () => {
  test("is opened again after a pause", () => {
    const before = online(2 * MINUTE);
    expect(closed(before, end(503), NOW, 0.5)).toEqual({
      state: {
        ...before,
        phase: "waiting",
        attempt: 1,
        retryAt: NOW + 750,
        connectedAt: null,
        lastDisconnect: {
          reason: "server_busy",
          code: 503,
          message: "WhatsApp is not available at the moment.",
          nextAction: "reconnect",
          at: "2026-11-01T12:00:00.000Z",
        },
      },
      clearAuth: false,
      retryAt: NOW + 750,
    });
  });

  test("is opened at once when WhatsApp asks for a new connection after linking", () => {
    const verdict = closed(paired(linking(NOW + MINUTE)), end(515), NOW, 0.9);
    expect(verdict).toMatchObject({ state: { phase: "waiting", linked: true, retryAt: NOW }, retryAt: NOW });
  });

  test("is opened with growing pauses when WhatsApp keeps asking for a new connection", () => {
    let state = online(0);
    const pauses: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      const verdict = closed(state, end(515), NOW, 0);
      pauses.push((verdict.retryAt ?? Number.NaN) - NOW);
      state = opened(retrying(verdict.state), { phone: "491", lid: null }, NOW);
    }
    expect(pauses).toEqual([0, 0, 0, 4_000, 8_000, 8_000]);
  });

  test("opens under a new epoch, for the same purpose", () => {
    const waiting = linking(NOW + MINUTE, { phase: "waiting", attempt: 2, retryAt: NOW, epoch: 3 });
    expect(retrying(waiting)).toEqual({ ...waiting, phase: "opening", retryAt: null, epoch: 4 });
  });
});

describe("an end that needs a person", () => {
  test("401 wipes the credentials and asks for a new link", () => {
    expect(closed(online(MINUTE), end(401), NOW, 0)).toEqual({
      state: connection({
        epoch: 7,
        lastDisconnect: {
          reason: "logged_out",
          code: 401,
          message: "The phone removed this device; link the number again.",
          nextAction: "link_again",
          at: "2026-11-01T12:00:00.000Z",
        },
      }),
      clearAuth: true,
      retryAt: null,
    });
  });

  test("440 stays disconnected but linked, for the other connection would be pushed out in turn", () => {
    const verdict = closed(online(MINUTE), end(440), NOW, 0);
    expect(verdict).toMatchObject({
      state: { phase: "idle", linked: true, phone: "491", attempt: 0, lastDisconnect: { nextAction: "none" } },
      clearAuth: false,
      retryAt: null,
    });
  });
});

describe("asking to disconnect", () => {
  test("ends whatever is under way and makes the old session void", () => {
    const before = online(MINUTE, { attempt: 4, retryAt: NOW });
    expect(stopped(before)).toEqual({
      ...before,
      phase: "idle",
      attempt: 0,
      retryAt: null,
      connectedAt: null,
      epoch: 8,
    });
  });

  test("with wiped credentials nothing tells of the old phone", () => {
    expect(unlinked(stopped(online(MINUTE)))).toEqual(connection({ epoch: 8 }));
  });
});

describe("an object that lost its memory", () => {
  test.each(["online", "opening"] as const)("is to reconnect at once when it was %s", (phase) => {
    const before = online(MINUTE, { phase });
    expect(restarted(before, NOW)).toEqual({ ...before, phase: "waiting", retryAt: NOW, connectedAt: null, epoch: 8 });
  });

  test("keeps the appointment it had when it was waiting", () => {
    const before = online(MINUTE, { phase: "waiting", retryAt: NOW + MINUTE });
    expect(restarted(before, NOW)).toBe(before);
  });

  test("stays disconnected when it was", () => {
    expect(restarted(NEVER_CONNECTED, NOW)).toBe(NEVER_CONNECTED);
  });
});

describe("the pause before a retry", () => {
  test("doubles from one second to five minutes", () => {
    const pauses = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 40, 4_000].map((attempt) => reconnectDelayMs(attempt, 1 - 1e-9));
    expect(pauses).toEqual(
      [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300].map((seconds) => Math.round(seconds * 1_000 * (1 - 5e-10))),
    );
  });

  test("is between half and all of it", () => {
    expect([0, 0.25, 0.5, 0.75].map((random) => reconnectDelayMs(3, random))).toEqual([4_000, 5_000, 6_000, 7_000]);
  });
});

test("every phase but idle is wanted, and shown as connecting until it is online", () => {
  const shown = (["idle", "opening", "waiting", "online"] as const).map((phase) => {
    const state = connection({ phase });
    return [phase, isWanted(state), apiStatus(state)];
  });
  expect(shown).toEqual([
    ["idle", false, "disconnected"],
    ["opening", true, "connecting"],
    ["waiting", true, "connecting"],
    ["online", true, "connected"],
  ]);
});
