import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { removeUnknownFiles } from "../../src/media/unknown-files.ts";
import { REMOTE_PICTURE } from "../support/remote-file.ts";
import { inNumber } from "./support/number.ts";

const DAY = 24 * 60 * 60 * 1_000;

const stored = async (): Promise<string[]> => (await env.MEDIA.list()).objects.map(({ key }) => key);

beforeEach(async () => {
  const left = await stored();
  if (left.length > 0) await env.MEDIA.delete(left);
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** The bucket knows real time only: what is put there now is looked at as from this much later. */
const later = (ms: number): void => {
  const at = Date.now() + ms;
  vi.spyOn(Date, "now").mockReturnValue(at);
};

describe("a file that nothing tells of", () => {
  test("goes after a day; those of messages, of the history, uploads and those of others stay", () =>
    inNumber("unknown", async ({ number }) => {
      const file = REMOTE_PICTURE;
      const message = { id: "A", chatId: "491@s.whatsapp.net", direction: "inbound" } as const;
      const ofMessage = number.media.newFile();
      number.store.media.insert({ ...ofMessage, message, link: "/l", status: "stored", file, dueAt: 0 });
      const part = number.media.newFile("history");
      const notice = { id: "H", kind: "recent", progress: null, inline: null, file } as const;
      number.store.history.add(notice as never, true, Date.now());
      number.store.history.fetched("H", part.key);
      const kept = [
        ofMessage.key,
        part.key,
        `default/unknown/uploads/${Date.now()}-a.pdf`,
        "default/unknown2/media/a",
        "other/unknown/media/a",
      ];
      const unknown = [number.media.newFile().key, number.media.newFile("history").key];
      for (const key of [...kept, ...unknown]) await env.MEDIA.put(key, "file");
      // The message itself, without which retention removes the file.
      vi.spyOn(number.store.media, "orphans").mockReturnValue([]);
      await number.media.prune();
      expect((await stored()).sort()).toEqual([...kept, ...unknown].sort());
      later(2 * DAY);
      await number.media.prune();
      expect((await stored()).sort()).toEqual(kept.sort());
    }));

  test("is looked for once a day", () =>
    inNumber("daily", async ({ number }) => {
      const list = vi.spyOn(env.MEDIA, "list");
      const looks = (): number => list.mock.calls.filter(([options]) => options?.prefix === "default/daily/").length;
      await number.media.prune();
      await number.media.prune();
      expect(looks()).toBe(1);
      later(DAY);
      await number.media.prune();
      expect(looks()).toBe(2);
    }));
});

test("many files are looked through a page at a time", async () => {
  for (let index = 0; index < 505; index += 1) await env.MEDIA.put(`default/many/media/${index}`, "file");
  const known = (keys: readonly string[]): Set<string> => new Set(keys.filter((key) => key.endsWith("/7")));
  const look = { known, now: Date.now() + 2 * DAY };
  const cursor = await removeUnknownFiles(env.MEDIA, "default/many/", { ...look, cursor: undefined });
  expect(await stored()).toHaveLength(5 + 1);
  expect(await removeUnknownFiles(env.MEDIA, "default/many/", { ...look, cursor: cursor ?? undefined })).toBeNull();
  expect(await stored()).toEqual(["default/many/media/7"]);
});
