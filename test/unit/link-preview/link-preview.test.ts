import { describe, expect, test } from "vitest";
import { firstLink } from "../../../src/link-preview/first-link.ts";
import { linkPreview } from "../../../src/link-preview/link-preview.ts";
import { pageFacts } from "../../../src/link-preview/page-facts.ts";
import { pageText } from "../../../src/link-preview/page-text.ts";
import { picture } from "../../support/pictures.ts";

describe("the first link of a text", () => {
  test.each<[string, string | null, string?]>([
    ["see https://example.com/a?b=c#d now", "https://example.com/a?b=c#d"],
    ["HTTPS://EXAMPLE.com.", "HTTPS://EXAMPLE.com"],
    ["(www.example.com/x), ok", "www.example.com/x", "https://www.example.com/x"],
    ["*https://example.com*", null],
    ["_see_ https://en.wikipedia.org/wiki/Rust_(language)!", "https://en.wikipedia.org/wiki/Rust_(language)"],
    ["(https://example.com/a)", "https://example.com/a"],
    ["two https://a.example https://b.example", "https://a.example"],
    ["https://bücher.example/ä", "https://bücher.example/ä"],
    ["nothing.here, mailto:a@b.c ftp://x.example javascript:alert(1)", null],
    ["xhttps://example.com", null],
    ["https://", null],
    [`https://example.com/${"a".repeat(100_000)}`, `https://example.com/${"a".repeat(2_036)}`],
  ])("%s", (text, matched, url = matched ?? "") => {
    expect(firstLink(text)).toEqual(matched === null ? null : { matched, url });
  });
});

