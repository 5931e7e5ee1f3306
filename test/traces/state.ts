/** The secrets and the outgoing texts in a stopped gateway's state folder. */
import type { DatabaseSync } from "node:sqlite";
import { databasesBelow, readDatabase } from "../support/read-database.ts";
import type { Secret } from "./secrets.ts";

/** Fields of Baileys' credentials and of libsignal's sessions whose value is a private or a symmetric key. */
const KEY_FIELD = /^(?:private|privKey|advSecretKey|rootKey|key|keyData)$/;
const KEY_BYTES = 32;
/** Of the hundreds of one-time keys of a number. */
const PRE_KEYS = 20;

/** Base64 of every 32-byte key below such a field, in either form in which bytes are stored. */
function keysIn(node: unknown, field = ""): string[] {
  if (typeof node === "string") {
    return KEY_FIELD.test(field) && Buffer.from(node, "base64").length === KEY_BYTES ? [node] : [];
  }
  if (typeof node !== "object" || node === null) return [];
  const isBytes = "type" in node && node.type === "Buffer" && "data" in node;
  if (isBytes) return keysIn(node.data, field);
  return Object.entries(node).flatMap(([name, value]) => keysIn(value, name));
}

const textsOf = (database: DatabaseSync, query: string): string[] =>
  database
    .prepare(query)
    .all()
    .flatMap((row) => Object.values(row))
    .filter((value) => typeof value === "string");

function ofInstance(database: DatabaseSync) {
  const stored = [
    ...textsOf(database, "SELECT value FROM credentials"),
    ...textsOf(database, "SELECT value FROM signal_keys WHERE type NOT IN ('pre-key', 'lid-mapping', 'device-list')"),
    ...textsOf(database, `SELECT value FROM signal_keys WHERE type = 'pre-key' LIMIT ${PRE_KEYS}`),
  ];
  const keys = stored.flatMap((text) => keysIn(JSON.parse(text)));
  const headers = textsOf(database, "SELECT headers FROM webhook").flatMap((text) => Object.values(JSON.parse(text)));
  const secret = (kind: Secret["kind"]) => (value: unknown) => ({ kind, value: String(value) });
  return {
    secrets: [
      ...keys.map(secret("private-key")),
      ...textsOf(database, "SELECT secret, previous_secret FROM webhook").map(secret("webhook-secret")),
      ...headers.map(secret("webhook-header")),
      ...textsOf(database, "SELECT text FROM messages").map(secret("message-text")),
    ],
    logs: textsOf(database, "SELECT message FROM logs"),
    events: [...textsOf(database, "SELECT payload FROM events"), ...textsOf(database, "SELECT body FROM alerts")],
  };
}

const isInstance = (database: DatabaseSync): boolean =>
  textsOf(database, "SELECT name FROM sqlite_master WHERE name = 'webhook'").length > 0;

/** @param stateDir folder of the objects' databases */
export function traceState(stateDir: string): { secrets: Secret[]; logs: string[]; events: string[] } {
  const found = { secrets: [] as Secret[], logs: [] as string[], events: [] as string[] };
  for (const path of databasesBelow(stateDir).filter((file) => file.includes("InstanceObject"))) {
    const one = readDatabase(path, (database) => (isInstance(database) ? ofInstance(database) : null));
    found.secrets.push(...(one?.secrets ?? []));
    found.logs.push(...(one?.logs ?? []));
    found.events.push(...(one?.events ?? []));
  }
  return found;
}
