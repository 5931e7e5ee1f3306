/** The API reference as one page of HTML, made from the OpenAPI document. It works without scripts; one adds a search. */
import type { Document } from "./document.ts";
import { escapeHtml, inline, markdown } from "./html.ts";
import { operationView } from "./operation-view.ts";

interface Listed {
  id: string;
  view: string;
}

/** Operations under their first tag, in the order of the document's tags. */
function sections(document: Document): { name: string; description: string; operations: Listed[] }[] {
  const byTag = new Map<string, Listed[]>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const tag = operation.tags?.[0] ?? "Other";
      const id = operation.operationId ?? `${method}-${path}`;
      const view = operationView(document, id, method.toUpperCase(), path, operation);
      byTag.set(tag, [...(byTag.get(tag) ?? []), { id, view }]);
    }
  }
  const known = (document.tags ?? []).map(({ name }) => name);
  const names = [
    ...known.filter((name) => byTag.has(name)),
    ...[...byTag.keys()].filter((name) => !known.includes(name)),
  ];
  return names.map((name) => ({
    name,
    description: document.tags?.find((tag) => tag.name === name)?.description ?? "",
    operations: byTag.get(name) ?? [],
  }));
}

export function referencePage(document: Document): string {
  const { title, version, description = "" } = document.info;
  const parts = sections(document);
  const navigation = parts.map(({ name }) => `<a href="#tag-${escapeHtml(name)}">${escapeHtml(name)}</a>`).join("");
  const content = parts
    .map(
      ({ name, description: text, operations }) =>
        `<section id="tag-${escapeHtml(name)}"><h2>${escapeHtml(name)}</h2><p>${inline(text)}</p>` +
        `${operations.map(({ view }) => view).join("")}</section>`,
    )
    .join("");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${escapeHtml(title)} API</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/docs/style.css"><script src="/docs/search.js" defer></script></head>
<body><header><h1>${escapeHtml(title)} <small>${escapeHtml(version)}</small></h1>
<input type="search" id="search" placeholder="Search" aria-label="Search the operations" autocomplete="off">
<nav>${navigation}<a href="/openapi.json">openapi.json</a></nav></header>
<main><details class="about" open><summary>About this API</summary>${markdown(description)}</details>
<p id="nothing" hidden>Nothing found.</p>${content}</main></body></html>`;
}
