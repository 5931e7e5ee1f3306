import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { linkPath } from "../../../src/media/media-link.ts";
import worker from "../../../src/worker.ts";
import { call } from "./support.ts";

const BASE = "https://wasup.test";
const MIB = 1_048_576;
/** So many bytes, a PDF by its beginning. */
const pdf = (size: number): Uint8Array<ArrayBuffer> => {
  const bytes = Uint8Array.from({ length: size }, (_, index) => (index * 7) % 251);
  bytes.set(new TextEncoder().encode("%PDF-1.7"));
  return bytes;
};

interface Uploaded {
  url: string;
  blobName: string;
  expiresAt: string | null;
}

async function posted(body: BodyInit, { headers = {}, query = "", settings = {} } = {}) {
  const request = new Request(`${BASE}/api/upload${query}`, { method: "POST", body, headers });
  const response = await worker.fetch(request, { ...env, ...settings }, createExecutionContext());
  return { status: response.status, body: (await response.json()) as Uploaded & { issues?: object[] } };
}

const served = async (url: string) => {
  const response = await exports.default.fetch(new Request(url));
  return { status: response.status, headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) };
};

/** Fields in order; a Uint8Array is the file. */
function formOf(fields: [string, string | Uint8Array<ArrayBuffer>][]): FormData {
  const form = new FormData();
  for (const [name, value] of fields) {
    if (typeof value === "string") form.append(name, value);
    else form.append(name, new File([value], "offer.pdf", { type: "application/pdf" }));
  }
  return form;
}

const kept = async (): Promise<string[]> =>
  (await env.MEDIA.list()).objects.map(({ key }) => key).filter((key) => key.includes("/uploads/"));

beforeEach(async () => {
  const left = await kept();
  if (left.length > 0) await env.MEDIA.delete(left);
});

