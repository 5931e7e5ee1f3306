import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { proto } from "@whiskeysockets/baileys";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Contact, Phone } from "../../simulator/index.ts";
import { jpegSize } from "../../src/pictures/jpeg-size.ts";
import { assertDocumented } from "../support/documented.ts";
import { film, voiceNote } from "../support/files.ts";
import { picture } from "../support/pictures.ts";
import { eventually } from "./support/eventually.ts";
import { useLab } from "./support/lab.ts";
import type { GatewayNumber } from "./support/number.ts";

const lab = useLab({ gateway: "wrangler dev" });

const bytesOf = (start: string | Buffer, size: number): Buffer =>
  Buffer.concat([Buffer.from(start), randomBytes(size)]);
const PNG = bytesOf(Buffer.from("89504e470d0a1a0a0000000d49484452000000400000002008020000", "hex"), 90_000);
const MP4 = bytesOf(Buffer.from("00000018667479706d703432", "hex"), 200_000);
const PDF = bytesOf("%PDF-1.7\n", 300_001);
const WEBP = bytesOf("RIFF\x00\x00\x00\x00WEBPVP8 ", 20_000);
/** One Ogg page whose granule position is two seconds. */
const OGG = Buffer.concat([
  Buffer.from("OggS\x00\x02"),
  Buffer.from(BigUint64Array.of(96_000n).buffer),
  randomBytes(40_000),
]);

const JPEG = Buffer.from(picture("progressive"));
/** A film of 1920 × 1080 and twelve seconds: its header alone. */
const FILM = film({ width: 1_920, height: 1_080, seconds: 12 });
/** A voice note of three seconds, quiet and then loud. */
const SPEECH = voiceNote({ seconds: 3, packetBytes: [...Array(75).fill(10), ...Array(75).fill(200)] });

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Files of somebody's web server, by path. */
const site = new Map<string, Buffer>([
  ["/photo.png", PNG],
  ["/video.mp4", MP4],
  ["/report.pdf", PDF],
  ["/sticker.webp", WEBP],
  ["/voice.ogg", OGG],
  ["/page.html", Buffer.from("<html>")],
  [
    "/shop.html",
    Buffer.from(
      `<meta property="og:title" content="Schuhe &amp; mehr"><meta property="og:image" content="/photo.jpg">`,
    ),
  ],
  ["/photo.jpg", JPEG],
  ["/film.mp4", FILM],
  ["/speech.ogg", SPEECH],
]);
const web = createServer((request, response) => {
  const path = request.url ?? "";
  const file = site.get(path);
  if (path === "/hangs.html") return;
  if (file && path.endsWith(".html")) response.setHeader("Content-Type", "text/html; charset=utf-8");
  if (file) response.end(file);
  else response.writeHead(404).end();
});

let phone: Phone;
let alice: Contact;
let number: GatewayNumber;
let base = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  [phone, alice] = [lab.whatsApp.phone({ businessName: "Clinic" }), lab.whatsApp.contact({ name: "Alice" })];
  number = await lab.number("media");
  await number.isLinkedBy(phone);
});

afterAll(() => web.close());

async function sends(body: object): Promise<string> {
  const answer = await lab.api.ok<{ success: boolean; messageId: string }>("POST", `${number.path}/send`, {
    to: alice.phone,
    ...body,
  });
  expect(answer.success).toBe(true);
  return answer.messageId;
}

interface StoredFile {
  media: { id: string; status: string; downloadUrl: string; sha256: string; mimeType: string; fileName: string | null };
  mediaUrl: string | null;
}

async function stored(messageId: string): Promise<StoredFile & Record<string, unknown>> {
  const found = (await number.messages()).find(({ id }) => id === messageId);
  return found as unknown as StoredFile & Record<string, unknown>;
}

/** The file behind a link, and the answer's headers. */
async function behind(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  // A 304 names the type of what the caller has; it has no body of its own.
  const contentType = response.status === 304 ? null : response.headers.get("content-type");
  assertDocumented("GET", new URL(url).pathname, { status: response.status, contentType });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}

