import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { NEVER_CONNECTED } from "../../src/connection/connection-state.ts";
import { DirectoryLink } from "../../src/durable/directory-link.ts";
import type { DirectoryRpc, InstanceSummary } from "../../src/durable/rpc.ts";
import { INSTANCE_MIGRATIONS } from "../../src/store/instance-migrations.ts";
import { migrate } from "../../src/store/migrate.ts";
import { openStore } from "../../src/store/store.ts";
import { creation, instanceOf, ORG } from "./support/objects.ts";

const NOW = Date.parse("2026-11-01T12:00:00.000Z");

interface Call {
  what: string;
  answer(error?: Error): void;
}

interface World {
  link: DirectoryLink;
  wakeUps: number[];
  /** What the Directory was asked, in order, and not yet answered first. */
  open: Call[];
  asked: string[];
  rename(name: string): void;
}

let objects = 0;

/** Runs a rule on a link whose Directory answers when the test says so. */
const inLink = (rule: (world: World) => Promise<void>) =>
  runInDurableObject(instanceOf(`link-${++objects}`), async (_, { storage }) => {
    migrate(storage, INSTANCE_MIGRATIONS);
    const store = openStore(storage.sql);
    const open: Call[] = [];
    const asked: string[] = [];
    const ask = (what: string) =>
      new Promise<void>((resolve, reject) => {
        asked.push(what);
        const call: Call = {
          what,
          answer(error) {
            open.splice(open.indexOf(call), 1);
            if (error) reject(error);
            else resolve();
          },
        };
        open.push(call);
      });
    const directory = {
      push: ({ name }: InstanceSummary) => ask(`push ${name}`),
      remove: (id: string) => ask(`remove ${id}`),
    };
    const wakeUps: number[] = [];
    const link = new DirectoryLink({
      store,
      directory: () => directory as unknown as DirectoryRpc,
      wakeAt: (dueAt) => wakeUps.push(dueAt),
      now: () => NOW,
    });
    const rename = (name: string) => {
      const { orgId: _org, ...profile } = creation("linked", { name });
      const state = { ...profile, orgId: ORG, createdAt: NOW, removing: false };
      store.instance.save({ profile: state, connection: NEVER_CONNECTED }, NOW);
    };
    rename("first");
    await rule({ link, wakeUps, open, asked, rename });
  });

describe("telling the Directory", () => {
  test("is one call at a time, and the newest state is told last, however many changes there were", () =>
    inLink(async ({ link, open, asked, rename }) => {
      const told = link.push();
      rename("second");
      void link.push();
      rename("third");
      void link.push();
      expect(open.map(({ what }) => what)).toEqual(["push first"]);
      open[0]?.answer();
      await scheduler.wait(0);
      expect(open.map(({ what }) => what)).toEqual(["push third"]);
      open[0]?.answer();
      await told;
      await link.push();
      expect(asked).toEqual(["push first", "push third"]);
    }));

  test("is tried again five seconds after it failed, with what is true by then", () =>
    inLink(async ({ link, wakeUps, open, asked, rename }) => {
      const told = link.push();
      open[0]?.answer(new Error("overloaded"));
      await told;
      expect(wakeUps).toEqual([NOW + 5_000]);
      rename("second");
      const again = link.push();
      open[0]?.answer();
      await again;
      expect(asked).toEqual(["push first", "push second"]);
    }));
});

describe("removing from the Directory", () => {
  test("waits for the call that is under way, and is the last one", () =>
    inLink(async ({ link, open, asked, rename }) => {
      void link.push();
      rename("second");
      const removed = link.remove(ORG, "linked");
      expect(asked).toEqual(["push first"]);
      open[0]?.answer();
      await scheduler.wait(0);
      expect(asked).toEqual(["push first", "remove linked"]);
      open[0]?.answer();
      await removed;
      await link.push();
      expect(asked).toHaveLength(2);
    }));

  test("does not keep an instance made anew from being told of", () =>
    inLink(async ({ link, open, asked }) => {
      const removed = link.remove(ORG, "linked");
      await scheduler.wait(0);
      open[0]?.answer();
      await removed;
      link.reopen();
      const told = link.push();
      open[0]?.answer();
      await told;
      expect(asked).toEqual(["remove linked", "push first"]);
    }));
});
