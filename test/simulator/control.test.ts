import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { BaileysClient, trust } from "./baileys-client.ts";
import { useLab } from "./lab.ts";

const lab = useLab();

async function call(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${lab.server.controlUrl}${path}`, {
    method,
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test("a whole story over HTTP: link, write both ways, read, fault", async () => {
  const owner = await call("POST", "/phones", { phone: "5511900000001", businessName: "Clinic" });
  expect(owner).toMatchObject({ status: 200, body: { phone: "5511900000001", name: "Clinic" } });
  const alice = await call("POST", "/contacts", { phone: "5511955555555", name: "Alice" });
  expect(alice.body).toMatchObject({ phone: "5511955555555", name: "Alice" });

  const client = lab.client();
  const linked = await call("POST", "/phones/5511900000001/scan", { qr: await client.qr() });
  expect(linked).toEqual({ status: 200, body: { deviceId: 1 } });
  await client.open();
  expect(await call("GET", "/phones/5511900000001/online")).toEqual({ status: 200, body: { deviceId: 1 } });

  const said = await call("POST", "/contacts/5511955555555/say", { to: "5511900000001", text: "hi" });
  const { messageId } = said.body;
  expect((await client.text("hi")).message.key.id).toBe(messageId);
  const receipt = await call("GET", `/contacts/5511955555555/receipt?messageId=${messageId}&type=delivered`);
  expect(receipt.body).toMatchObject({ messageId, type: "delivered", from: "5511900000001" });

  const id = await client.sends("5511955555555@s.whatsapp.net", "hello Alice");
  const received = await call("GET", "/contacts/5511955555555/received?text=hello%20Alice");
  expect(received.body).toMatchObject({ id, from: "5511900000001", text: "hello Alice" });
  expect(await call("POST", "/contacts/5511955555555/read", { messageId: id })).toEqual({
    status: 200,
    body: { ok: true },
  });
  await client.status(id, 4);
  expect((await call("GET", "/contacts/5511955555555/inbox")).body).toMatchObject({
    messages: [{ id, text: "hello Alice" }],
  });
  await call("POST", "/contacts/5511955555555/typing", { to: "5511900000001" });
  await client.find("presence.update", ({ presences }) => presences, { what: "typing" });

  const { body: state } = await call("GET", "/state");
  expect(state).toMatchObject({
    whatsappUrl: lab.server.whatsappUrl,
    rootKey: lab.server.rootKey,
    accounts: [{ phone: "5511900000001", devices: [{ deviceId: 1, state: "online" }] }, { phone: "5511955555555" }],
    violations: [],
    unhandled: [],
  });

  const since = client.mark();
  expect((await call("POST", "/faults/drops", { phone: "5511900000001" })).body).toEqual({ ok: true });
  expect(await client.closed(since)).toBe(428);
  expect((await call("GET", "/phones/5511900000001/offline")).body).toEqual({ ok: true });
  await call("POST", "/phones/5511900000001/remove-device");
  const later = client.mark();
  expect(await client.connect().closed(later)).toBe(401);
});

test("a pairing code typed over HTTP: the wrong one is a conflict, the right one links", async () => {
  const { phone } = lab.server.phone();
  const client = lab.client();
  await client.qr();
  const code = await client.socket.requestPairingCode(phone);
  const wrong = code.startsWith("A") ? `B${code.slice(1)}` : `A${code.slice(1)}`;
  expect(await call("POST", `/phones/${phone}/code`, { code: wrong })).toMatchObject({
    status: 409,
    body: { error: { code: "WrongPairingCode" } },
  });
  expect((await call("POST", `/phones/${phone}/code`, { code })).body).toEqual({ deviceId: 1 });
  await client.open();
});

test("GET / lists the routes", async () => {
  const { status, body } = await call("GET", "/");
  expect(status).toBe(200);
  expect(body.routes).toContain("POST /phones/:phone/scan: scans a QR text {qr}; answers when the device is linked");
});

test.each([
  ["an unknown route", "GET", "/nothing", undefined, 404, "no route GET /nothing; GET / lists them"],
  ["an unknown account", "POST", "/contacts/999/say", { to: "1", text: "x" }, 404, "there is no account 999"],
  ["an unknown fault", "POST", "/faults/explodes", {}, 404, 'no fault "explodes"'],
  ["a missing field", "POST", "/faults/drops", {}, 400, 'the field "phone" is missing'],
  ["a field of the wrong kind", "POST", "/contacts", { name: 7 }, 400, 'the field "name" is not a text'],
  [
    "a word that is not one of the few",
    "POST",
    "/faults/ends-stream",
    { phone: "1", how: 999 },
    400,
    "must be one of 503, 515",
  ],
  ["a body that is not JSON", "POST", "/phones", "{", 400, "the body is not JSON"],
  [
    "a fault for a number that is not connected",
    "POST",
    "/faults/drops",
    { phone: "5511" },
    422,
    "there is no account 5511",
  ],
])("%s is refused with a clear text", async (_, method, path, body, status, message) => {
  const answer = await call(method, path, body);
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({ error: { message: expect.stringContaining(message) } });
});

test("a wait in vain ends with 408 and says what was seen", async () => {
  const { phone } = lab.server.contact({ phone: "5511955555555" });
  expect(await call("GET", `/contacts/${phone}/received?text=never&timeoutMs=1`)).toMatchObject({
    status: 408,
    body: {
      error: { code: "WaitTimeout", message: 'waited 1 ms for the message "never" to 5511955555555; seen: nothing' },
    },
  });
});

test("the command prints its settings, serves a client and stops on SIGTERM", async () => {
  const child = spawn(process.execPath, ["simulator/cli.ts"], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const settings: Record<string, string> = {};
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const [, name, value] = /^(WHATSAPP_\w+)=(.+)$/.exec(line) ?? [];
    if (name && value) settings[name] = value;
    if (name === "WHATSAPP_MEDIA_ORIGIN") break;
  }
  expect(settings).toEqual({
    WHATSAPP_URL: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/ws\/chat$/),
    WHATSAPP_ROOT_KEY: expect.stringMatching(/^[0-9a-f]{64}$/),
    WHATSAPP_MEDIA_ORIGIN: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
  });
  trust(settings.WHATSAPP_ROOT_KEY ?? "");
  const client = new BaileysClient(settings.WHATSAPP_URL ?? "").connect();
  expect(await client.qr()).toContain("https://wa.me/settings/linked_devices#2@");
  await client.stop();
  child.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
});

test("the command refuses what it does not understand", async () => {
  const child = spawn(process.execPath, ["simulator/cli.ts", "--port", "x"], { stdio: ["ignore", "ignore", "pipe"] });
  const said = child.stderr.setEncoding("utf8").toArray();
  expect(await once(child, "exit")).toEqual([1, null]);
  expect((await said).join("")).toContain('"x" is not a port');
});
