/** A schema as a list of fields. */
import { type Document, resolve, type Schema } from "./document.ts";
import { escapeHtml, inline } from "./html.ts";

/** Fields deeper than this are named by their type only: nobody reads further, and circles end here. */
const MAX_DEPTH = 6;

/** The schema with its parts joined: references followed, `allOf` merged, a nullable union reduced to what is not null. */
export function flatten(document: Document, node: Schema): Schema {
  const schema = resolve(document, node);
  const parts = schema.allOf ?? [];
  const choices = (schema.anyOf ?? schema.oneOf ?? []).filter((choice) => choice.type !== "null");
  const [only] = choices;
  if (parts.length === 0 && choices.length !== 1) return schema;
  const all = [...parts, ...(only === undefined ? [] : [only])].map((part) => flatten(document, part));
  const properties = Object.assign({}, ...all.map((part) => part.properties ?? {}), schema.properties ?? {});
  const required = [...all.flatMap((part) => part.required ?? []), ...(schema.required ?? [])];
  const [first = {}] = all;
  return { ...first, ...schema, ...(Object.keys(properties).length > 0 ? { properties } : {}), required };
}

/** The type in a few words: `string`, `array of object`, `"a" | "b"`. */
export function typeText(document: Document, node: Schema): string {
  const schema = flatten(document, node);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices && choices.length > 1) {
    return [...new Set(choices.map((choice) => choice.$ref?.split("/").at(-1) ?? typeText(document, choice)))].join(
      " | ",
    );
  }
  if (schema.items) return `array of ${typeText(document, schema.items)}`;
  const type = Array.isArray(schema.type)
    ? schema.type.join(" | ")
    : (schema.type ?? (schema.properties ? "object" : "any"));
  return schema.format ? `${type} (${schema.format})` : type;
}

function limits({ minimum, maximum, maxLength, default: preset }: Schema): string {
  const parts = [
    minimum === undefined ? "" : `≥ ${minimum}`,
    maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? "" : `≤ ${maximum}`,
    maxLength === undefined ? "" : `at most ${maxLength} characters`,
    preset === undefined || preset === null ? "" : `default ${JSON.stringify(preset)}`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "" : ` <span class="limits">${escapeHtml(parts.join(", "))}</span>`;
}

/** The fields of an object, or of the objects in an array, as nested lists; empty for anything else. */
export function fields(document: Document, node: Schema, depth = 0): string {
  const schema = flatten(document, node);
  if (schema.items) return fields(document, schema.items, depth);
  const { properties, required = [] } = schema;
  if (!properties || depth >= MAX_DEPTH) return "";
  const rows = Object.entries(properties).map(([name, field]) => {
    const flat = flatten(document, field);
    const must = required.includes(name) ? ' <span class="required">required</span>' : "";
    const text = field.description ?? flat.description;
    return (
      `<li><code class="name">${escapeHtml(name)}</code> <span class="type">${escapeHtml(typeText(document, field))}</span>` +
      `${must}${limits(flat)}${text ? `<div>${inline(text)}</div>` : ""}${fields(document, field, depth + 1)}</li>`
    );
  });
  return `<ul class="fields">${rows.join("")}</ul>`;
}

/** A value that fits the schema, from the examples along the way. */
export function exampleOf(document: Document, node: Schema, depth = 0): unknown {
  const schema = flatten(document, node);
  if (schema.example !== undefined) return schema.example;
  if (schema.enum) return schema.enum[0];
  if (schema.items) return depth >= MAX_DEPTH ? [] : [exampleOf(document, schema.items, depth + 1)];
  if (schema.properties && depth < MAX_DEPTH) {
    const entries = Object.entries(schema.properties).map(([name, field]) => [
      name,
      exampleOf(document, field, depth + 1),
    ]);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }
  const [first] = schema.anyOf ?? schema.oneOf ?? [];
  return first === undefined ? undefined : exampleOf(document, first, depth + 1);
}
