import { setImmediate } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { recordEvent } from "../../../src/events/record.ts";
import { receive } from "../../../src/inbound/receive.ts";
import type { DownloadJob, DownloadOutcome } from "../../../src/media/download-file.ts";
import { MediaKeeper } from "../../../src/media/media-keeper.ts";
import { mediaView } from "../../../src/store/media-table.ts";
import { PRUNE_START } from "../../../src/store/prune.ts";
import { openStore, type Store } from "../../../src/store/store.ts";
import type { RemoteFile } from "../../../src/whatsapp/session.ts";
import { numberStorage } from "../../support/sqlite.ts";
import { outbound } from "../sending/support.ts";

const NOW = Date.parse("2026-11-01T12:00:00.000Z");
const SECOND = 1_000;
const CHAT = "491@s.whatsapp.net";

const FILE: RemoteFile = {
  kind: "image",
  directPath: "/v/1",
  mediaKey: "a2V5",
  fileSha256: "AAEC",
  fileEncSha256: "AwQF",
  mimeType: "image/jpeg",
  size: 5,
  fileName: null,
  seconds: null,
  width: 2,
  height: 1,
  voice: false,
  gif: false,
};

let store: Store;
let world: {
  now: number;
  outcomes: DownloadOutcome[];
  again: string | null;
  jobs: DownloadJob[];
  discarded: string[];
  /** While a download runs. */
  meanwhile: () => void;
  wakeUps: number[];
};
let keeper: MediaKeeper;

beforeEach(() => {
  const storage = numberStorage();
  store = openStore(storage.sql);
  world = { now: NOW, outcomes: [], again: null, jobs: [], discarded: [], meanwhile: () => undefined, wakeUps: [] };
  keeper = new MediaKeeper({
    store,
    transaction: (work) => storage.transactionSync(work),
    async download(job) {
      world.jobs.push(job);
      await setImmediate();
      world.meanwhile();
      const outcome = world.outcomes.shift() ?? "stored";
      return { outcome, link: outcome === "stored" ? "/media/a/b" : null };
    },
    discard: async (key) => void world.discarded.push(key),
    requestAgain: async () => world.again,
    publicUrl: (link) => `https://wa.example${link}`,
    instanceId: () => "wa_1",
    record: (event) => void recordEvent(store, event, true, world.now),
    limits: () => ({ maxBytes: 100, mediaOrigin: null }),
    deliverSoon: () => undefined,
    wakeAt: (dueAt) => world.wakeUps.push(dueAt),
    now: () => world.now,
  });
  const content = { type: "image", text: "look", quoted: null, unsupported: false, file: FILE } as const;
  const newFile = () => ({ id: "f1", key: "o/i/media/f1" });
  receive(
    {
      id: "3EB0A",
      chatJid: CHAT,
      altJid: null,
      participantJid: null,
      fromMe: false,
      pushName: null,
      sentAt: NOW,
      content,
      payload: Uint8Array.of(1),
    },
    { store, instanceId: "wa_1", ownPhone: "490", hasWebhook: true, newFile, onStored: () => undefined, now: NOW },
  );
});

/** Does what is due now, to its end. */
async function pumped(): Promise<void> {
  keeper.pump();
  for (let turn = 0; turn < 5; turn += 1) await setImmediate();
}

const view = () => {
  const media = store.media.get("f1");
  return media && mediaView(media);
};
/** What was told of the file after its message. */
const later = () => store.events.page({ after: 1, limit: 10, types: null }).events;
const told = () => store.events.get(1)?.payload;
const delivered = () => store.deliveries.due(world.now, 5).length === 1;

