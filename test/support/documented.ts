/**
 * Holds every answer of the API against its own OpenAPI document: is the status described for this operation, is the
 * content type, does the body fit its schema, and is no field there that the document does not know.
 */
import { appendFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { document, type Json, type Operation, operationOf } from "./operations.ts";

interface Answer {
  status: number;
  contentType: string | null;
  /** The parsed JSON; undefined for an answer that is not JSON. */
  json?: unknown;
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Named schemas that others extend by `allOf`: what these do not know, the other parts may. */
function extended(node: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(node)) for (const part of node) extended(part, found);
  if (!isObject(node)) return found;
  for (const part of Array.isArray(node.allOf) ? node.allOf : []) {
    if (isObject(part) && typeof part.$ref === "string") found.add(part.$ref.split("/").at(-1) ?? "");
  }
  for (const value of Object.values(node)) extended(value, found);
  return found;
}

/** The same schema, but closed: an object has the fields that are listed and no others. */
function closed(node: unknown, open: ReadonlySet<unknown>, isPart = false): unknown {
  if (Array.isArray(node)) return node.map((part) => closed(part, open, isPart));
  if (!isObject(node)) return node;
  const copy = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, closed(value, open, key === "allOf" || open.has(value))]),
  );
  const lists = isObject(node.properties) || Array.isArray(node.allOf);
  if (!lists || isPart || node.additionalProperties !== undefined || open.has(node)) return copy;
  return { ...copy, unevaluatedProperties: false };
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
const openSchemas = new Set([...extended(document)].map((name) => document.components.schemas[name]));
ajv.addSchema(closed(document, openSchemas) as Json, "document");

const validators = new Map<string, ValidateFunction>();
const escaped = (part: string): string => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));

function validatorOf(pointer: string): ValidateFunction {
  const known = validators.get(pointer);
  if (known) return known;
  const validator = ajv.compile({ $ref: `document#${pointer}` });
  validators.set(pointer, validator);
  return validator;
}

/** What does not fit the document, as sentences; empty when all does. */
export function mismatches(operation: Operation, { status, contentType, json }: Answer): string[] {
  const { method, path, responses } = operation;
  const where = `${method} ${path} → ${status}`;
  const response = responses[status];
  if (response === undefined) return [`${where}: the status is not documented`];
  const resolved =
    response.$ref === undefined ? response : document.components.responses[response.$ref.split("/").at(-1) ?? ""];
  const base = response.$ref?.slice(1) ?? `/paths/${escaped(path)}/${method.toLowerCase()}/responses/${status}`;
  const { content } = resolved as { content?: Json };
  const type = contentType?.split(";")[0]?.trim() ?? null;
  if (content === undefined) return type === null ? [] : [`${where}: a body that is not documented (${type})`];
  if (type !== null && "*/*" in content) return [];
  if (type === null || !(type in content)) return [`${where}: the content type ${type} is not documented`];
  if (type !== "application/json") return [];
  const validate = validatorOf(`${base}/content/${escaped(type)}/schema`);
  if (validate(json)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${where}: ${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** Where runs note which operation answered with which status; see scripts/response-table.ts. */
const record = process.env.RECORD_ANSWERS;

/** Fails when an answer is not the one that is documented. Paths outside the document may only be 404 or 405. */
export function assertDocumented(method: string, path: string, answer: Answer): void {
  if (!path.startsWith("/api/")) return;
  const operation = operationOf(method, path);
  if (operation === undefined) {
    if (![401, 404, 405, 429].includes(answer.status))
      throw new Error(`${method} ${path} is not documented, but answers ${answer.status}`);
    return;
  }
  const found = mismatches(operation, answer);
  if (found.length > 0) throw new Error(`Not as documented:\n${found.join("\n")}`);
  if (record) appendFileSync(record, `${operation.method} ${operation.path} ${answer.status}\n`);
}
