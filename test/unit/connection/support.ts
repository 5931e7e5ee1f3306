/** A connection keeper on a scripted WhatsApp, a clock that stands still and SQLite in memory. */
import { ConnectionKeeper, type KeeperDeps, type KeeperWakeup } from "../../../src/connection/connection-keeper.ts";
import { NEVER_CONNECTED } from "../../../src/connection/connection-state.ts";
import { ok } from "../../../src/errors.ts";
import type { Connection } from "../../../src/store/instance-table.ts";
import { scriptedWhatsApp } from "../../support/scripted-session.ts";
import { numberStorage } from "../../support/sqlite.ts";

export const NOW = Date.parse("2026-11-01T12:00:00.000Z");

interface World {
  connection?: Partial<Connection>;
  script?: Parameters<typeof scriptedWhatsApp>[0];
  deps?: Partial<KeeperDeps>;
}

export function keptNumber({ connection = {}, script, deps = {} }: World = {}) {
  const whatsApp = scriptedWhatsApp(script);
  const storage = numberStorage();
  const world = {
    now: NOW,
    state: { ...NEVER_CONNECTED, ...connection } as Connection,
    /** Every phase that was stored, in order. */
    phases: [] as Connection["phase"][],
    wakeUps: {} as Partial<Record<KeeperWakeup, number>>,
    traffic: [] as unknown[],
    shown: [] as { qr: string | null; pairingCode: string | null }[],
    logs: [] as [string, string][],
    timesOnline: 0,
  };
  const keeper = new ConnectionKeeper({
    storage,
    openSession: whatsApp.openSession,
    endpoint: () => ok({ url: "ws://127.0.0.1:1/ws/chat", rootKey: null, version: null }),
    usualVersion: [2, 3000, 1],
    load: () => world.state,
    save(state) {
      world.state = state;
      world.phases.push(state.phase);
    },
    onTraffic: (event) => world.traffic.push(event),
    onLinkMaterial: (material) => world.shown.push(material),
    markOnline: () => true,
    onOnline() {
      world.timesOnline += 1;
    },
    log: (level, message) => world.logs.push([level, message]),
    download: async () => new Uint8Array(0),
    lookups: { ours: () => null, repeatable: () => null, received: () => null, awaited: () => [], poll: () => null },
    wake: {
      set(name, dueAt) {
        world.wakeUps[name] = dueAt;
      },
      clear(name) {
        delete world.wakeUps[name];
      },
    },
    now: () => world.now,
    random: () => 0,
    ...deps,
  });
  return { keeper, storage, whatsApp, world };
}

/** Stores credentials as a linked device has them. */
export function storeLinkedCredentials(storage: DurableObjectStorage): void {
  const creds = JSON.stringify({ account: { details: "signed" } });
  storage.sql.exec("INSERT INTO credentials (id, value) VALUES (1, ?)", creds);
  storage.sql.exec("INSERT INTO signal_keys (type, id, value) VALUES ('pre-key', '1', '{}')");
}

/** How many rows the tables of credentials and keys have. */
export function storedSecrets(storage: DurableObjectStorage): number {
  const query = "SELECT (SELECT COUNT(*) FROM credentials) + (SELECT COUNT(*) FROM signal_keys) AS rows";
  return storage.sql.exec<{ rows: number }>(query).one().rows;
}
