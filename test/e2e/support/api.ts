/** Plain HTTP calls to the gateway; every answer is held against the OpenAPI document. */
import { assertDocumented } from "../../support/documented.ts";

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
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
