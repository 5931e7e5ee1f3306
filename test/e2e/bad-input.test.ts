/**
 * Bad input is a clear 4xx that names the field and the remedy, and nothing happened: nobody got anything, no row, no
 * file and no count is there that was not there before.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Contact, Phone } from "../../simulator/index.ts";
import { readStored } from "../hostile/stored.ts";
import { BAD_FILES, CLOSED, MEDIA_MAX_BYTES, OWN, SITE } from "./support/bad-files.ts";
import { BAD_MESSAGES, type BadMessage } from "./support/bad-messages.ts";
import { BadSite, closedPort } from "./support/bad-site.ts";
import { useLab } from "./support/lab.ts";
import type { GatewayNumber } from "./support/number.ts";

const lab = useLab({
  settings: () => ({ MEDIA_MAX_BYTES: String(MEDIA_MAX_BYTES) }),
  gateway: "wrangler dev",
});

/** Tables in which a message leaves something, or what is told of it. */
const TABLES = [
  "messages",
  "media",
  "sends",
  "events",
  "deliveries",
  "contacts",
  "logs",
  "signal_keys",
  "device_lists",
];

let phone: Phone;
let alice: Contact;
let number: GatewayNumber;
let site: BadSite;
let closed = "";
/** A message of this number, which may be referred to. */
let messageId = "";
let since = 0;
let untouched: Awaited<ReturnType<typeof footprint>>;

beforeAll(async () => {
  site = await BadSite.start({ sticker: 1_100_000, file: MEDIA_MAX_BYTES + 1 });
  closed = await closedPort();
  [phone, alice] = [lab.whatsApp.phone({ businessName: "Clinic" }), lab.whatsApp.contact({ name: "Alice" })];
  number = await lab.number("bad-input");
  await number.isLinkedBy(phone);
  // The number knows Alice, her devices and the bucket: what a refused call leaves behind is its own.
  const picture = { to: alice.phone, mediaUrl: `${site.url}/photo.png` };
  const { messageId: first } = await lab.api.ok<{ messageId: string }>("POST", `${number.path}/send`, picture);
  messageId = (await number.sends(alice.phone, "the message before")).messageId;
  for (const id of [first, messageId]) await number.messageReaches(id, "delivered");
  since = lab.whatsApp.mark();
  untouched = await footprint();
});

afterAll(() => site.stop());

/** All that a message changes: what is shown, stored, counted against the limits, and given to WhatsApp. */
async function footprint() {
  const { health } = await lab.api.ok<{ health: object }>("GET", `${number.path}/anti-ban`);
  const { antibanV2 } = await lab.api.ok<{ antibanV2: { rate: { lastDay: number }; warmup: object; waiting: number } }>(
    "GET",
    `${number.path}/antiban-v2`,
  );
  const { rows } = readStored(lab.stateFolder);
  return {
    messages: await number.messages(),
    usage: health,
    sentInADay: antibanV2.rate.lastDay,
    warmUp: antibanV2.warmup,
    waiting: antibanV2.waiting,
    rows: Object.fromEntries(TABLES.map((table) => [table, rows[table]])),
    files: lab.bucket.keys(),
    uploaded: lab.whatsApp.files.uploads,
  };
}

interface Refusal {
  field: string | null;
  says: RegExp;
  status?: number | undefined;
  code?: string | undefined;
}

/** The call is refused as it should be. */
async function isRefused(method: string, path: string, body: object, refusal: Refusal): Promise<void> {
  const { field, says, status = 400, code = "invalid_request" } = refusal;
  const answer = await lab.api.call(method, path, filled(body));
  expect(answer).toMatchObject({ status, body: { code } });
  const {
    error,
    hint = "",
    issues = [],
  } = answer.body as {
    error: string;
    hint?: string;
    issues?: { path: string; message: string }[];
  };
  if (field === null) expect(`${error} ${hint}`).toMatch(says);
  else expect(issues).toContainEqual({ path: field, message: expect.stringMatching(says) });
}

/** Since the last look; what one case left behind is not told again by the next. */
async function nothingHappened(): Promise<void> {
  const before = untouched;
  untouched = await footprint();
  expect(untouched).toEqual(before);
}

/** A body with the addresses that are only known now. */
function filled(body: object): object {
  const addresses = [
    [SITE, site.url],
    [CLOSED, closed],
    [OWN, lab.url],
  ] as const;
  const text = addresses.reduce((json, [name, url]) => json.replaceAll(name, url), JSON.stringify(body));
  return JSON.parse(text) as object;
}