describe("the file of a message", () => {
  test("is fetched at once; its webhook waits for it and has its link", async () => {
    expect(told()).toMatchObject({ media_id: "f1", media_url: null, media: { status: "pending" } });
    expect(delivered()).toBe(false);
    await pumped();
    expect(world.jobs).toMatchObject([{ key: "o/i/media/f1", directPath: "/v/1", maxBytes: 100 }]);
    const url = "https://wa.example/media/a/b";
    expect(told()).toMatchObject({
      media_url: url,
      media: { id: "f1", status: "stored", downloadUrl: url, sha256: "000102" },
    });
    expect(delivered()).toBe(true);
    expect(later()).toMatchObject([{ type: "message.media", chatId: CHAT, payload: { media: { status: "stored" } } }]);
  });

  test("that takes long is told without its link", () => {
    world.now += 20 * SECOND;
    expect(delivered()).toBe(true);
    expect(told()).toMatchObject({ media: { status: "pending" } });
  });

  test("is told as failed while the bucket is down, and heals when it is back", async () => {
    world.outcomes = ["unavailable", "unavailable"];
    await pumped();
    expect(told()).toMatchObject({ message: "look", media_url: null, media: { status: "failed" } });
    expect(delivered()).toBe(true);
    await pumped();
    expect(world.jobs).toHaveLength(1);
    expect(world.wakeUps.at(-1)).toBe(NOW + 10 * SECOND);
    world.now += 10 * SECOND;
    await pumped();
    expect(view()?.status).toBe("failed");
    world.now += 30 * SECOND;
    await pumped();
    expect(view()).toMatchObject({ status: "stored", link: "/media/a/b" });
    expect(told()).toMatchObject({ media: { status: "stored" } });
    const media_url = "https://wa.example/media/a/b";
    expect(later().map(({ payload }) => payload)).toMatchObject([
      { message_id: "3EB0A", instance_id: "wa_1", chat_id: CHAT, media_url: null, media: { status: "failed" } },
      { message_id: "3EB0A", instance_id: "wa_1", chat_id: CHAT, media_url, media: { status: "stored" } },
    ]);
  });

  test("that WhatsApp no longer has is asked for and fetched from its new place at once", async () => {
    world.outcomes = ["gone"];
    world.again = "/v/2";
    await pumped();
    expect(world.jobs.map(({ directPath }) => directPath)).toEqual(["/v/1", "/v/2"]);
    expect(view()?.status).toBe("stored");
  });

  test.each(["corrupt", "too_large"] as const)("that is %s is given up, until it is asked for", async (outcome) => {
    world.outcomes = [outcome];
    await pumped();
    world.now += 1_000_000 * SECOND;
    await pumped();
    expect([view()?.status, world.jobs.length]).toEqual(["failed", 1]);
    expect(keeper.retry("f1")).toEqual({ ok: true, value: { status: "pending" } });
    await pumped();
    expect(view()?.status).toBe("stored");
  });

  test("is given up after a day of attempts", async () => {
    world.outcomes = Array.from({ length: 50 }, () => "unavailable" as const);
    for (let hours = 0; hours < 48; hours += 1) {
      await pumped();
      world.now += 3_600 * SECOND;
    }
    expect([view()?.status, world.jobs.length]).toEqual(["failed", 11]);
  });

  test("belongs to that message alone, whoever else sends one under its id", () => {
    const key = { id: "3EB0A", chatId: CHAT, direction: "inbound" } as const;
    store.messages.insert(outbound("3EB0A", { ...key, chatId: "492@s.whatsapp.net", status: "received" }));
    expect(store.media.ofMessage(key)).toMatchObject({ id: "f1" });
    expect(store.media.ofMessage({ ...key, chatId: "492@s.whatsapp.net" })).toBeNull();
    store.messages.rekeyChat({ from: CHAT, to: "493@s.whatsapp.net", phone: "493", lid: "77" });
    expect(store.media.ofMessage({ ...key, chatId: "493@s.whatsapp.net" })).toMatchObject({ id: "f1" });
  });

  test("is told of in the chat that its message is in by now", async () => {
    store.contacts.learn("493", "77");
    store.events.append("message", "77@lid", { media: { status: "pending" } }, NOW);
    store.media.toldBy("f1", 2);
    await pumped();
    const chat = "493@s.whatsapp.net";
    expect(store.events.get(3)).toMatchObject({ type: "message.media", chatId: chat, payload: { chat_id: chat } });
  });

  test("is forgotten with its message, and not before", () => {
    expect(store.media.orphans(10)).toEqual([]);
    store.pruning.slice(PRUNE_START, NOW + 1, 10);
    expect(store.media.orphans(10)).toEqual([{ id: "f1", key: "o/i/media/f1" }]);
    store.media.remove(["f1"]);
    expect([store.media.get("f1"), store.media.orphans(10)]).toEqual([null, []]);
  });

  test.each([
    ["the number was removed", () => keeper.forget()],
    ["its message was removed", () => store.media.remove(["f1"])],
  ])("does not stay in the bucket when %s while it came", async (_, meanwhile) => {
    world.meanwhile = meanwhile;
    const before = told();
    await pumped();
    expect(world.discarded).toEqual(["o/i/media/f1"]);
    expect(told()).toEqual(before);
  });

  test("shows nothing of its key", () => {
    expect(JSON.stringify([view(), told()])).not.toContain(FILE.mediaKey);
  });
});

test("a file that nobody knows cannot be fetched again", () => {
  expect(keeper.retry("nothing")).toMatchObject({ ok: false, error: { code: "not_found" } });
});
