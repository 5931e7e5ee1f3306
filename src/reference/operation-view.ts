/** One operation of the reference page. */
import { type Document, type Media, type Operation, type Response, resolve } from "./document.ts";
import { escapeHtml, inline, markdown } from "./html.ts";
import { exampleOf, fields, typeText } from "./schema-view.ts";

const json = (value: unknown): string => `<pre><code>${escapeHtml(JSON.stringify(value, null, 2))}</code></pre>`;

function curl(method: string, path: string, operation: Operation, body: unknown): string {
  const key = operation.security?.length === 0 ? "" : ' -H "X-API-Key: $KEY"';
  const data =
    body === undefined
      ? ""
      : ` -H 'Content-Type: application/json' \\\n  -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`;
  return `<pre><code>${escapeHtml(`curl -X ${method} "$URL${path}"${key}${data}`)}</code></pre>`;
}

function parameters(document: Document, { parameters = [] }: Operation): string {
  if (parameters.length === 0) return "";
  const rows = parameters.map(
    ({ name, in: place, required, description, schema = {} }) =>
      `<li><code class="name">${escapeHtml(name)}</code> <span class="type">${escapeHtml(place)}, ` +
      `${escapeHtml(typeText(document, schema))}</span>${required ? ' <span class="required">required</span>' : ""}` +
      `${description ? `<div>${inline(description)}</div>` : ""}</li>`,
  );
  return `<h4>Parameters</h4><ul class="fields">${rows.join("")}</ul>`;
}

/** The body or answer of one content type. */
function media(document: Document, type: string, { schema = {}, example }: Media): string {
  const label = type === "application/json" ? "" : `<p class="type">${escapeHtml(type)}</p>`;
  if (type !== "application/json") return label;
  const shown = example ?? exampleOf(document, schema);
  const list = fields(document, schema) || `<p class="type">${escapeHtml(typeText(document, schema))}</p>`;
  return `${label}${list}${shown === undefined ? "" : `<details><summary>Example</summary>${json(shown)}</details>`}`;
}

function response(document: Document, status: string, given: Response): string {
  const { description = "", content = {} } = resolve(document, given);
  const isError = Number(status) >= 400;
  const details = isError
    ? ""
    : Object.entries(content)
        .map(([type, part]) => media(document, type, part))
        .join("");
  return `<li><span class="status ${isError ? "error" : "success"}">${escapeHtml(status)}</span> ${inline(description)}${details}</li>`;
}

/** @param id of the element, for links */
export function operationView(
  document: Document,
  id: string,
  method: string,
  path: string,
  operation: Operation,
): string {
  const { summary = "", description = "", responses = {}, requestBody, "x-scope": scope } = operation;
  const bodies = Object.entries(requestBody?.content ?? {});
  const sample = requestBody?.content?.["application/json"];
  const body = sample === undefined ? undefined : (sample.example ?? exampleOf(document, sample.schema ?? {}));
  const needs = scope === undefined ? "Needs no key" : `Scope <code>${escapeHtml(scope)}</code>`;
  const words = escapeHtml(`${method} ${path} ${summary} ${description}`.toLowerCase());
  return `<details class="operation" id="${escapeHtml(id)}" data-words="${words}">
<summary><span class="method ${method.toLowerCase()}">${method}</span> <code>${escapeHtml(path)}</code> <span class="title">${inline(summary)}</span></summary>
<div class="body">${markdown(description)}<p class="scope">${needs}</p>
${parameters(document, operation)}
${bodies.length === 0 ? "" : `<h4>Body</h4>${bodies.map(([type, part]) => media(document, type, part)).join("")}`}
<h4>Call</h4>${curl(method, path, operation, body)}
<h4>Answers</h4><ul class="answers">${Object.entries(responses)
    .map(([status, part]) => response(document, status, part))
    .join("")}</ul>
</div></details>`;
}
