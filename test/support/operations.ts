/** The operations of the committed OpenAPI document, as tables of tests need them. Runs in Node and in workerd. */
import json from "../../docs/openapi.json" with { type: "json" };

/** An operation of the document. */
export interface Operation {
  /** Upper case. */
  method: string;
  /** With parameters in braces. */
  path: string;
  id: string;
  /** Null for what needs no key. */
  scope: "read" | "send" | "manage" | "admin" | null;
  /** Whether it has a line in the organisation's audit log although it changes nothing. */
  isAudited: boolean;
  parameters: { name: string; in: string; schema?: unknown }[];
  /** Null when it takes none. */
  body: { content: Record<string, { schema?: unknown; example?: unknown }> } | null;
  responses: Record<string, { $ref?: string; content?: Record<string, unknown> }>;
}

export type Json = Record<string, unknown>;
type RawOperation = {
  operationId?: string;
  security?: unknown[];
  parameters?: Operation["parameters"];
  requestBody?: Operation["body"];
  responses: Operation["responses"];
  "x-scope"?: Operation["scope"];
  "x-audited"?: boolean;
};
interface Document {
  paths: Record<string, Record<string, RawOperation>>;
  components: { schemas: Json; responses: Json };
}

/** The committed document, which a test keeps equal to what the Worker serves. */
export const document = json as unknown as Document;

export const operations: readonly Operation[] = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, raw]) => ({
    method: method.toUpperCase(),
    path,
    id: raw.operationId ?? "",
    scope: raw.security?.length === 0 ? null : (raw["x-scope"] ?? null),
    isAudited: raw["x-audited"] ?? false,
    parameters: raw.parameters ?? [],
    body: raw.requestBody ?? null,
    responses: raw.responses,
  })),
);

/** The operation a request is for; fixed paths win over parameters. */
export function operationOf(method: string, path: string): Operation | undefined {
  const parts = path.split("?")[0]?.split("/") ?? [];
  const fits = (operation: Operation): boolean => {
    const wanted = operation.path.split("/");
    return wanted.length === parts.length && wanted.every((part, i) => part.startsWith("{") || part === parts[i]);
  };
  const found = operations.filter((operation) => operation.method === method && fits(operation));
  return found.sort((a, b) => a.path.split("{").length - b.path.split("{").length)[0];
}

const exampleOf = (node: unknown): unknown => (isObject(node) ? node.example : undefined);
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A body that is right, from the document's examples; null for an operation without JSON. */
export function exampleBody({ body }: Operation): Json | null {
  const content = body?.content["application/json"];
  if (content === undefined) return null;
  const { $ref, ...inline } = (content.schema ?? {}) as { $ref?: string };
  const schema = $ref === undefined ? inline : document.components.schemas[$ref.split("/").at(-1) ?? ""];
  const whole = content.example ?? exampleOf(schema);
  if (isObject(whole)) return whole;
  const { properties = {} } = schema as { properties?: Json };
  const fields = Object.entries(properties).map(([name, field]) => [name, exampleOf(field)] as const);
  return Object.fromEntries(fields.filter(([, example]) => example !== undefined));
}

/** Headers of the operation's own, with the document's examples. */
export function exampleHeaders({ parameters }: Operation): Record<string, string> {
  const own = parameters.filter((parameter) => parameter.in === "header");
  return Object.fromEntries(own.map(({ name, schema }) => [name, String(exampleOf(schema))]));
}

/** A path of the operation: with these values for its parameters, else with the document's examples. */
export function pathOf({ path, parameters }: Operation, values: Record<string, string> = {}): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const example = exampleOf(parameters.find((parameter) => parameter.name === name)?.schema);
    return values[name] ?? encodeURIComponent(typeof example === "string" ? example : "unknown");
  });
}
