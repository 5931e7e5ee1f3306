import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { removeOldUploads } from "../../src/media/old-uploads.ts";
import { created, directoryOf } from "./support/objects.ts";

const DAY = 24 * 60 * 60 * 1_000;
const RETENTION = 30 * DAY;

/** Puts a file there as if it had been uploaded `age` ago. @returns its key */
async function uploaded(folder: string, age: number, id = "a"): Promise<string> {
  const key = `${folder}${Date.now() - age}-${id}.pdf`;
  await env.MEDIA.put(key, "file");
  return key;
}

const kept = async (): Promise<string[]> => (await env.MEDIA.list()).objects.map(({ key }) => key);

beforeEach(async () => {
  const left = await kept();
  if (left.length > 0) await env.MEDIA.delete(left);
});

describe("an upload older than its time", () => {
  test("of an instance goes with the instance's prune, and only that", async () => {
    const stub = await created("prunes");
    const young = await uploaded("default/prunes/uploads/", RETENTION - DAY);
    const others = [
      await uploaded("default/prunes/media/", RETENTION + DAY),
      await uploaded("default/prunes2/uploads/", RETENTION + DAY),
    ];
    await uploaded("default/prunes/uploads/", RETENTION + DAY);
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("UPDATE wakeups SET due_at = 1 WHERE name = 'prune'");
      return storage.setAlarm(Date.now() + DAY);
    });
    await runDurableObjectAlarm(stub);
    expect(await kept()).toEqual([...others, young].sort());
    const due = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec<{ due_at: number }>("SELECT due_at FROM wakeups WHERE name = 'prune'").one(),
    );
    expect(due.due_at - Date.now()).toBeLessThanOrEqual(DAY);
    expect(due.due_at - Date.now()).toBeGreaterThan(DAY - 60_000);
  });

  test("of no instance goes by its directory's alarm, which is set for the next and rests without any", async () => {
    const directory = directoryOf();
    const alarm = (): Promise<number | null> => runInDurableObject(directory, (_, { storage }) => storage.getAlarm());
    await directory.expectUpload();
    expect((await alarm()) ?? 0).toBeGreaterThan(Date.now() + RETENTION - 60_000);
    await uploaded("default/~/uploads/", RETENTION + DAY);
    const young = await uploaded("default/~/uploads/", RETENTION - DAY);
    await runDurableObjectAlarm(directory);
    expect(await kept()).toEqual([young]);
    expect(((await alarm()) ?? 0) - Date.now()).toBeGreaterThan(DAY - 60_000);
    await env.MEDIA.delete(young);
    await runDurableObjectAlarm(directory);
    expect(await alarm()).toBeNull();
  });
});

test("many go a page at a time, oldest first, until none is left", async () => {
  const folder = "default/many/uploads/";
  for (let index = 0; index < 505; index += 1) await uploaded(folder, RETENTION + index, String(index));
  const options = { keptForMs: RETENTION, now: Date.now() };
  expect(await removeOldUploads(env.MEDIA, folder, options)).toBe(options.now);
  expect(await kept()).toHaveLength(5);
  expect(await removeOldUploads(env.MEDIA, folder, options)).toBeNull();
  expect(await kept()).toEqual([]);
});

test("a file whose name tells no time counts as old", async () => {
  await env.MEDIA.put("default/odd/uploads/readme", "file");
  expect(
    await removeOldUploads(env.MEDIA, "default/odd/uploads/", { keptForMs: RETENTION, now: Date.now() }),
  ).toBeNull();
  expect(await kept()).toEqual([]);
});