describe("bad input changes nothing:", () => {
  afterEach(nothingHappened);

  describe.each(Object.entries({ ...BAD_MESSAGES, ...BAD_FILES }))("a message is refused for %s:", (_, cases) => {
    it.each<BadMessage>(cases)("%s", async (_what, body, field, says, status, code) => {
      const message = { to: alice.phone, ...body };
      await isRefused("POST", `${number.path}/send`, message, { field, says, status, code });
      await isRefused("POST", "/api/send", { from_phone: phone.phone, ...message }, { field, says, status, code });
    });
  });

  describe("what is said about a message is refused:", () => {
    const NO_MESSAGE = /not stored in this chat; nothing was sent.*id of a send answer or a webhook/;
    const NOT_SENT = /has sent no such message.*id of a send answer or a webhook/;

    it.each<[string, string, string, object, string | null, RegExp, number?, string?]>([
      [
        "a reaction to an unknown message",
        "POST",
        "react",
        { messageId: "3EB0FF", emoji: "👍" },
        null,
        NO_MESSAGE,
        404,
        "not_found",
      ],
      ["a reaction to no message", "POST", "react", { emoji: "👍" }, "messageId", /Name the message/],
      ["two reactions", "POST", "react", { messageId: "%ID%", emoji: "👍👍" }, "emoji", /one emoji/],
      ["a reaction in words", "POST", "react", { messageId: "%ID%", emoji: "ok" }, "emoji", /one emoji/],
      ["no reaction", "POST", "react", { messageId: "%ID%" }, "emoji", /Give an emoji/],
      [
        "a reaction of 33 characters",
        "POST",
        "react",
        { messageId: "%ID%", emoji: "x".repeat(33) },
        "emoji",
        /at most 32/,
      ],
      ["a reaction to nobody", "POST", "react", { to: "nobody", messageId: "%ID%", emoji: "👍" }, "to", /country code/],
      ["an edit of an unknown message", "PUT", "messages/3EB0FF", { message: "x" }, null, NOT_SENT, 404, "not_found"],
      ["an edit without a text", "PUT", "messages/%ID%", { message: " " }, "message", /Write the new text/],
      ["an edit of 65,537 characters", "PUT", "messages/%ID%", { message: "x".repeat(65_537) }, "message", /65536/],
      ["an edit with two texts", "PUT", "messages/%ID%", { message: "x", text: "y" }, "text", /only one of/],
      ["a deletion of an unknown message", "DELETE", "messages/3EB0FF", {}, null, NOT_SENT, 404, "not_found"],
    ])("%s", async (_what, method, path, body, field, says, status, code) => {
      const known = (text: string): string => text.replace("%ID%", messageId);
      const given = JSON.parse(known(JSON.stringify({ to: alice.phone, ...body }))) as object;
      await isRefused(method, `${number.path}/${known(path)}`, given, { field, says, status, code });
    });
  });

  describe("an upload is refused:", () => {
    it.each<[string, object, string | null, RegExp, number?, string?]>([
      ["no base64", { data: "%%%", mimeType: "image/png" }, "data", /valid base64/],
      ["no type", { data: "aGk=" }, "mimeType", /MIME type/],
      ["a type that is none", { data: "aGk=", mimeType: "picture" }, "mimeType", /MIME type such as/],
      ["nothing", { data: "", mimeType: "image/png" }, "data", /as base64/],
      ["no data", { mimeType: "image/png" }, "data", /as base64/],
      [
        "a link that ends at once",
        { data: "aGk=", mimeType: "image/png", expiresIn: 1 },
        "expiresIn",
        /60 seconds or more/,
      ],
      [
        "more than the deployment takes",
        { data: "A".repeat(7_400_000), mimeType: "image/png" },
        "data",
        /at most 5,500,000 bytes/,
        413,
        "too_large",
      ],
      [
        "an unknown instance",
        { data: "aGk=", mimeType: "text/plain", instanceId: "nobody" },
        null,
        /Instance not found/,
        404,
        "not_found",
      ],
    ])("%s", async (_what, body, field, says, status, code) => {
      await isRefused("POST", "/api/upload", body, { field, says, status, code });
    });
  });
});

it("of all this nothing reached Alice: what came after it is the first she got", async () => {
  const { messageId: next } = await number.sends(alice.phone, "the message after");
  await alice.received("the message after");
  expect(alice.inbox.map(({ text }) => text)).toEqual(["", "the message before", "the message after"]);
  const { seq } = await lab.whatsApp.expects(({ node }) => node.tag === "message" && node.attrs.id === next, { since });
  const isVisible = ({ node }: { node: { tag: string } }) => ["message", "chatstate"].includes(node.tag);
  expect((await lab.whatsApp.expects(isVisible, { since })).seq).toBe(seq);
});
