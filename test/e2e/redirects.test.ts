/** What a caller names may redirect: each further address is checked like the first, and a refused one is never called. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Contact } from "../../simulator/index.ts";
import { useLab } from "./support/lab.ts";
import type { GatewayNumber } from "./support/number.ts";

const lab = useLab();

/** Each stands for one kind of refusal; `%OWN%` is the gateway itself. */
const REFUSED = [
  "http://169.254.169.254/latest/meta-data",
  "https://10.0.0.1/",
  "https://[::ffff:127.0.0.1]/",
  "https://127.0.0.1.nip.io/",
  "https://localhost.localdomain/",
  "http://example.org/",
  "file:///etc/passwd",
  "%OWN%/api/instances",
];

let number: GatewayNumber;
let alice: Contact;
let site: Server;
let base = "";
/** Where the site redirects to, and what it was asked for. */
let location = "";
let asked: string[] = [];

beforeAll(async () => {
  site = createServer((request, response) => {
    asked.push(request.url ?? "");
    request.resume();
    response.writeHead(request.method === "POST" ? 307 : 302, { Location: location }).end();
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  const phone = lab.whatsApp.phone({ businessName: "Clinic" });
  alice = lab.whatsApp.contact({ name: "Alice" });
  number = await lab.number("redirects");
  await number.isLinkedBy(phone);
});

beforeEach(() => {
  asked = [];
});

afterAll(() => site.close());

describe.each(REFUSED)("a redirect to %s", (target) => {
  beforeEach(() => {
    location = target.replace("%OWN%", lab.url);
  });

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