describe("a file that is sent", () => {
  it.each([
    [
      "image",
      { mediaUrl: "/photo.png", message: "look" },
      PNG,
      { caption: "look", mimetype: "image/png", width: 64, height: 32 },
    ],
    ["video", { mediaUrl: "/video.mp4", gif: true }, MP4, { mimetype: "video/mp4", gifPlayback: true }],
    ["audio", { mediaUrl: "/voice.ogg" }, OGG, { mimetype: "audio/ogg; codecs=opus", ptt: true, seconds: 2 }],
    ["sticker", { mediaUrl: "/sticker.webp", messageType: "sticker" }, WEBP, { mimetype: "image/webp" }],
    ["document", { mediaUrl: "/report.pdf" }, PDF, { mimetype: "application/pdf", fileName: "report.pdf" }],
  ])("reaches the contact byte for byte: %s", async (kind, { mediaUrl, ...body }, bytes, part) => {
    const id = await sends({ mediaUrl: base + mediaUrl, ...body });
    const { message } = await alice.received((received) => received.id === id);
    expect(message[`${kind}Message` as "imageMessage"]).toMatchObject(part);
    expect(sha256(alice.opensFile(id))).toBe(sha256(bytes));
    const shown = await stored(id);
    expect(shown).toMatchObject({ type: kind, mediaType: kind, media: { status: "stored", sha256: sha256(bytes) } });
    expect(sha256((await behind(shown.mediaUrl ?? "")).bytes)).toBe(sha256(bytes));
  });

  it("may have a caption below a document, and a name of its own", async () => {
    const id = await sends({ mediaUrl: `${base}/report.pdf`, message: "Your report", fileName: "März.pdf" });
    const { message } = await alice.received((received) => received.id === id);
    expect(message.documentWithCaptionMessage?.message?.documentMessage).toMatchObject({
      caption: "Your report",
      fileName: "März.pdf",
    });
  });

  it.each([`${"長".repeat(252)}.pdf`, "half of \ud83d.pdf"])("may be called anything: %s", async (fileName) => {
    const id = await sends({ mediaUrl: `${base}/report.pdf`, fileName });
    const { message } = await alice.received((received) => received.id === id);
    expect(message.documentMessage?.fileName).toBe(fileName);
    const served = await behind((await stored(id)).mediaUrl ?? "");
    expect(served.headers.get("content-disposition")).toMatch(/%[0-9A-F]{2}\.pdf$/);
  });

  it("may come as a data URL, as an upload's link, and as a received file", async () => {
    const data = `data:image/png;base64,${PNG.toString("base64")}`;
    const upload = { data: PNG.toString("base64"), mimeType: "image/png", fileName: "a.png", instanceId: "media" };
    const { url, blobName } = await lab.api.ok<{ url: string; blobName: string }>("POST", "/api/upload", upload);
    expect(blobName).toMatch(/^media\/uploads\/\d+-[0-9a-f]{32}\.png$/);
    const first = await sends({ mediaUrl: data });
    const second = await sends({ mediaUrl: url });
    const third = await sends({ mediaUrl: (await stored(first)).media.id });
    for (const id of [first, second, third]) {
      await alice.received((received) => received.id === id);
      expect(sha256(alice.opensFile(id))).toBe(sha256(PNG));
    }
  });

  it.each<[string, object, string, object]>([
    ["an image: its size and a thumbnail", { mediaUrl: "/photo.jpg" }, "imageMessage", { width: 64, height: 32 }],
    [
      "a document that is a picture: a thumbnail",
      { mediaUrl: "/photo.jpg", messageType: "document" },
      "documentMessage",
      {},
    ],
    [
      "a video: its size and duration",
      { mediaUrl: "/film.mp4" },
      "videoMessage",
      { width: 1_920, height: 1_080, seconds: 12 },
    ],
    ["a voice note: its duration and 64 bars", { mediaUrl: "/speech.ogg" }, "audioMessage", { seconds: 3, ptt: true }],
  ])(
    "tells what apps show before they download it: %s",
    async (_, { mediaUrl, ...body }: { mediaUrl?: string }, part, shown) => {
      const id = await sends({ mediaUrl: base + mediaUrl, ...body });
      const { message } = await alice.received((received) => received.id === id);
      const content = message[part as "imageMessage"] as proto.Message.IImageMessage & proto.Message.IAudioMessage;
      expect(content).toMatchObject(shown);
      const thumbnail = Buffer.from(content.jpegThumbnail ?? []);
      if (mediaUrl === "/photo.jpg") expect(jpegSize(thumbnail)).toEqual({ width: 64, height: 32 });
      const bars = [...(content.waveform ?? [])];
      if (mediaUrl === "/speech.ogg") expect([bars.length, bars[0], bars[63]]).toEqual([64, 0, 100]);
    },
  );

  it("goes to the next host when one fails", async () => {
    lab.whatsApp.files.failNext("uploads", 1);
    const id = await sends({ mediaUrl: `${base}/photo.png` });
    await alice.received((received) => received.id === id);
    expect(sha256(alice.opensFile(id))).toBe(sha256(PNG));
  });

  it("that no host takes is refused with 503: nothing sent, nothing stored", async () => {
    const before = (await number.messages()).length;
    lab.whatsApp.files.failNext("uploads", 2);
    const given = { to: alice.phone, mediaUrl: `${base}/photo.png` };
    expect(await lab.api.call("POST", `${number.path}/send`, given)).toMatchObject({ status: 503 });
    expect(await number.messages()).toHaveLength(before);
  });
});

