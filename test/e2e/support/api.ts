/** Plain HTTP calls to the gateway; every answer is held against the OpenAPI document. */
import { assertDocumented } from "../../support/documented.ts";
import type { Secret } from "../../traces/secrets.ts";

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** What this file's calls saw that must not turn up elsewhere, and the refusals in which it must not. */
export const seen = { secrets: [] as Secret[], refusals: [] as string[] };

const SECRET_FIELDS: Readonly<Record<string, Secret["kind"]>> = { apiKey: "api-key", passphrase: "passphrase" };

function noteSecrets(body: unknown): void {
  if (typeof body !== "object" || body === null) return;
  for (const [name, kind] of Object.entries(SECRET_FIELDS)) {
    const value = (body as Record<string, unknown>)[name];
    if (typeof value === "string") seen.secrets.push({ kind, value });
  }
}

export class Api {
  readonly #url: () => string;
  readonly #headers: Record<string, string>;

  /** @param url asked at each call: a gateway that was restarted may have another port */
  constructor(url: () => string, headers: Record<string, string> = {}) {
    this.#url = url;
    this.#headers = headers;
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(this.#url() + path, {
      method,
      headers: { ...this.#headers, ...headers, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const contentType = response.headers.get("Content-Type");
    const json = contentType?.startsWith("application/json") ? JSON.parse(text) : undefined;
    noteSecrets(body);
    noteSecrets(json);
    if (response.status >= 400) seen.refusals.push(text);
    assertDocumented(method, path, { status: response.status, contentType, json });
    return { status: response.status, headers: response.headers, body: text === "" ? {} : JSON.parse(text) };
  }

  /** A call that must succeed. */
  async ok<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.call(method, path, body);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as T;
  }

  /** The bytes behind a GET; null when it is not answered with a file. */
  async bytes(path: string): Promise<Buffer | null> {
    const response = await fetch(this.#url() + path, { headers: this.#headers });
    const bytes = Buffer.from(await response.arrayBuffer());
    return response.status === 200 ? bytes : null;
  }

  /** A POST that must create something. */
  async created(path: string, body: unknown): Promise<Record<string, unknown>> {
    const answer = await this.call("POST", path, body);
    if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}