describe("a form", () => {
  test("is stored as it passes, however large", async () => {
    const bytes = pdf(12 * MIB + 1);
    const { status, body } = await posted(
      formOf([
        ["note", "ignored"],
        ["file", bytes],
        ["more", "ignored"],
      ]),
    );
    expect(status).toBe(200);
    expect(body).toEqual({ success: true, url: expect.any(String), blobName: expect.any(String), expiresAt: null });
    expect(body.blobName).toMatch(/^~\/uploads\/\d{13}-[0-9a-f]{32}\.pdf$/);
    const file = await served(body.url);
    expect([file.status, file.headers.get("Content-Type")]).toEqual([200, "application/pdf"]);
    expect(file.headers.get("Content-Disposition")).toContain('filename="offer.pdf"');
    expect(Buffer.from(file.bytes).equals(Buffer.from(bytes))).toBe(true);
  });

  test("may name its instance before the file", async () => {
    await call("POST /api/instances", { json: { name: "Clinic", id: "clinic" } });
    const { body } = await posted(
      formOf([
        ["instanceId", "clinic"],
        ["file", pdf(100)],
      ]),
    );
    expect(body.blobName).toMatch(/^clinic\/uploads\//);
    const unknown = await posted(
      formOf([
        ["instanceId", "nobody"],
        ["file", pdf(100)],
      ]),
    );
    expect(unknown.status).toBe(404);
  });

  test.each<[string, [string, string | Uint8Array<ArrayBuffer>][], string]>([
    ["without a file", [["instanceId", ""]], "Send the file in the field file"],
    [
      "with two files",
      [
        ["file", pdf(100)],
        ["file", pdf(100)],
      ],
      "Send one file",
    ],
    [
      "with its instance behind the file",
      [
        ["file", pdf(100)],
        ["instanceId", "clinic"],
      ],
      "Send instanceId before the file",
    ],
    ["with an empty file", [["file", new Uint8Array(0)]], "The file is empty"],
  ])("%s is refused and leaves nothing", async (_, fields, message) => {
    const { status, body } = await posted(formOf(fields));
    expect([status, body.issues]).toEqual([400, [{ path: "file", message }]]);
    expect(await kept()).toEqual([]);
  });

  test("that breaks off in its file or behind it leaves nothing", async () => {
    const whole = new Request(BASE, { method: "POST", body: formOf([["file", pdf(6 * MIB)]]) });
    const headers = { "Content-Type": whole.headers.get("Content-Type") ?? "" };
    const bytes = new Uint8Array(await whole.arrayBuffer());
    for (const end of [5 * MIB + 500_000, bytes.length - 6]) {
      const { status, body } = await posted(bytes.slice(0, end), { headers });
      expect([status, body.issues]).toEqual([400, [{ path: "file", message: "The form broke off before its end" }]]);
    }
    expect(await kept()).toEqual([]);
  });

  test("without a boundary is refused", async () => {
    const { status } = await posted("x", { headers: { "Content-Type": "multipart/form-data" } });
    expect(status).toBe(400);
  });
});

describe("a file over the limit is refused while it comes in and leaves nothing:", () => {
  const settings = { MEDIA_MAX_BYTES: String(6 * MIB) };
  const file = pdf(7 * MIB);

  test("in a form, as a raw body of known and of unknown length", async () => {
    const headers = { "Content-Type": "application/pdf" };
    const unknownLength = new Blob([file]).stream();
    for (const [body, more] of [
      [formOf([["file", file]]), {}],
      [file, { headers }],
      [unknownLength, { headers }],
    ] as const) {
      expect((await posted(body, { settings, ...more })).status).toBe(413);
    }
    expect(await kept()).toEqual([]);
  });
});

test("JSON has its file as base64", async () => {
  const json = { data: Buffer.from("%PDF-").toString("base64"), mimeType: "application/pdf", expiresIn: 60 };
  const { status, body } = await call("POST /api/upload", { json });
  expect([status, (body as Uploaded).expiresAt]).toEqual([200, expect.any(String)]);
  expect(Buffer.from((await served((body as Uploaded).url)).bytes).toString()).toBe("%PDF-");
});

describe("a link", () => {
  const headers = { "Content-Type": "application/pdf" };

  test("with an expiry says so, is not kept by caches, and cannot be made longer", async () => {
    const { body } = await posted(pdf(100), { headers, query: "?expiresIn=3600" });
    const left = Date.parse(body.expiresAt ?? "") - Date.now();
    expect(left).toBeGreaterThan(3_590_000);
    expect(left).toBeLessThanOrEqual(3_600_000);
    const file = await served(body.url);
    expect([file.status, file.headers.get("Cache-Control")]).toEqual([200, "private, no-cache"]);
    const [, expiry = ""] = /\/(\d+)\.[\w-]+$/.exec(body.url) ?? [];
    expect((await served(body.url.replace(`/${expiry}.`, `/${Number(expiry) + 3_600}.`))).status).toBe(404);
    expect((await served(body.url.replace(`/${expiry}.`, "/"))).status).toBe(404);
  });

  test("whose time is over is answered with 410", async () => {
    const { body } = await posted(pdf(100), { headers });
    const over = await linkPath(env.MEDIA, `default/${body.blobName}`, Date.now() - 1_000);
    const answer = await call(`GET ${over}`);
    expect(answer).toMatchObject({ status: 410, body: { code: "link_expired" } });
    expect((await served(body.url)).status).toBe(200);
  });

  test.each(["59", "31536001", "1.5", "soon"])("cannot be made for %s seconds", async (expiresIn) => {
    const asQuery = await posted(pdf(100), { headers, query: `?expiresIn=${expiresIn}` });
    const asField = await posted(
      formOf([
        ["expiresIn", expiresIn],
        ["file", pdf(100)],
      ]),
    );
    const json = { data: "aGk=", mimeType: "text/plain", expiresIn: Number(expiresIn) };
    expect([asQuery.status, asField.status, (await call("POST /api/upload", { json })).status]).toEqual([
      400, 400, 400,
    ]);
    expect(asField.body.issues).toMatchObject([{ path: "expiresIn" }]);
    expect(await kept()).toEqual([]);
  });
});