describe("a text with a link", () => {
  /** What Alice's phone shows of it. */
  async function shown(body: object) {
    const id = await sends(body);
    const { message } = await alice.received((received) => received.id === id);
    return { ...message.extendedTextMessage };
  }

  it("shows a preview of the page", async () => {
    const text = `See ${base}/shop.html, please`;
    const { jpegThumbnail, ...rest } = (await shown({ message: text })) ?? {};
    expect(rest).toMatchObject({ text, matchedText: `${base}/shop.html`, title: "Schuhe & mehr", description: "" });
    expect(jpegSize(Buffer.from(jpegThumbnail ?? []))).toEqual({ width: 64, height: 32 });
  });

  it.each<[string, object]>([
    ["when it is not wanted", { path: "/shop.html", linkPreview: false }],
    ["of a page that tells nothing", { path: "/page.html" }],
    ["of a page that is not there", { path: "/nothing.html" }],
  ])("goes without one %s", async (_, { path, ...body }: { path?: string }) => {
    const text = `${base}${path}`;
    expect(await shown({ message: text, ...body })).toEqual({ text, endCardTiles: [] });
  });

  it("waits a few seconds at most for a page that hangs", async () => {
    const before = Date.now();
    const text = `${base}/hangs.html`;
    expect(await shown({ message: text })).not.toHaveProperty("matchedText");
    expect(Date.now() - before).toBeLessThan(10_000);
  });
});

