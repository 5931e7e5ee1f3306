import { describe, expect, test } from "vitest";
import type { KeeperDeps } from "../../../src/connection/connection-keeper.ts";
import { ok, refuse } from "../../../src/errors.ts";
import type { WhatsAppVersion } from "../../../src/whatsapp/session.ts";
import { keptNumber, NOW, storedSecrets, storeLinkedCredentials } from "./support.ts";

const OPEN = { type: "open", phone: "491", lid: "99", name: "Shop" } as const;
const HEARTBEAT = NOW + 30_000;
const WRONG = refuse("misconfigured", "The setting WHATSAPP_URL is wrong.");

const closed = (code: number | null, text = "") => ({ type: "closed", end: { code, text } }) as const;
const ack = (messageId: string) => ({ type: "ack", messageId, error: null }) as const;

/** A number that is linked and online. */
function onlineNumber(options: Parameters<typeof keptNumber>[0] = {}) {
  const number = keptNumber({ ...options, connection: { linked: true, phone: "491", ...options.connection } });
  storeLinkedCredentials(number.storage);
  number.keeper.connect();
  number.whatsApp.latest.emit(OPEN);
  return number;
}

describe("connecting", () => {
  test("opens one session under a new epoch, and sets the heartbeat", () => {
    const { keeper, whatsApp, world } = keptNumber();
    expect(keeper.connect()).toEqual(ok({ started: true }));
    expect(world.state).toMatchObject({ phase: "opening", epoch: 1, linking: { mode: "qr", phone: null } });
    expect(whatsApp.sessions).toHaveLength(1);
    expect(whatsApp.latest.deps.isCurrent()).toBe(true);
    expect(world.wakeUps).toEqual({ heartbeat: HEARTBEAT });
  });

  test("a second time starts nothing", () => {
    const { keeper, whatsApp } = keptNumber();
    keeper.connect();
    expect(keeper.connect()).toEqual(ok({ started: false }));
    expect(whatsApp.sessions).toHaveLength(1);
  });

  test("with a wrong setting is refused and changes nothing", () => {
    const { keeper, whatsApp, world } = keptNumber({ deps: { endpoint: () => WRONG } });
    expect(keeper.connect()).toEqual(WRONG);
    expect(whatsApp.sessions).toEqual([]);
    expect(world).toMatchObject({ phases: [], wakeUps: {} });
  });

  test("stops when a setting went wrong before a retry", () => {
    let endpoint: ReturnType<KeeperDeps["endpoint"]> = ok({
      url: "ws://127.0.0.1:1/ws/chat",
      rootKey: null,
      version: null,
    });
    const { keeper, whatsApp, world } = keptNumber({ deps: { endpoint: () => endpoint } });
    keeper.connect();
    whatsApp.latest.emit(closed(428));
    endpoint = WRONG;
    world.now = world.wakeUps.reconnect ?? Number.NaN;
    keeper.reconnect();
    expect(world.state).toMatchObject({ phase: "idle", lastDisconnect: { reason: "misconfigured" } });
    expect(world.wakeUps).toEqual({});
  });

  test("goes on when a setting went wrong and was put right again, for a number that is linked", () => {
    let endpoint: ReturnType<KeeperDeps["endpoint"]> = WRONG;
    const connection = { phase: "waiting", linked: true } as const;
    const { keeper, whatsApp, world } = keptNumber({ connection, deps: { endpoint: () => endpoint } });
    keeper.reconnect();
    const lastDisconnect = { reason: "misconfigured", nextAction: "reconnect" };
    expect(world.state).toMatchObject({ phase: "waiting", lastDisconnect });
    endpoint = ok({ url: "ws://127.0.0.1:1/ws/chat", rootKey: null, version: null });
    world.now = world.wakeUps.reconnect ?? Number.NaN;
    keeper.reconnect();
    expect(world.state.phase).toBe("opening");
    expect(whatsApp.sessions).toHaveLength(1);
  });

  test("shows each QR, and none once it was scanned", () => {
    const { keeper, whatsApp, world } = keptNumber();
    keeper.connect();
    whatsApp.latest.emit({ type: "qr", text: "first" });
    whatsApp.latest.emit({ type: "qr", text: "second" });
    expect(keeper.qr).toBe("second");
    expect(world.shown).toEqual([
      { qr: "first", pairingCode: null },
      { qr: "second", pairingCode: null },
    ]);
    whatsApp.latest.emit({ type: "paired" });
    expect(keeper.qr).toBeNull();
    expect(world.state).toMatchObject({ linked: true, linking: null });
  });

  test("after linking, the connection WhatsApp asks for is opened without delay", () => {
    const { keeper, storage, whatsApp, world } = keptNumber();
    keeper.connect();
    whatsApp.latest.emit({ type: "paired" });
    storeLinkedCredentials(storage);
    whatsApp.latest.emit(closed(515));
    expect(world.wakeUps.reconnect).toBe(NOW);
    keeper.reconnect();
    whatsApp.latest.emit(OPEN);
    expect(whatsApp.sessions).toHaveLength(2);
    expect(world.state).toMatchObject({ phase: "online", epoch: 2, linked: true, phone: "491", lid: "99" });
    expect(world.timesOnline).toBe(1);
    expect(keeper.online).toBe(whatsApp.latest);
  });

  test("a link that was stored but not yet noted when the session ended still counts", () => {
    const { keeper, storage, whatsApp, world } = keptNumber();
    keeper.connect();
    storeLinkedCredentials(storage);
    whatsApp.latest.emit(closed(515));
    expect(world.state.linked).toBe(true);
  });

  test("nothing can be sent before the number is online", () => {
    const { keeper } = keptNumber();
    keeper.connect();
    expect(keeper.online).toBeNull();
  });
});

