/**
 * What somebody hands over as a session → a session that can be stored, checked part by part. A refusal names the part
 * and what is wrong with its shape, never what stands in it.
 */
import type { z } from "zod";
import type { SessionCopy } from "../durable/rpc-session.ts";
import { type Issue, ok, type Result, refuse } from "../errors.ts";
import { lidOf, phoneOf } from "../whatsapp/identity.ts";
import { CREDENTIALS_FILE, isKeyType, type KeyType, keyOfFile } from "./key-files.ts";
import { CredentialsSchema, DeviceListsSchema, KEY_SHAPES } from "./key-shapes.ts";

/** Keys of one session: those of ten thousand chats have five each. */
const MOST_KEYS = 50_000;
const MOST_NAME_CHARACTERS = 256;
/** Refusals are read by people: more of the same kind help nobody. */
const MOST_ISSUES = 20;

export interface ReadSession {
  copy: SessionCopy;
  /** Digits. */
  phone: string;
  lid: string | null;
  /** Parts that are no keys we know, and were left out. */
  ignored: number;
}

/** One part as it was given: where it stands, which key it is, and how to get at what it holds. */
interface Part {
  name: string;
  key: { type: KeyType; id: string };
  /** Parses it. One part after the other: all of them parsed are several times as large as their texts. */
  value: () => unknown;
}

class Findings {
  readonly #issues: Issue[] = [];

  add(path: string, message: string): void {
    if (this.#issues.length < MOST_ISSUES) this.#issues.push({ path, message });
  }

  has(path: string): boolean {
    return this.#issues.some((issue) => issue.path === path);
  }

  /** What the schema makes of a value; undefined when it does not fit. */
  checked<T extends z.ZodType>(schema: T, value: unknown, name: string): z.output<T> | undefined {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    this.add(name, [issue?.path.join("."), issue?.message].filter(Boolean).join(": ") || "not of the expected shape");
    return undefined;
  }

  refusal() {
    if (this.#issues.length === 0) return null;
    return refuse("invalid_request", "This is not a session that can be used", {
      hint: "Nothing was changed. Export it again, or pack the whole folder with scripts/session-folder.ts",
      issues: this.#issues,
    });
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value of a JSON text; undefined when it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A file's content may be given as it is, a text of JSON, or as the JSON itself. */
function parsedFile(name: string, content: unknown, findings: Findings): unknown {
  if (typeof content !== "string" || keyOfFile(name)?.type === "lid-mapping") return parsedMapping(content);
  const value = jsonOf(content);
  if (value === undefined) findings.add(name, "The file is not JSON");
  return value;
}

/** A LID mapping is itself a text: `"123"` in its file, `123` once parsed. */
function parsedMapping(content: unknown): unknown {
  const quoted = typeof content === "string" ? /^\s*"([^"\\]*)"\s*$/.exec(content)?.[1] : undefined;
  return quoted ?? content;
}

function assemble(
  credentials: unknown,
  parts: readonly Part[],
  deviceLists: SessionCopy["deviceLists"],
  ignored: number,
  findings: Findings,
): Result<ReadSession> {
  if (parts.length > MOST_KEYS) findings.add("files", `More than ${MOST_KEYS} keys`);
  if (credentials === undefined && !findings.has(CREDENTIALS_FILE)) {
    findings.add(CREDENTIALS_FILE, "The file is missing");
  }
  const creds =
    credentials === undefined ? undefined : findings.checked(CredentialsSchema, credentials, CREDENTIALS_FILE);
  const keys = parts.slice(0, MOST_KEYS).flatMap(({ name, key: { type, id }, value }) => {
    if (name.length > MOST_NAME_CHARACTERS) findings.add(name.slice(0, 64), "The name is too long");
    const parsed = value();
    // Unreadable, and noted already; or `null`, which is how some write that there is no key.
    if (parsed === undefined || parsed === null) return [];
    return [{ type, id, value: JSON.stringify(findings.checked(KEY_SHAPES[type], parsed, name)) }];
  });
  const refusal = findings.refusal();
  const phone = phoneOf(creds?.me.id);
  if (refusal !== null || creds === undefined || phone === null) {
    return refusal ?? refuse("invalid_request", "This is not a session that can be used");
  }
  const copy = { credentials: JSON.stringify(creds), keys, deviceLists };
  return ok({ copy, phone, lid: lidOf(creds.me.lid), ignored });
}

/** The files of a multi-file auth state, by name. */
export function readFiles(files: unknown): Result<ReadSession> {
  const findings = new Findings();
  const parts: Part[] = [];
  let credentials: unknown;
  let ignored = 0;
  for (const [name, content] of Object.entries(isRecord(files) ? files : {})) {
    const key = keyOfFile(name);
    if (key !== null) parts.push({ name, key, value: () => parsedFile(name, content, findings) });
    else if (name === CREDENTIALS_FILE || name === "creds") credentials = parsedFile(name, content, findings);
    else ignored += 1;
  }
  return assemble(credentials, parts, [], ignored, findings);
}

/** The text inside a sealed session of our own format. */
export function readOwn(session: unknown): Result<ReadSession> {
  const findings = new Findings();
  const { credentials, keys, deviceLists } = isRecord(session) ? session : {};
  const parts: Part[] = [];
  let ignored = 0;
  for (const [type, ofType] of Object.entries(isRecord(keys) ? keys : {})) {
    for (const [id, value] of Object.entries(isRecord(ofType) ? ofType : {})) {
      if (isKeyType(type)) parts.push({ name: `${type}/${id}`, key: { type, id }, value: () => value });
      else ignored += 1;
    }
  }
  const lists = findings.checked(DeviceListsSchema, deviceLists ?? {}, "deviceLists") ?? {};
  const rows = Object.entries(lists).map(([user, { devices, fetchedAt }]) => ({
    user,
    devices: JSON.stringify(devices),
    fetchedAt,
  }));
  return assemble(credentials, parts, rows, ignored, findings);
}
