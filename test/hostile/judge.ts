/** What is to be said of the answers to hostile requests, and how many there were of each kind. */
import { assertDocumented } from "../support/documented.ts";
import { operationOf } from "../support/operations.ts";
import type { Exchange, HostileRequest } from "./exchange.ts";
import type { Accepted } from "./growth.ts";
import { UNKNOWN_METHODS } from "./request.ts";

/** An answer without it is the runtime's own. */
const isOurs = ({ headers }: Exchange): boolean => headers.has("x-request-id");

/** The longest path with query that the runtime reads, bytes. */
const LONGEST_TARGET = 65_534;

/** All that the runtime answers by itself, before the Worker sees anything: by status, to what and in which words. */
const OF_RUNTIME: Readonly<Record<number, (request: HostileRequest, text: string) => boolean>> = {
  414: ({ target, method }, text) => target.length > LONGEST_TARGET && (method === "HEAD" || text === "URI too long"),
  501: ({ method }, text) => UNKNOWN_METHODS.has(method) && text === "ERROR: Unrecognized request method.",
};

/** What every call may be answered with before anybody looks for its operation. */
const BEFORE_ROUTES = [400, 401, 403, 404, 405, 413, 415, 429];

/** What is wrong with an answer; null when nothing is. */
function complaint(request: HostileRequest, answer: Exchange): string | null {
  const { status, headers, body, isReset } = answer;
  if (status === null) return `no answer${isReset ? ", the line was broken" : ""}`;
  if (!isOurs(answer)) {
    return OF_RUNTIME[status]?.(request, body.toString("utf8")) ? null : `${status} without a request id`;
  }
  if (status >= 500 && status !== 503) return `answered ${status}`;
  if (headers.has("x-injected") || headers.has("set-cookie")) return "took over a header";
  if (headers.get("x-content-type-options") !== "nosniff") return "misses nosniff";
  const contentType = headers.get("content-type") ?? null;
  if (request.method === "HEAD" || status === 304) return null;
  const { method } = request;
  const pathname = pathOf(request);
  if (operationOf(method, pathname) === undefined) {
    const isPossible = pathname.startsWith("/api/") ? BEFORE_ROUTES.includes(status) : status < 500;
    return isPossible ? null : `${status} for no operation`;
  }
  try {
    const json = contentType?.startsWith("application/json") ? JSON.parse(body.toString("utf8")) : undefined;
    assertDocumented(method, pathname, { status, contentType, json });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The organisation that is there from the beginning, and has instances. */
const DEFAULT = "default";
const KEY_OF_ORGANISATION = /^wsk_([a-z0-9-]+)_/;

/** The path as the Worker sees it, which is as it was sent. */
const pathOf = ({ target }: HostileRequest): string => target.split("?")[0] ?? "";

/** Everything that happened. */
export class Tally {
  readonly complaints: string[] = [];
  readonly #statuses = new Map<string, number>();
  readonly #calls = new Map<string, number>();
  readonly #organisations = new Set<string>();
  readonly #peopled = new Set<string>();
  #keyed = 0;
  #audited = 0;
  readonly #unavailable = new Set<string>();
  #slowest = { ms: 0, request: "" };

  complain(what: string, { method, target, headers, body, framing }: HostileRequest): void {
    const size = body?.length ?? 0;
    const request = JSON.stringify({
      framing,
      size,
      method,
      target,
      body: body?.toString("utf8").slice(0, 500),
      headers,
    });
    this.complaints.push(`${what}\n  ${request.slice(0, 1_000)}`);
  }

  add(request: HostileRequest, answer: Exchange): void {
    const { status, ms } = answer;
    const { method, target } = request;
    const kind = status === null ? "no answer" : isOurs(answer) ? `${status}` : `the runtime's ${status}`;
    if (status === 503) this.#unavailable.add(`${method} ${target}: ${answer.body.toString("utf8")}`.slice(0, 300));
    this.#statuses.set(kind, (this.#statuses.get(kind) ?? 0) + 1);
    if (ms > this.#slowest.ms) this.#slowest = { ms, request: `${method} ${target}`.slice(0, 100) };
    const wrong = complaint(request, answer);
    if (wrong !== null) this.complain(`${wrong}\n  ${answer.body.toString("utf8").slice(0, 300)}`, request);
    this.#count(request, status);
  }

  #count(request: HostileRequest, status: number | null): void {
    const { method, headers } = request;
    const operation = operationOf(method, pathOf(request));
    if (operation === undefined) return;
    const isManagement = operation.scope !== "read" && operation.scope !== "send" && method !== "GET";
    if ((isManagement || operation.isAudited) && status !== 401 && status !== 429) this.#audited += 1;
    // What broke off may have been done before it did.
    if (status !== null && status >= 300) return;
    this.#calls.set(operation.id, (this.#calls.get(operation.id) ?? 0) + 1);
    if (headers.some(([name]) => name === "Idempotency-Key")) this.#keyed += 1;
    const named = headers.find(([name]) => name === "X-Org-Id")?.[1];
    const ofKey = headers.map(([, value]) => KEY_OF_ORGANISATION.exec(value)?.[1]).find((found) => found !== undefined);
    const organisation = named ?? ofKey ?? DEFAULT;
    if (organisation === DEFAULT || method === "GET") return;
    if (named !== undefined) this.#organisations.add(organisation);
    if (operation.id === "createInstance" || operation.id === "onboard") this.#peopled.add(organisation);
  }

  get accepted(): Accepted {
    const [organisations, peopled] = [this.#organisations.size, this.#peopled.size];
    return { calls: this.#calls, keyed: this.#keyed, audited: this.#audited, organisations, peopled };
  }

  /** The slowest answer. */
  get slowest(): string {
    return `${this.#slowest.ms.toFixed(0)} ms (${this.#slowest.request})`;
  }

  /** Those that got a documented 503, with the answer. */
  get unavailable(): string[] {
    return [...this.#unavailable];
  }

  /** How many answers there were of each status; those of the runtime apart. */
  get statuses(): string {
    return [...this.#statuses]
      .sort()
      .map(([kind, count]) => `${kind} ${count}×`)
      .join(", ");
  }
}