describe("a file that is received", () => {
  it.each([
    ["image", PNG, { mimetype: "image/png", caption: "look" }],
    ["video", MP4, { mimetype: "video/mp4" }],
    ["audio", OGG, { mimetype: "audio/ogg; codecs=opus", ptt: true, seconds: 2 }],
    ["sticker", WEBP, { mimetype: "image/webp" }],
    ["document", PDF, { mimetype: "application/pdf", fileName: "report.pdf" }],
  ] as const)("is behind the link of the webhook and of the history: %s", async (kind, bytes, part) => {
    const id = await alice.sendsFile({ kind, bytes, ...part }, { to: phone });
    const { body } = await lab.hook.received(({ message_id }) => message_id === id);
    expect(body).toMatchObject({
      media_type: kind,
      mime_type: part.mimetype,
      message: "caption" in part ? part.caption : "",
      file_name: "fileName" in part ? part.fileName : null,
      media: { status: "stored", size: bytes.length, sha256: sha256(bytes), downloadUrl: body.media_url },
    });
    expect(sha256((await behind(String(body.media_url))).bytes)).toBe(sha256(bytes));
    expect(await stored(id)).toMatchObject({
      mediaUrl: body.media_url,
      media: { id: body.media_id, status: "stored" },
    });
    const own = `${lab.url}${number.path}/media/${body.media_id}`;
    const api = await behind(own);
    expect(sha256(api.bytes)).toBe(sha256(bytes));
    const some = await behind(own, { Range: "bytes=1-6" });
    expect([some.status, some.bytes]).toEqual([206, bytes.subarray(1, 7)]);
    expect((await behind(own, { Range: `bytes=${bytes.length}-` })).status).toBe(416);
    expect((await behind(own, { "If-None-Match": api.headers.get("etag") ?? "" })).status).toBe(304);
  });

  it("is served in ranges, with an ETag, and as a download when a browser might run it", async () => {
    const html = Buffer.from("<script>alert(1)</script>");
    const id = await alice.sendsFile(
      { kind: "document", bytes: html, mimetype: "text/html", fileName: "a.html" },
      { to: phone },
    );
    const { body } = await lab.hook.received(({ message_id }) => message_id === id);
    const url = String(body.media_url);
    const whole = await behind(url);
    expect(whole.headers.get("content-type")).toBe("application/octet-stream");
    expect(whole.headers.get("content-disposition")).toMatch(/^attachment; filename="a.html"/);
    expect(whole.headers.get("content-security-policy")).toMatch(/sandbox/);
    const part = await behind(url, { Range: "bytes=1-6" });
    expect([part.status, part.bytes.toString(), part.headers.get("content-range")]).toEqual([
      206,
      "script",
      `bytes 1-6/${html.length}`,
    ]);
    expect((await behind(url, { Range: "bytes=-3" })).bytes.toString()).toBe("pt>");
    expect((await behind(url, { Range: "bytes=999-" })).status).toBe(416);
    expect((await behind(url, { "If-None-Match": whole.headers.get("etag") ?? "" })).status).toBe(304);
    expect((await behind(url.slice(0, -2))).status).toBe(404);
  });

  it("is asked for at the sender's phone when WhatsApp no longer has it", async () => {
    await alice.says("first things first", { to: phone });
    await lab.api.ok("POST", `${number.path}/disconnect`);
    await phone.offline();
    const id = await alice.sendsFile({ kind: "image", bytes: PNG, mimetype: "image/png" }, { to: phone });
    lab.whatsApp.files.forgetAll();
    await number.connects();
    const { body } = await lab.hook.received(({ message_id }) => message_id === id);
    expect(body).toMatchObject({ media: { status: "stored", sha256: sha256(PNG) } });
  });

  it("that cannot be had is told with its message, and comes by a later attempt", async () => {
    lab.whatsApp.files.failNext("downloads", 1);
    const id = await alice.sendsFile(
      { kind: "image", bytes: PNG, mimetype: "image/png", caption: "late" },
      { to: phone },
    );
    const { body } = await lab.hook.received(({ message_id }) => message_id === id);
    expect(body).toMatchObject({ message: "late", media_url: null, media: { status: "failed" } });
    const path = `${number.path}/media/${body.media_id}`;
    expect(await lab.api.call("GET", path)).toMatchObject({ status: 503 });
    expect(await lab.api.ok("POST", `${path}/retry`)).toMatchObject({ success: true });
    const healed = await eventually(
      () => stored(id),
      ({ media }) => media.status === "stored",
      "the file is there",
      60_000,
    );
    expect(sha256((await behind(healed.mediaUrl ?? "")).bytes)).toBe(sha256(PNG));
  });

  it("while the bucket is down is told as failed with its message, heals when it is back, and is told again", async () => {
    const heard = await lab.number("bucket-down");
    const own = lab.whatsApp.phone({ businessName: "Clinic" });
    await heard.isLinkedBy(own);
    await lab.api.ok("PUT", `${heard.path}/webhook`, { events: ["message", "message.media"] });
    await lab.bucket.goesDown();
    const id = await alice.sendsFile(
      { kind: "document", bytes: PDF, mimetype: "application/pdf", caption: "in bad times" },
      { to: own },
    );
    const first = await lab.hook.received(({ event, message_id }) => event === "message" && message_id === id);
    expect(first.body).toMatchObject({ message: "in bad times", media_url: null, media: { status: "failed" } });
    const { media_id } = first.body;
    expect(await lab.api.call("GET", `${heard.path}/media/${media_id}`)).toMatchObject({ status: 503 });

    await lab.bucket.comesBack();
    const healed = await lab.hook.received(
      ({ event, message_id, media_url }) => event === "message.media" && message_id === id && media_url !== null,
      60_000,
    );
    expect(healed.body).toMatchObject({ media_id, media: { status: "stored", sha256: sha256(PDF) } });
    expect(sha256((await behind(String(healed.body.media_url))).bytes)).toBe(sha256(PDF));
    const shown = (await heard.messages()).find((message) => message.id === id);
    expect(shown).toMatchObject({ media: { status: "stored" }, mediaUrl: healed.body.media_url });
  }, 60_000);

  it("that was damaged is never shown", async () => {
    await lab.api.ok("POST", `${number.path}/disconnect`);
    await phone.offline();
    const id = await alice.sendsFile({ kind: "image", bytes: PNG, mimetype: "image/png" }, { to: phone });
    const { message } = await phone.received((received) => received.id === id);
    lab.whatsApp.files.damage(message.imageMessage?.directPath ?? "");
    await number.connects();
    const { body } = await lab.hook.received(({ message_id }) => message_id === id);
    expect(body).toMatchObject({ media_url: null, media: { status: "failed" } });
  });
});

describe("an upload", () => {
  it("may be a form or the raw body, and is gone with its instance", async () => {
    await lab.number("uploads");
    const form = new FormData();
    form.set("instanceId", "uploads");
    form.set("expiresIn", "3600");
    form.set("file", new Blob([PDF], { type: "application/pdf" }), "offer.pdf");
    const first = await fetch(`${lab.url}/api/upload`, { method: "POST", body: form });
    const query = "?instanceId=uploads&fileName=big.bin";
    const large = randomBytes(12_000_000);
    const headers = { "Content-Type": "application/octet-stream" };
    const second = await fetch(`${lab.url}/api/upload${query}`, { method: "POST", body: large, headers });
    const links: string[] = [];
    for (const [response, bytes] of [
      [first, PDF],
      [second, large],
    ] as const) {
      expect(response.status).toBe(200);
      const { url } = (await response.json()) as { url: string };
      expect(sha256((await behind(url)).bytes)).toBe(sha256(bytes));
      links.push(url);
    }
    await lab.api.ok("DELETE", "/api/instances/uploads");
    for (const url of links) expect((await behind(url)).status).toBe(404);
  });
});