describe("a lost session", () => {
  test("is opened again when its retry is due, not before", () => {
    const { keeper, whatsApp, world } = onlineNumber();
    whatsApp.latest.emit(closed(503));
    expect(world.state).toMatchObject({ phase: "waiting", retryAt: NOW + 500 });
    expect(world.wakeUps).toEqual({ heartbeat: HEARTBEAT, reconnect: NOW + 500 });

    world.now = NOW + 499;
    keeper.reconnect();
    expect(whatsApp.sessions).toHaveLength(1);
    expect(world.wakeUps.reconnect).toBe(NOW + 500);

    world.now = NOW + 500;
    keeper.reconnect();
    expect(whatsApp.sessions).toHaveLength(2);
    expect(world.state).toMatchObject({ phase: "opening", epoch: 2 });
    expect(world.wakeUps).toEqual({ heartbeat: world.now + 30_000 });
  });

  test("that vanished without a word is found missing by the heartbeat", () => {
    const forgotten = keptNumber({ connection: { phase: "waiting", linked: true, epoch: 4, retryAt: NOW } });
    forgotten.keeper.heartbeat();
    expect(forgotten.whatsApp.sessions).toHaveLength(1);
    expect(forgotten.world.state).toMatchObject({ phase: "opening", epoch: 5 });
    expect(forgotten.world.wakeUps).toEqual({ heartbeat: HEARTBEAT });
  });

  test("the heartbeat leaves a session alone that is there, and goes on beating", () => {
    const { keeper, whatsApp, world } = onlineNumber();
    delete world.wakeUps.heartbeat;
    keeper.heartbeat();
    expect(whatsApp.sessions).toHaveLength(1);
    expect(world.wakeUps).toEqual({ heartbeat: HEARTBEAT });
  });

  test("the heartbeat does not hurry a retry, but sees to it that it comes", () => {
    const { keeper, whatsApp, world } = onlineNumber();
    whatsApp.latest.emit(closed(503));
    world.wakeUps = {};
    keeper.heartbeat();
    expect(whatsApp.sessions).toHaveLength(1);
    expect(world.wakeUps).toEqual({ heartbeat: HEARTBEAT, reconnect: NOW + 500 });
  });

  test("a late heartbeat or retry of a number that was told to disconnect does nothing", () => {
    const { keeper, whatsApp, world } = onlineNumber();
    keeper.disconnect();
    keeper.heartbeat();
    keeper.reconnect();
    expect(whatsApp.sessions).toHaveLength(1);
    expect(world.wakeUps).toEqual({});
  });

  test("whose credentials WhatsApp no longer accepts is wiped and not opened again", () => {
    const { storage, whatsApp, world } = onlineNumber();
    whatsApp.latest.emit(closed(401));
    expect(storedSecrets(storage)).toBe(0);
    expect(world.state).toMatchObject({ phase: "idle", linked: false, phone: null });
    expect(world.wakeUps).toEqual({});
  });

  test("that another connection replaced keeps its credentials and stays away", () => {
    const { keeper, storage, whatsApp, world } = onlineNumber();
    whatsApp.latest.emit(closed(440));
    expect(storedSecrets(storage)).toBe(2);
    expect(world).toMatchObject({ state: { phase: "idle", linked: true }, wakeUps: {} });
    expect(keeper.connect()).toEqual(ok({ started: true }));
  });
});

describe("the epoch fence", () => {
  test("an old session's events are refused, and it is told that it is over", () => {
    const { keeper, whatsApp, world } = onlineNumber();
    const old = whatsApp.latest;
    keeper.disconnect();
    keeper.connect();
    const before = structuredClone(world);

    expect(old.deps.isCurrent()).toBe(false);
    for (const event of [
      OPEN,
      closed(401),
      { type: "paired" } as const,
      ack("A"),
      { type: "qr", text: "x" } as const,
    ]) {
      old.emit(event);
    }
    expect(world).toEqual(before);
    expect(keeper.qr).toBeNull();
  });

  test("every new session has an epoch of its own", () => {
    const { keeper, whatsApp, world } = onlineNumber();
    const epochs = [world.state.epoch];
    for (let round = 0; round < 3; round += 1) {
      whatsApp.latest.emit(closed(428));
      world.now = world.wakeUps.reconnect ?? Number.NaN;
      keeper.reconnect();
      epochs.push(world.state.epoch);
    }
    expect(epochs).toEqual([1, 2, 3, 4]);
    expect(whatsApp.sessions.map((session) => session.deps.isCurrent())).toEqual([false, false, false, true]);
  });
});

