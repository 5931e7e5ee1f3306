import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { INSTANCE_MIGRATIONS } from "../../../src/store/instance-migrations.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { hasLinkedCredentials, INBOUND, openAuthStore } from "../../../src/whatsapp/auth/auth-store.ts";
import type { SignalDataSet } from "../../../src/whatsapp/baileys.ts";
import { instanceOf } from "../support/objects.ts";

type Opened = ReturnType<typeof openAuthStore>;

/** Runs a rule on an empty store inside an object of its own. */
function inStore(
  name: string,
  rule: (world: {
    store: Opened;
    storage: DurableObjectStorage;
    open: (onInbound: () => void) => Opened;
  }) => Promise<void>,
): Promise<void> {
  return runInDurableObject(instanceOf(`auth-${name}`), async (_, { storage }) => {
    migrate(storage, INSTANCE_MIGRATIONS);
    const open = (onInbound: () => void) => openAuthStore({ storage, isCurrent: () => true, onInbound });
    const store = open(() => undefined);
    store.creds.account = { details: Buffer.from("details") };
    store.saveCreds();
    await rule({ store, storage, open });
  });
}

const withMessage = (data: SignalDataSet): SignalDataSet => ({ ...data, [INBOUND]: { 1: "message" } }) as SignalDataSet;

describe("on the storage of an object", () => {
  test("credentials and keys come back as they were", () =>
    inStore("round-trip", async ({ store, storage, open }) => {
      await store.keys.set({ session: { "111.1": Buffer.from([0, 1, 255]) } });
      expect(hasLinkedCredentials(storage.sql)).toBe(true);
      const again = open(() => undefined);
      expect(again.creds).toEqual(store.creds);
      expect(await again.keys.get("session", ["111.1"])).toEqual({ "111.1": Buffer.from([0, 1, 255]) });
    }));

  test("a message that cannot be stored takes its ratchet back with it", () =>
    inStore("rollback", async ({ store, storage, open }) => {
      await store.keys.set({ session: { "111.1": Buffer.from("before") } });
      const failing = open(() => {
        storage.sql.exec("INSERT INTO logs (at, level, message) VALUES (0, 'info', 'half done')");
        throw new Error("disk full");
      });
      await expect(failing.keys.set(withMessage({ session: { "111.1": Buffer.from("after") } }))).rejects.toThrow(
        "full",
      );
      for (const { keys } of [failing, open(() => undefined)]) {
        expect(await keys.get("session", ["111.1"])).toEqual({ "111.1": Buffer.from("before") });
      }
      expect(storage.sql.exec("SELECT * FROM logs").toArray()).toEqual([]);
    }));

  test("the keys of a whole prekey upload are one write", () =>
    inStore("prekeys", async ({ store, storage }) => {
      const pair = { public: Buffer.alloc(32, 1), private: Buffer.alloc(32, 2) };
      await store.keys.set({ "pre-key": Object.fromEntries(Array.from({ length: 812 }, (_, n) => [`${n}`, pair])) });
      const query = "SELECT COUNT(*) AS rows FROM signal_keys WHERE type = 'pre-key'";
      expect(storage.sql.exec<{ rows: number }>(query).one().rows).toBe(812);
    }));
});
