/**
 * Ten thousand hostile requests over all operations, against a linked number and one that is not, in the runtime alone.
 * See test/hostile.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seededRandom } from "../faults/random.ts";
import { exchange } from "../hostile/exchange.ts";
import { mostGrown, overgrown } from "../hostile/growth.ts";
import { Tally } from "../hostile/judge.ts";
import { hostileRequest, type World } from "../hostile/request.ts";
import { readStored } from "../hostile/stored.ts";
import { useLab } from "./support/lab.ts";

const SEED = Number(process.env.HOSTILE_SEED ?? 7);
const REQUESTS = Number(process.env.HOSTILE_REQUESTS ?? 10_000);
const AT_ONCE = 24;
/** A call waits 10 s for WhatsApp, and 20 s for the same call that runs already. */
const LIMIT_MS = 40_000;
const API_KEY = "the-administrators-key";
const ADMINISTRATOR = { "X-API-Key": API_KEY };

const lab = useLab({ settings: () => ({ API_KEY }), headers: ADMINISTRATOR });
const web = createServer((request, response) => {
  request.resume();
  response.end("<html>");
});

let world: World;

beforeAll(async () => {
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/`;
  const [phone, alice] = [lab.whatsApp.phone({ businessName: "Clinic" }), lab.whatsApp.contact({ name: "Alice" })];
  const linked = await lab.number("linked");
  await linked.isLinkedBy(phone);
  for (const id of ["plain", "spare-1", "spare-2"]) await lab.api.created("/api/instances", { id, name: id });
  const { messageId } = await linked.sends(alice.phone, "one right message");
  await lab.api.call("POST", "/api/instances", { id: "linked", name: "Theirs" }, { "X-Org-Id": "third" });
  const { url: file } = await lab.api.ok<{ url: string }>("POST", "/api/upload", {
    data: "AAAA",
    mimeType: "text/plain",
  });
  const key = async (body: object, headers = {}): Promise<{ apiKey: string; key: { id: string } }> => {
    const { body: made } = await lab.api.call("POST", "/api/keys", { name: "k", ...body }, headers);
    return made as { apiKey: string; key: { id: string } };
  };
  const keys = [
    ...(await Promise.all(["read", "send", "manage", "admin"].map((scope) => key({ scopes: [scope] })))),
    await key({ scopes: ["send", "manage"], instances: ["plain"] }),
    await key({ scopes: ["admin"] }, { "X-Org-Id": "other" }),
  ];
  const { key: spareKey } = await key({ scopes: ["read"] });
  world = {
    instances: { kept: ["linked", "plain"], spare: ["spare-1", "spare-2"], absent: ["absent", "linke", "Linked"] },
    administrator: ADMINISTRATOR,
    callers: [
      ...keys.map(({ apiKey }) => ({ "X-API-Key": apiKey })),
      {},
      { Authorization: "Basic YTpi" },
      { Authorization: `Bearer ${API_KEY}`, "X-API-Key": "another" },
      { "X-API-Key": "wsk_default_k12345678901_wrong" },
      { "X-API-Key": `wsk_nobody_k12345678901_${"s".repeat(43)}` },
      { "X-API-Key": "x".repeat(5_000) },
    ],
    right: {
      to: [alice.phone],
      phone: [alice.phone],
      messageId: [messageId],
      keyId: [spareKey.id],
      mediaId: ["9f86d081884c7d659a2feaa0c55ad015"],
      deliveryId: ["evt_1", "evt_2"],
    },
    url,
    mediaLink: new URL(file).pathname,
  };
});

afterAll(() => web.close());

test(`${REQUESTS} hostile requests (seed ${SEED}) get the answers of the document, in time, and store nothing beyond what was accepted`, async () => {
  const random = seededRandom(SEED);
  const [before, filesBefore] = [readStored(lab.stateFolder), lab.files];
  const tally = new Tally();
  let left = REQUESTS;
  const started = performance.now();
  const attack = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const request = hostileRequest(random, world);
      try {
        tally.add(request, await exchange(new URL(lab.url), request, LIMIT_MS));
      } catch (error) {
        tally.complain(String(error), request);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, attack));
  const { complaints, slowest, statuses, unavailable, accepted } = tally;
  const seconds = ((performance.now() - started) / 1_000).toFixed(0);
  process.stdout.write(
    `Hostile requests, seed ${SEED}: ${REQUESTS} in ${seconds} s; slowest ${slowest}; ${statuses}\n`,
  );
  for (const one of unavailable) process.stdout.write(`  503: ${one}\n`);
  expect(complaints).toEqual([]);
  const after = readStored(lab.stateFolder);
  const [all, allBefore] = [
    { ...after.rows, files: lab.files },
    { ...before.rows, files: filesBefore },
  ];
  expect(overgrown(allBefore, all, mostGrown(accepted))).toEqual([]);
  expect(after.directories).toBeLessThanOrEqual(before.directories + accepted.organisations);
  expect(after.instances["third/linked"]).toBe(before.instances["third/linked"]);
  expect((await lab.api.call("GET", "/api/instances/linked")).body).toMatchObject({
    instance: { status: "connected" },
  });
}, 600_000);
