/** What is to be said of the answers to hostile requests, and how many there were of each kind. */
import { assertDocumented } from "../support/documented.ts";
import { operationOf } from "../support/operations.ts";
import type { Exchange, HostileRequest } from "./exchange.ts";
import type { Accepted } from "./growth.ts";

/** The runtime's own parser refuses what is no HTTP before the Worker sees it. */
const isOurs = ({ headers }: Exchange): boolean => headers.has("x-request-id");

/** What every call may be answered with before anybody looks for its operation. */
const BEFORE_ROUTES = [400, 401, 403, 404, 405, 413, 415, 429];
/** Closing with that much unread makes the kernel drop the answer too. */
const UNREAD_BYTES = 16_384;

/** The proxy of `wrangler dev` gives up, with or without an answer, when the Worker refused a large body without reading it. */
const GAVE_UP = new Set(["Error: Network connection lost.", "Error: Promise will never complete."]);
const isLeftUnread = ({ body }: HostileRequest): boolean => (body?.length ?? 0) > UNREAD_BYTES;

/** What `wrangler dev` answers by itself: to a method that HTTP does not know, and when it gave up. */
function isOfRuntime(request: HostileRequest, text: string): boolean {
  if (text === "ERROR: Unrecognized request method.") return true;
  // The answer to a HEAD does not say why.
  return isLeftUnread(request) && (request.method === "HEAD" || GAVE_UP.has(text));
}

/** What is wrong with an answer; null when nothing is. */
function complaint(request: HostileRequest, answer: Exchange): string | null {
  const { status, headers, body, isReset } = answer;
  const isBroken = request.framing !== "length" && request.framing !== "chunked";
  if (status === null) {
    return isBroken || isLeftUnread(request) ? null : `no answer${isReset ? ", the line was broken" : ""}`;
  }
  if (!isOurs(answer)) {
    const isRefused = status >= 400 && status < 500;
    return isRefused || isBroken || isOfRuntime(request, body.toString("utf8"))
      ? null
      : `${status} without a request id`;
  }
  if (status >= 500 && status !== 503) return `answered ${status}`;
  if (headers.has("x-injected") || headers.has("set-cookie")) return "took over a header";
  if (headers.get("x-content-type-options") !== "nosniff") return "misses nosniff";
  const contentType = headers.get("content-type") ?? null;
  if (request.method === "HEAD" || status === 304 || isBroken) return null;
  // To the runtime an upgrade is a GET, whatever its first line says.
  const isUpgrade = request.headers.some(([name]) => name === "Upgrade");
  const method = isUpgrade ? "GET" : request.method;
  const pathname = pathOf(request);
  if (operationOf(method, pathname) === undefined) {
    return !pathname.startsWith("/api/") || BEFORE_ROUTES.includes(status) ? null : `${status} for no operation`;
  }
  try {
    const json = contentType?.startsWith("application/json") ? JSON.parse(body.toString("utf8")) : undefined;
    assertDocumented(method, pathname, { status, contentType, json });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The path as the Worker sees it. */
const pathOf = ({ target }: HostileRequest): string => new URL(`http://a${target}`).pathname;

/** Everything that happened. */
export class Tally {
  readonly complaints: string[] = [];
  readonly #statuses = new Map<string, number>();
  readonly #calls = new Map<string, number>();
  readonly #organisations = new Set<string>();
  #keyed = 0;
  #audited = 0;
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
    const organisation = headers.find(([name]) => name === "X-Org-Id")?.[1];
    if (organisation !== undefined && method !== "GET") this.#organisations.add(organisation);
  }

  get accepted(): Accepted {
    const organisations = this.#organisations.size;
    return { calls: this.#calls, keyed: this.#keyed, audited: this.#audited, organisations };
  }

  /** The slowest answer. */
  get slowest(): string {
    return `${this.#slowest.ms.toFixed(0)} ms (${this.#slowest.request})`;
  }

  /** How many answers there were of each status; those of the runtime's own parser and proxy apart. */
  get statuses(): string {
    return [...this.#statuses]
      .sort()
      .map(([kind, count]) => `${kind} ${count}×`)
      .join(", ");
  }
}
