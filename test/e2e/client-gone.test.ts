/** A client that does not wait for the answer: what it asked for is done and noted all the same. */
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { eventually } from "./support/eventually.ts";
import { useLab } from "./support/lab.ts";

const lab = useLab();

/** Long enough for the Worker to be in the middle of the call, milliseconds. */
const IMPATIENT_MS = 1_000;

/** Calls and breaks the line off, so that the runtime notices, before there can be an answer. */
async function callAndLeave(method: string, path: string, body: object, key: string) {
  const { hostname, port } = new URL(lab.url);
  const json = JSON.stringify(body);
  const head = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(json)}`,
    `Idempotency-Key: ${key}`,
  ];
  const answer: Buffer[] = [];
  const socket = connect(Number(port), hostname).on("data", (bytes) => answer.push(bytes));
  socket.write(`${head.join("\r\n")}\r\n\r\n${json}`);
  await sleep(IMPATIENT_MS);
  socket.resetAndDestroy();
  expect(Buffer.concat(answer).toString("utf8")).toBe("");
}

describe("a client that left in the middle of a send", () => {
  it("sends again with the same Idempotency-Key and is told what became of the one message", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("gone");
    await number.isLinkedBy(phone);
    await number.sends(alice.phone, "before");
    lab.whatsApp.goesDeaf(phone);
    const send = { to: alice.phone, message: "are you there?" };
    await callAndLeave("POST", `${number.path}/send`, send, "gone-1");
    const again = await lab.api.call("POST", `${number.path}/send`, send, { "Idempotency-Key": "gone-1" });
    expect(again).toMatchObject({ status: 200, body: { success: true } });
    await alice.received("are you there?", { timeoutMs: 60_000 });
    expect(alice.inbox.filter(({ text }) => text === "are you there?")).toHaveLength(1);
  });
});

describe("a client that left in the middle of a management action", () => {
  it("has left a line in the audit log", async () => {
    const slow = createServer((_, response) => setTimeout(() => response.end(), 3 * IMPATIENT_MS));
    await once(slow.listen(0, "127.0.0.1"), "listening");
    const { port } = slow.address() as AddressInfo;
    const number = await lab.number("noted");
    await lab.api.ok("PUT", `${number.path}/webhook`, { webhookUrl: `http://127.0.0.1:${port}` });
    await callAndLeave("POST", `${number.path}/webhook/test`, {}, "noted-1");
    await eventually(
      () => lab.api.ok<{ entries: { action: string }[] }>("GET", "/api/audit"),
      ({ entries }) => entries[0]?.action === "testWebhook",
      "the action is in the audit log",
      20_000,
    );
    slow.close();
  });
});
