/** What a caller names may redirect: each further address is checked like the first, and a refused one is never called. */
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createNetServer, type Server as NetServer } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Contact } from "../../simulator/index.ts";
import { eventually } from "./support/eventually.ts";
import { useLab } from "./support/lab.ts";
import type { GatewayNumber } from "./support/number.ts";

const lab = useLab({ gateway: "wrangler dev" });

/** Each stands for one kind of refusal; `%OWN%` is the gateway itself, `%TRAP%` a port that notes whoever comes. */
const REFUSED = [
  "http://169.254.169.254/latest/meta-data",
  "https://10.0.0.1/",
  "https://[::ffff:127.0.0.1]/",
  "https://127.0.0.1.nip.io/",
  "https://localhost.localdomain/",
  "http://example.org/",
  "file:///etc/passwd",
  "%OWN%/api/instances",
  "https://[::ffff:127.0.0.1]:%TRAP%/",
  "https://0.0.0.0:%TRAP%/",
];

let number: GatewayNumber;
let alice: Contact;
let site: Server;
let base = "";
/** Where the site redirects to, and what it was asked for. */
let location = "";
let asked: string[] = [];
/** Reached by addresses that must not be called. */
let trap: NetServer;
let trapped = 0;
/** How much the gateway had printed before the test: it prints which of its routes are called. */
let printed = 0;

beforeAll(async () => {
  site = createServer((request, response) => {
    asked.push(request.url ?? "");
    request.resume();
    const page = pages[request.url ?? ""];
    if (page !== undefined) response.writeHead(200, { "Content-Type": "text/html" }).end(page());
    else response.writeHead(request.method === "POST" ? 307 : 302, { Location: location }).end();
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  trap = createNetServer((socket) => {
    trapped += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => trap.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  const phone = lab.whatsApp.phone({ businessName: "Clinic" });
  alice = lab.whatsApp.contact({ name: "Alice" });
  number = await lab.number("redirects");
  await number.isLinkedBy(phone);
});

beforeEach(() => {
  asked = [];
  trapped = 0;
  printed = lab.output().length;
});

function nobodyCame(): void {
  expect([trapped, lab.output().slice(printed)]).toEqual([0, expect.not.stringContaining("GET /api/instances ")]);
}

const filled = (target: string): string =>
  target.replace("%OWN%", lab.url).replace("%TRAP%", String((trap.address() as AddressInfo).port));

afterAll(() => {
  site.close();
  trap.close();
});

/** Pages with a preview; that of `/pictured` is where the site redirects to. */
const pages: Readonly<Record<string, () => string>> = {
  "/pictured": () => head(location),
  "/picture-redirects": () => head("/picture"),
};

const THUMBNAIL = { jpegThumbnail: expect.anything() };

const head = (image: string): string => `<title>A page</title><meta property="og:image" content="${image}">`;

/** What Alice's phone shows of a text with a link to the site. */
async function shown(path: string) {
  const text = `Look: ${base}${path}`;
  const { messageId } = await number.sends(alice.phone, text);
  const { message } = await alice.received(({ id }) => id === messageId);
  expect(message.extendedTextMessage?.text).toBe(text);
  return JSON.parse(JSON.stringify(message.extendedTextMessage)) as Record<string, unknown>;
}

describe.each(REFUSED)("a redirect to %s", (target) => {
  beforeEach(() => {
    location = filled(target);
  });

  afterEach(nobodyCame);

  const refusal = (field: string) => ({
    status: 400,
    body: {
      code: "invalid_request",
      issues: [{ path: field, message: expect.stringMatching(/^The address redirects\. Use /) }],
    },
  });

  test("is not followed for a file to send", async () => {
    const answer = await lab.api.call("POST", `${number.path}/send`, { to: alice.phone, mediaUrl: `${base}/file` });
    expect([answer, asked]).toMatchObject([refusal("mediaUrl"), ["/file"]]);
  });

  test("is not followed for a profile picture", async () => {
    const answer = await lab.api.call("PUT", `${number.path}/profile/picture`, { imageUrl: `${base}/picture` });
    expect([answer, asked]).toMatchObject([refusal("imageUrl"), ["/picture"]]);
  });

  test("is not followed for a webhook", async () => {
    await lab.api.ok("PUT", `${number.path}/webhook`, { webhookUrl: `${base}/hook` });
    expect(await lab.api.ok("POST", `${number.path}/webhook/test`)).toMatchObject({
      success: false,
      responseStatus: 307,
    });
    expect(asked.filter((path) => path !== "/hook")).toEqual([]);
  });

  test("is not followed for a link's page: the message goes without a preview", async () => {
    expect(await shown("/page")).not.toHaveProperty("matchedText");
    expect(asked).toEqual(["/page"]);
  });

  test("is not followed for a preview's picture: the preview goes without it", async () => {
    const preview = await shown("/picture-redirects");
    expect(preview).toMatchObject({ matchedText: `${base}/picture-redirects`, title: "A page" });
    expect([preview, asked]).toEqual([expect.not.objectContaining(THUMBNAIL), ["/picture-redirects", "/picture"]]);
  });
});

test.each(REFUSED)("a preview's picture at %s is not asked for", async (target) => {
  location = filled(target);
  const preview = await shown("/pictured");
  expect(preview).toMatchObject({ matchedText: `${base}/pictured`, title: "A page" });
  expect([preview, asked]).toEqual([expect.not.objectContaining(THUMBNAIL), ["/pictured"]]);
  nobodyCame();
});

test("a redirect is not followed for an alert", async () => {
  location = filled("https://[::ffff:127.0.0.1]:%TRAP%/");
  const phone = lab.whatsApp.phone();
  const alerted = await lab.number("alerted", {});
  await lab.api.ok("PUT", `${alerted.path}/antiban-v2/config`, { alertsWebhook: `${base}/alerts` });
  await alerted.isLinkedBy(phone);
  lab.whatsApp.failsLogin(phone, 403);
  await lab.whatsApp.drops(phone);
  await eventually(
    async () => asked,
    (paths) => paths.includes("/alerts"),
    "the alert is posted",
    40_000,
  );
  // Another delivery to the end: a redirect that was followed would have been seen before it.
  await lab.api.ok("PUT", `${number.path}/webhook`, { webhookUrl: `${base}/hook` });
  await lab.api.ok("POST", `${number.path}/webhook/test`);
  expect([asked, trapped]).toEqual([["/alerts", "/hook"], 0]);
});

test("an address that is refused directly is refused for every field that names one", async () => {
  const refused = "https://169.254.169.254/";
  const calls: [string, string, string, object][] = [
    ["POST", "/send", "mediaUrl", { to: alice.phone, mediaUrl: refused }],
    ["PUT", "/profile/picture", "imageUrl", { imageUrl: refused }],
    ["PUT", "/webhook", "webhookUrl", { webhookUrl: refused }],
    ["PUT", "", "webhookUrl", { webhookUrl: refused }],
    ["PUT", "/antiban-v2/config", "alertsWebhook", { alertsWebhook: refused }],
  ];
  for (const [method, path, field, body] of calls) {
    const answer = await lab.api.call(method, number.path + path, body);
    expect([field, answer]).toMatchObject([field, { status: 400, body: { issues: [{ path: field }] } }]);
  }
});
