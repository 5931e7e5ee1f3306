import { listDurableObjectIds } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { InstanceSummary } from "../../../src/durable/rpc.ts";
import { directoryOf, summary } from "../support/objects.ts";
import { call } from "./support.ts";

const ORG = "thousand";

const numbered = (index: number): InstanceSummary =>
  summary(`number-${String(index).padStart(4, "0")}`, {
    name: `Number ${index}`,
    status: index % 2 === 0 ? "connected" : "disconnected",
    createdAt: new Date(Date.UTC(2026, 10, 1) + index).toISOString(),
  });

test("a thousand instances are listed, counted and summed up without waking one of them", async () => {
  const directory = directoryOf(ORG);
  // The runtime lists every object that ever woke, those of other files of this run too.
  const awake = async () => (await listDurableObjectIds(env.INSTANCES)).map(String).sort();
  const before = await awake();
  for (let index = 0; index < 1_000; index += 1) await directory.push(numbered(index));

  const headers = { "X-Org-Id": ORG };
  const list = await call("GET /api/instances", { headers });
  const status = await call("GET /api/status", { headers });
  const metrics = await exports.default.fetch(new Request("https://wasup.test/api/metrics", { headers }));

  expect(list).toMatchObject({ status: 200, body: { count: 1_000 } });
  expect(status).toMatchObject({ status: 200, body: { instanceCount: 1_000 } });
  expect(await metrics.text()).toContain(`wasup_instances{org="${ORG}",status="connected"} 500\n`);
  expect(await awake()).toEqual(before);
  // The check can fail: a call that only reads one of them shows up.
  await call("GET /api/instances/number-0001", { headers });
  expect(await awake()).not.toEqual(before);
});