describe("what a page tells of itself", () => {
  const BASE = new URL("https://example.com/dir/page");
  const facts = (html: string) => pageFacts(html, BASE);

  test.each<[string, string, [string, string, string | null] | null]>([
    [
      "Open Graph before everything else",
      `<head><title>T</title><meta name="description" content="D"><meta property="og:title" content="OG"/>
       <meta content='OD' property='og:description'><meta property=og:image content=/i.jpg></head>`,
      ["OG", "OD", "https://example.com/i.jpg"],
    ],
    [
      "Twitter's tags",
      `<meta name="twitter:title" content="A"><meta name="twitter:image" content="b.png">`,
      ["A", "", "https://example.com/dir/b.png"],
    ],
    [
      "its own title and description",
      "<TITLE lang=de>\n Guten\n Tag </TITLE><META NAME=Description CONTENT='x &amp; y'>",
      ["Guten Tag", "x & y", null],
    ],
    [
      "references",
      "<title>&lt;b&gt; &#8364;&#x20AC;&euro; &unknown; &#0;&#x110000; &amp;lt;</title>",
      ["<b> €€€ &unknown; &#0;&#x110000; &lt;", "", null],
    ],
    ["nothing without a title", `<meta name="description" content="D">`, null],
    ["nothing of an empty title", `<title> </title><meta property="og:title" content="">`, null],
    ["not what is commented out", "<!-- <title>No</title> --><title>Yes</title>", ["Yes", "", null]],
    [
      "not what scripts write",
      `<script>document.write("<title>No</title>")</script><title>Yes</title>`,
      ["Yes", "", null],
    ],
    ["not what the body says", "<body><title>No</title>", null],
    ["not the title of a drawing", "<svg><title>No</title></svg><title>Yes</title>", ["Yes", "", null]],
    ["a > inside quotes", `<meta property="og:title" content="a > b">`, ["a > b", "", null]],
    [
      "the first of several",
      `<meta property="og:title" content="1"><meta property="og:title" content="2">`,
      ["1", "", null],
    ],
    ["no picture that is no URL", `<title>T</title><meta property="og:image" content="https://[">`, ["T", "", null]],
    [
      "no marks that turn writing around",
      "<title>invoice\u202Egpj.exe\u0000\u0007</title>",
      ["invoice gpj.exe", "", null],
    ],
    ["nothing of no HTML", "\u0000\u0001PNG", null],
  ])("%s", (_, html, expected) => {
    const [title, description, imageUrl] = expected ?? [];
    expect(facts(html)).toEqual(expected && { title, description, imageUrl });
  });

  test("long titles are cut, never in the middle of a character", () => {
    expect(facts(`<title>${"😀".repeat(5_000)}</title>`)?.title).toBe(`${"😀".repeat(299)}…`);
  });

  test.each([
    ["tags that never end", "<meta ".repeat(40_000)],
    ["quotes that never end", `<meta content="${"<meta ".repeat(40_000)}`],
    ["comments that never end", "<!--".repeat(60_000)],
    ["titles that never end", "<title>".repeat(30_000)],
    ["scripts that never end", "<script>".repeat(30_000)],
    ["attributes without values", `<meta ${"a ".repeat(120_000)}>`],
    ["equals signs", `<meta ${"=".repeat(240_000)}>`],
    ["names", `<meta ${"a".repeat(240_000)}>`],
    ["references", `<title>${"&#".repeat(120_000)}</title>`],
    ["spaces", `<title>${" ".repeat(250_000)}</title>`],
  ])("a quarter of a megabyte of %s takes no time", (_, html) => {
    const before = performance.now();
    facts(html);
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});

test.each<[string, Uint8Array, string | null, string]>([
  ["UTF-8", Buffer.from("é"), null, "é"],
  ["what the server says", Buffer.from([0xe9]), "iso-8859-1", "é"],
  [
    "what the page says",
    Buffer.concat([Buffer.from("<meta charset=windows-1252>"), Buffer.from([0xe9])]),
    null,
    "<meta charset=windows-1252>é",
  ],
  ["its first bytes before all", Buffer.from([0xff, 0xfe, 0xe9, 0x00]), "utf-8", "é"],
  ["an encoding nobody knows", Buffer.from("é"), "x-none", "é"],
  ["no text", Buffer.from([0xff, 0xff]), null, "��"],
])("a page is read as %s", (_, bytes, charset, text) => {
  expect(pageText(bytes, charset)).toBe(text);
});

describe("a preview", () => {
  const html = (body: string, headers: Record<string, string> = {}) =>
    new Response(body, { headers: { "Content-Type": "text/html; charset=utf-8", ...headers } });
  const PAGE = `<title>Shop</title><meta name=description content="Shoes"><meta property=og:image content=/p.jpg>`;
  const asked: string[] = [];
  const preview = (text: string, answers: Record<string, () => Response | Promise<Response>>) => {
    asked.length = 0;
    return linkPreview(text, {
      policy: { allowLoopback: false, ownOrigin: "https://gateway.example" },
      fetch: async (url) => {
        asked.push(url);
        const answer = answers[url];
        if (!answer) throw new TypeError("unreachable");
        return answer();
      },
    });
  };

  test("has title, description and a small picture", async () => {
    const found = await preview("Look: https://shop.example/a.", {
      "https://shop.example/a": () => html(PAGE),
      "https://shop.example/p.jpg": () => new Response(picture("baseline")),
    });
    expect(found).toEqual({
      url: "https://shop.example/a",
      title: "Shop",
      description: "Shoes",
      thumbnail: expect.any(String),
    });
    expect(Buffer.from(found?.thumbnail ?? "", "base64").subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
  });

  test.each<[string, () => Response]>([
    ["cannot be reached", () => Response.error()],
    ["is none", () => new Response("<html>")],
    ["is too large", () => new Response("x", { headers: { "Content-Length": "99999999" } })],
    [
      "leads to a private address",
      () => new Response(null, { status: 302, headers: { Location: "https://10.0.0.1/" } }),
    ],
  ])("goes without a picture that %s", async (_, image) => {
    const answers = { "https://shop.example/": () => html(PAGE), "https://shop.example/p.jpg": image };
    expect(await preview("https://shop.example/", answers)).toEqual({
      url: "https://shop.example/",
      title: "Shop",
      description: "Shoes",
    });
  });

  test.each<[string, string, Record<string, () => Response>]>([
    ["without a link", "hello", {}],
    ["of a page that cannot be reached", "https://shop.example/", {}],
    [
      "of a page that is not there",
      "https://shop.example/",
      { "https://shop.example/": () => new Response("", { status: 404 }) },
    ],
    [
      "of a file",
      "https://shop.example/",
      { "https://shop.example/": () => new Response("%PDF", { headers: { "Content-Type": "application/pdf" } }) },
    ],
    [
      "of a redirect to this machine",
      "https://shop.example/",
      { "https://shop.example/": () => Response.redirect("http://127.0.0.1:8787/") },
    ],
  ])("there is none %s", async (_, text, answers) => {
    expect(await preview(text, answers)).toBeNull();
  });

  test.each([
    "https://169.254.169.254/latest/meta-data",
    "https://localhost/",
    "http://shop.example/",
    "https://user:pw@shop.example/",
    "https://gateway.example/api/instances",
  ])("asks nobody about %s", async (url) => {
    expect(await preview(url, {})).toBeNull();
    expect(asked).toEqual([]);
  });

  test("reads the beginning of a page without end", async () => {
    const endless = () => {
      const part = Buffer.from(`${PAGE}${" ".repeat(60_000)}`);
      const body = new ReadableStream({ pull: (controller) => controller.enqueue(part) });
      return new Response(body, { headers: { "Content-Type": "text/html" } });
    };
    expect(await preview("https://shop.example/", { "https://shop.example/": endless })).toMatchObject({
      title: "Shop",
    });
  });
});