describe("traffic", () => {
  test("is handed on as it came", () => {
    const { whatsApp, world } = onlineNumber();
    const identity = { type: "identity", phone: "492", lid: "77" } as const;
    whatsApp.latest.emit(ack("A"));
    whatsApp.latest.emit(identity);
    expect(world.traffic).toEqual([ack("A"), identity]);
  });
});

describe("a number that was refused for the version it claimed", () => {
  const HOUR = 60 * 60 * 1_000;
  const claiming = (version: WhatsAppVersion | null) => ok({ url: "ws://127.0.0.1:1/ws/chat", rootKey: null, version });

  /** Refused while the deployment claims what is usual, 2.3000.1. */
  function outdatedNumber() {
    const world = { endpoint: claiming(null) as ReturnType<KeeperDeps["endpoint"]> };
    const number = onlineNumber({ deps: { endpoint: () => world.endpoint } });
    number.whatsApp.latest.emit(closed(405));
    const looks = (): void => {
      number.world.now += HOUR;
      delete number.world.wakeUps.update;
      number.keeper.update();
    };
    return { ...number, claims: (endpoint: typeof world.endpoint) => void Object.assign(world, { endpoint }), looks };
  }

  test("stays disconnected as long as the same one is claimed, and looks every hour", () => {
    const { whatsApp, world, looks, claims } = outdatedNumber();
    expect(world).toMatchObject({ state: { phase: "idle", linked: true }, wakeUps: { update: NOW + HOUR } });
    looks();
    claims(claiming([2, 3000, 1]));
    looks();
    claims(WRONG);
    looks();
    expect(world).toMatchObject({ state: { phase: "idle" }, wakeUps: { update: NOW + 4 * HOUR } });
    expect(whatsApp.sessions).toHaveLength(1);
  });

  test("connects by itself when another one is claimed", () => {
    const { whatsApp, world, looks, claims } = outdatedNumber();
    claims(claiming([2, 3000, 2]));
    looks();
    expect(whatsApp.sessions).toHaveLength(2);
    expect(world.state.phase).toBe("opening");
    expect(world.wakeUps.update).toBeUndefined();
    whatsApp.latest.emit(OPEN);
    expect(world.state).toMatchObject({ phase: "online", refusedVersion: null });
  });

  test("stays disconnected when somebody wants it so", () => {
    const { keeper, whatsApp, world, looks, claims } = outdatedNumber();
    keeper.disconnect();
    expect(world.wakeUps).toEqual({});
    claims(claiming([2, 3000, 2]));
    looks();
    expect([whatsApp.sessions.length, world.wakeUps]).toEqual([1, {}]);
  });

  test("looks for nothing when it is not linked", () => {
    const { keeper, whatsApp, world } = keptNumber();
    keeper.connect();
    whatsApp.latest.emit(closed(405));
    expect(world).toMatchObject({ state: { phase: "idle" }, wakeUps: {} });
  });
});

describe("disconnecting", () => {
  test("closes the session, keeps the link and clears the wake-ups", () => {
    const { keeper, storage, whatsApp, world } = onlineNumber();
    keeper.disconnect();
    expect(whatsApp.latest.isClosed).toBe(true);
    expect(keeper.online).toBeNull();
    expect(storedSecrets(storage)).toBe(2);
    expect(world).toMatchObject({ state: { phase: "idle", linked: true, phone: "491" }, wakeUps: {} });
  });

  test("and clearing the credentials leaves no key behind", () => {
    const { keeper, storage, world } = onlineNumber();
    keeper.clearAuth();
    expect(storedSecrets(storage)).toBe(0);
    expect(world.state).toMatchObject({ phase: "idle", linked: false, phone: null, lid: null });
  });

  test("and revoking has WhatsApp forget the device first", async () => {
    const { keeper, storage, whatsApp, world } = onlineNumber();
    await keeper.revoke();
    expect(whatsApp.latest).toMatchObject({ loggedOut: true, isClosed: true });
    expect(storedSecrets(storage)).toBe(0);
    expect(world.state).toMatchObject({ phase: "idle", linked: false, lastDisconnect: null });
  });

  test("revoking wipes the credentials even if WhatsApp cannot be told, and says so", async () => {
    const script = { logout: () => Promise.reject(new Error("gone")) };
    const { keeper, storage, whatsApp, world } = onlineNumber({ script });
    await keeper.revoke();
    expect(whatsApp.latest.isClosed).toBe(true);
    expect(storedSecrets(storage)).toBe(0);
    expect(world.logs).toContainEqual(["warning", "WhatsApp could not be told; remove the device on the phone"]);
  });
});
