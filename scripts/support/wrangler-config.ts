/** What wrangler.toml binds to the Worker, for those who start it without wrangler. */
import { readFileSync } from "node:fs";

const FILE = new URL("../../wrangler.toml", import.meta.url);
/** Tables that bind nothing: what they say is for the bundler, for Cloudflare, or about how classes came to be. */
const BIND_NOTHING = new Set(["observability", "limits", "triggers", "migrations", "alias"]);

/** The parts of wrangler.toml that the Worker sees. */
export interface WorkerConfig {
  compatibilityDate: string;
  /** Durable Objects: name of the binding, and the class. */
  objects: { name: string; className: string }[];
  /** Names of the bindings of buckets. */
  buckets: string[];
  /** At most `limit` calls for one key in `period` seconds. */
  rateLimits: { name: string; limit: number; period: number }[];
  vars: Record<string, string>;
}

interface Table {
  /** Empty for what stands before the first table. */
  name: string;
  fields: Map<string, string>;
}

/** One field on one line is all the TOML that file has. */
function tablesOf(toml: string): Table[] {
  return `[]\n${toml}`.split(/^\[+(?=[\w.]*\]+$)/m).flatMap((part) => {
    const [head = "", ...lines] = part.split("\n");
    if (head === "") return [];
    const fields = lines.flatMap((line) => {
      const [, field, value] = /^(\w+) = (.*)$/.exec(line) ?? [];
      return field === undefined || value === undefined ? [] : [[field, value] as const];
    });
    return [{ name: head.replaceAll("]", ""), fields: new Map(fields) }];
  });
}

/** A field that is a text. @throws when it is missing or something else */
function text({ name, fields }: Table, field: string): string {
  const value: unknown = JSON.parse(fields.get(field) ?? "null");
  if (typeof value !== "string") throw new Error(`wrangler.toml: ${name}.${field} is not a text`);
  return value;
}

/** @throws when the file binds something of a kind that is not known here */
export function parseWorkerConfig(toml: string): WorkerConfig {
  const config: WorkerConfig = { compatibilityDate: "", objects: [], buckets: [], rateLimits: [], vars: {} };
  for (const table of tablesOf(toml)) {
    if (table.name === "") config.compatibilityDate = text(table, "compatibility_date");
    else if (table.name === "durable_objects.bindings")
      config.objects.push({ name: text(table, "name"), className: text(table, "class_name") });
    else if (table.name === "r2_buckets") config.buckets.push(text(table, "binding"));
    else if (table.name === "ratelimits") {
      const simple = /limit = (\d+), period = (\d+)/.exec(table.fields.get("simple") ?? "");
      if (!simple) throw new Error("wrangler.toml: a rate limit without limit and period");
      config.rateLimits.push({ name: text(table, "name"), limit: Number(simple[1]), period: Number(simple[2]) });
    } else if (table.name === "vars")
      config.vars = Object.fromEntries([...table.fields.keys()].map((name) => [name, text(table, name)]));
    else if (!BIND_NOTHING.has(table.name)) throw new Error(`wrangler.toml: nobody knows what [${table.name}] binds`);
  }
  return config;
}

export const readWorkerConfig = (): WorkerConfig => parseWorkerConfig(readFileSync(FILE, "utf8"));
