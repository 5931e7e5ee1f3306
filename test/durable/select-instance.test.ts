import { expect, test } from "vitest";
import type { DirectoryRpc, InstanceRpc } from "../../src/durable/rpc.ts";
import { ok } from "../../src/errors.ts";
import { administrator } from "../../src/middleware/principal.ts";
import { selectInstance } from "../../src/routes/select-instance.ts";
import { directoryOf, granted, summary } from "./support/objects.ts";

const CONNECTED = 7;
const TO = "491";

/** The organisation's real Directory, with instances `i0` … of which `offline` is not connected. */
async function organisation(name: string, spoken: Record<string, number>) {
  const directory = directoryOf(name);
  for (let n = 0; n <= CONNECTED; n += 1) {
    const isOnline = n < CONNECTED;
    const pushed = summary(isOnline ? `i${n}` : "offline", {
      name: "",
      status: isOnline ? "connected" : "disconnected",
      linked: true,
      createdAt: new Date(Date.UTC(2026, 10, 1, 12, 0, n)).toISOString(),
    });
    await directory.push(pushed);
  }
  const asked: string[] = [];
  const choose = async (keyInstances: readonly string[] | null = null) => {
    const selected = await selectInstance({
      orgId: name,
      services: {
        directory: () => directory as unknown as DirectoryRpc,
        instance: (_, id) =>
          ({
            lastSpoke: async () => {
              asked.push(id);
              return ok(spoken[id] ?? null);
            },
          }) as unknown as InstanceRpc,
      },
      principal: { ...administrator("admin"), instances: keyInstances },
      to: TO,
      askedAtOnce: 3,
    });
    return selected;
  };
  return { choose, asked };
}

test("the one that last spoke is found behind more instances than are asked at once", async () => {
  const { choose, asked } = await organisation("many", { i1: 10, i6: 30, i4: 20, offline: 99 });
  expect(granted(await choose()).id).toBe("i6");
  expect(asked).toEqual(["i0", "i1", "i2", "i3", "i4", "i5", "i6"]);
});

test("where nobody spoke, it is the first connected one", async () => {
  const { choose } = await organisation("silent", {});
  expect(granted(await choose()).id).toBe("i0");
});

test("a key for some instances asks only these, wherever they stand", async () => {
  const { choose, asked } = await organisation("narrow", { i1: 30, i5: 10, i6: 20 });
  expect(granted(await choose(["i5", "i6"])).id).toBe("i6");
  expect(asked).toEqual(["i5", "i6"]);
  expect(granted(await choose(["i5"])).id).toBe("i5");
  expect(await choose(["offline"])).toMatchObject({ ok: false, error: { code: "not_connected" } });
});
