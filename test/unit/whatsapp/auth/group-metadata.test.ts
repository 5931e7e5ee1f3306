import { expect, test } from "vitest";
import { groupMetadata } from "../../../../src/whatsapp/auth/group-metadata.ts";
import type { GroupMetadata } from "../../../../src/whatsapp/baileys.ts";
import { numberStorage } from "../../../support/sqlite.ts";

const GROUP = "120363000000000001@g.us";
const HOUR_MS = 60 * 60 * 1_000;

const of = (subject: string) => ({ id: GROUP, subject, participants: [] }) as unknown as GroupMetadata;

function groups() {
  const world = { now: Date.parse("2026-11-01T12:00:00.000Z"), asked: 0 };
  const table = groupMetadata(numberStorage().sql, () => world.now);
  const get = (answer: () => GroupMetadata | Promise<GroupMetadata>) =>
    table.get(GROUP, async () => {
      world.asked += 1;
      return answer();
    });
  return { world, table, get };
}

test("who is in a group is asked for once, and again after a day or a change", async () => {
  const { world, table, get } = groups();
  expect([await get(() => of("A")), await get(() => of("B"))]).toEqual([of("A"), of("A")]);
  table.drop(GROUP);
  expect(await get(() => of("C"))).toEqual(of("C"));
  world.now += 24 * HOUR_MS;
  expect(await get(() => of("D"))).toEqual(of("D"));
  expect(world.asked).toBe(3);
});

test("an answer that a change has overtaken is not kept", async () => {
  const { table, get } = groups();
  const answered = await get(async () => {
    table.drop(GROUP);
    return of("before the change");
  });
  expect(answered).toEqual(of("before the change"));
  expect(await get(() => of("after it"))).toEqual(of("after it"));
});
