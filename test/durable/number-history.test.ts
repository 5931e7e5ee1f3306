import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { deflateSync } from "node:zlib";
import { describe, expect, test, vi } from "vitest";
import { NumberHistory, type NumberHistoryDeps } from "../../src/durable/number-history.ts";
import type { Env } from "../../src/env.ts";
import { INSTANCE_MIGRATIONS } from "../../src/store/instance-migrations.ts";
import { migrate } from "../../src/store/migrate.ts";
import { openStore } from "../../src/store/store.ts";
import { proto } from "../../src/whatsapp/baileys.ts";
import type { WhatsAppSession } from "../../src/whatsapp/session.ts";
import { instanceOf } from "./support/objects.ts";
import { soon } from "./support/soon.ts";

const HOUR_MS = 60 * 60 * 1_000;
const PAIRS = { phoneNumberToLidMappings: [{ pnJid: "491@s.whatsapp.net", lidJid: "71@lid" }] };
const INLINE = deflateSync(proto.HistorySync.encode({ syncType: 0, ...PAIRS }).finish());

describe("a part of the phone's history", () => {
  test("that takes the object down with it each time is given up, and the next one is read", () =>
    runInDurableObject(instanceOf("history"), async (_, { storage }) => {
      migrate(storage, INSTANCE_MIGRATIONS);
      const store = openStore(storage.sql);
      const warnings: string[] = [];
      let now = Date.parse("2026-11-01T12:00:00.000Z");
      const adopt = vi.fn<WhatsAppSession["adopt"]>();
      const deps = {
        env: env as Env,
        store,
        transaction: (work) => storage.transactionSync(work),
        state: () => null,
        session: () => ({ adopt }) as unknown as WhatsAppSession,
        wakeAt: () => undefined,
        newFile: () => ({ id: "f", key: "k" }),
        limits: () => ({ maxBytes: 0, mediaOrigin: null }),
        warn: (text) => warnings.push(text),
        now: () => now,
      } satisfies Omit<NumberHistoryDeps, "ctx">;
      /** What a new object does after the one before has ended. */
      const wakes = () => new NumberHistory({ ...deps, ctx: {} as DurableObjectState }).pump();

      store.history.add({ id: "deadly", kind: "initial", inline: INLINE, file: null }, true, now);
      // The object ends while this is awaited.
      adopt.mockReturnValue(new Promise(() => undefined));
      for (let reads = 1; reads <= 5; reads += 1) {
        wakes();
        await soon(() => expect(adopt).toHaveBeenCalledTimes(reads));
        expect(store.history.next(now)).toBeNull();
        now += HOUR_MS;
      }

      store.history.add({ id: "good", kind: "initial", inline: INLINE, file: null }, true, now);
      adopt.mockResolvedValue(undefined);
      wakes();
      await soon(() => expect(store.history.nextDueAt()).toBeNull());
      expect(adopt).toHaveBeenCalledTimes(6);
      expect(warnings).toEqual(["a part of the phone's history could not be read"]);
    }));

  test("that comes in after its number was removed is removed from the bucket again", () =>
    runInDurableObject(instanceOf("history-removed"), async (_, { storage }) => {
      migrate(storage, INSTANCE_MIGRATIONS);
      const store = openStore(storage.sql);
      const now = Date.parse("2026-11-01T12:00:00.000Z");
      const coming = Promise.withResolvers<void>();
      const removed = Promise.withResolvers<void>();
      const download = async ({ key }: { key: string }) => {
        coming.resolve();
        await removed.promise;
        await env.MEDIA.put(key, "a part");
        return { outcome: "stored", link: null };
      };
      const history = new NumberHistory({
        ctx: { exports: { MediaMover: { download } } } as unknown as DurableObjectState,
        env: env as Env,
        store,
        transaction: (work) => storage.transactionSync(work),
        state: () => null,
        session: () => ({}) as WhatsAppSession,
        wakeAt: () => undefined,
        newFile: () => ({ id: "f", key: "default/history-removed/history/f" }),
        limits: () => ({ maxBytes: 1, mediaOrigin: null }),
        warn: () => undefined,
        now: () => now,
      });
      const file = { directPath: "/v/1", mediaKey: "a2V5", fileSha256: "AAEC", fileEncSha256: "AwQF", size: 5 };
      const discarded = vi.spyOn(env.MEDIA, "delete");
      store.history.add({ id: "late", kind: "initial", inline: null, file }, true, now);
      history.pump();
      await coming.promise;
      history.forget();
      removed.resolve();
      await soon(() => expect(discarded).toHaveBeenCalledWith("default/history-removed/history/f"));
      discarded.mockRestore();
      await soon(async () => expect(await env.MEDIA.head("default/history-removed/history/f")).toBeNull());
    }));
});
