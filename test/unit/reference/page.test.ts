import { describe, expect, test } from "vitest";
import type { Document, Schema } from "../../../src/reference/document.ts";
import { escapeHtml, inline, markdown } from "../../../src/reference/html.ts";
import { referencePage } from "../../../src/reference/page.ts";
import { exampleOf, fields, typeText } from "../../../src/reference/schema-view.ts";
import { operations } from "../../support/operations.ts";
import { api } from "../api/support.ts";

const get = async (path: string) => {
  const response = await api({ env: { API_KEY: "k" } }).request(`GET ${path}`, { headers: {} });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe("the reference at /docs", () => {
  test("needs no key and shows every operation once", async () => {
    const { status, headers, text } = await get("/docs");
    expect([status, headers.get("Content-Type")]).toEqual([200, "text/html; charset=utf-8"]);
    const shown = [...text.matchAll(/<details class="operation" id="([^"]+)"/g)].map(([, id]) => id);
    expect(shown.sort()).toEqual(operations.map(({ id }) => id).sort());
  });

  test("may load nothing but its own two files, and loads no more", async () => {
    const { headers, text } = await get("/docs");
    const policy = headers.get("Content-Security-Policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const loaded = [...text.matchAll(/<(?:script|link|img|iframe)[^>]*?(?:src|href)="([^"]+)"/g)].map(([, url]) => url);
    expect(loaded).toEqual(["data:,", "/docs/style.css", "/docs/search.js"]);
    expect(text).not.toMatch(/<script>|<style|\son\w+=|style="/);
    for (const [path, type] of [
      ["/docs/style.css", "text/css"],
      ["/docs/search.js", "text/javascript"],
    ] as const) {
      const file = await get(path);
      expect([file.status, file.headers.get("Content-Type"), file.text]).toEqual([
        200,
        `${type}; charset=utf-8`,
        expect.not.stringMatching(/https?:|@import/),
      ]);
    }
  });

  test("escapes whatever stands in the document", () => {
    const evil = `<img src=x onerror="alert('1')">`;
    const document: Document = {
      info: { title: evil, version: evil, description: evil },
      tags: [{ name: evil, description: evil }],
      paths: {
        [`/${evil}`]: {
          get: {
            operationId: evil,
            summary: evil,
            description: evil,
            tags: [evil],
            parameters: [{ name: evil, in: evil, description: evil, schema: { type: evil } }],
            requestBody: {
              content: {
                "application/json": { schema: { properties: { [evil]: { description: evil, example: evil } } } },
              },
            },
            responses: { [evil]: { description: evil }, 200: { description: evil, content: { [evil]: {} } } },
            "x-scope": evil,
          },
        },
      },
    };
    expect(referencePage(document)).not.toContain("<img");
  });
});

describe("the text of the document", () => {
  test.each([
    ['a `<b>` **c** & "d"', "a <code>&lt;b&gt;</code> <strong>c</strong> &amp; &quot;d&quot;"],
    ["'", "&#39;"],
  ])("%s", (text, html) => {
    expect(inline(text)).toBe(html);
  });

  test("has headings, lists and paragraphs", () => {
    expect(markdown("## Keys\nSend\none.\n\n1. a\n2. `b`")).toBe(
      "<h2>Keys</h2><p>Send one.</p><ol><li>a</li><li><code>b</code></li></ol>",
    );
    expect(escapeHtml(`<">&'`)).toBe("&lt;&quot;&gt;&amp;&#39;");
  });
});

describe("a schema", () => {
  const document = {
    info: { title: "", version: "" },
    paths: {},
    components: {
      schemas: {
        Tree: {
          type: "object",
          properties: {
            name: { type: "string", example: "a" },
            children: { type: "array", items: { $ref: "#/components/schemas/Tree" } },
          },
        },
        Named: { type: "object", properties: { name: { type: "string", maxLength: 5 } }, required: ["name"] },
      },
    },
  } satisfies Document;

  test.each<[Schema, string]>([
    [{ type: ["string", "null"], format: "uri" }, "string | null (uri)"],
    [{ type: "array", items: { type: "integer" } }, "array of integer"],
    [{ enum: ["a", 1] }, '"a" | 1'],
    [{ anyOf: [{ $ref: "#/components/schemas/Named" }, { type: "null" }] }, "Named | null"],
    [{ anyOf: [{ $ref: "#/components/schemas/Named" }, { type: "string" }] }, "Named | string"],
  ])("%j is called %s", (schema, text) => {
    expect(typeText(document, schema)).toBe(text);
  });

  test("that extends another shows the fields of both", () => {
    const html = fields(document, {
      allOf: [{ $ref: "#/components/schemas/Named" }, { properties: { age: { type: "integer" } } }],
    });
    expect(html).toContain(
      '<code class="name">name</code> <span class="type">string</span> <span class="required">required</span>',
    );
    expect(html).toContain("at most 5 characters");
    expect(html).toContain('<code class="name">age</code>');
  });

  test("that contains itself ends", () => {
    const tree = { $ref: "#/components/schemas/Tree" };
    expect(fields(document, tree).split("<ul").length).toBeLessThan(10);
    expect(exampleOf(document, tree)).toMatchObject({ name: "a", children: [{ name: "a" }] });
  });
});
