/** The one place that turns refusals and exceptions into responses. */
import type { Context, ErrorHandler, NotFoundHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { matchedRoutes } from "hono/route";
import { ERROR_STATUS, type Refusal, type Result, refuse } from "../errors.ts";
import { describeError, log } from "../log.ts";
import { allowedMethods, type MethodAndPath } from "./allowed-methods.ts";
import type { AppEnv } from "./app-env.ts";

/** A refusal on its way out of a middleware or handler. */
export class RefusalError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.code);
    this.name = "RefusalError";
    this.refusal = refusal;
  }
}

/** The value of a result; a refusal ends the request with its response. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new RefusalError(result.error);
}

const UNAUTHORIZED_MESSAGE = "Valid API key required. Use X-API-Key header or Authorization Bearer";
/** A Durable Object that is overloaded or moving is back within about a second. */
const RETRY_OBJECT_MS = 1_000;

function respond(c: Context<AppEnv>, refusal: Refusal): Response {
  const { code, error, hint, issues, retryAfterMs } = refusal;
  if (retryAfterMs !== undefined) c.header("Retry-After", String(Math.max(1, Math.ceil(retryAfterMs / 1_000))));
  if (code === "unauthorized") c.header("WWW-Authenticate", "Bearer");
  return c.json(
    {
      error,
      ...(code === "unauthorized" && { message: UNAUTHORIZED_MESSAGE }),
      code,
      ...(hint !== undefined && { hint }),
      ...(issues !== undefined && { issues }),
      requestId: c.var.requestId,
    },
    ERROR_STATUS[code],
  );
}

/** What Hono's own refusals mean here; null for those we do not expect. */
function refusalOf(status: number): Refusal | null {
  if (status === 400) {
    return refuse("invalid_request", "The body is not valid JSON", { hint: "Send one JSON object, UTF-8" }).error;
  }
  if (status === 415) {
    const hint = "Send JSON with the header Content-Type: application/json";
    return refuse("unsupported_media_type", "The body is not declared as JSON", { hint }).error;
  }
  return null;
}

/** True for what the runtime throws when an object is overloaded, restarting or moving: nothing is wrong with the call. */
function isPassing(error: Error): boolean {
  return ("overloaded" in error && error.overloaded === true) || ("retryable" in error && error.retryable === true);
}

/** Answers whatever a handler threw; only what nobody foresaw is logged, without its message. */
export const respondToError: ErrorHandler<AppEnv> = (error, c) => {
  if (error instanceof RefusalError) return respond(c, error.refusal);
  const expected = error instanceof HTTPException ? refusalOf(error.status) : null;
  if (expected !== null) return respond(c, expected);
  const { requestId } = c.var;
  if (isPassing(error)) {
    log("warning", "A Durable Object was not available", { requestId, error: describeError(error) });
    const more = { hint: "Try again", retryAfterMs: RETRY_OBJECT_MS };
    return respond(c, refuse("unavailable", "The instance is busy or restarting", more).error);
  }
  // The route and not the path: that one may be a working link to a file, or hold somebody's phone number.
  const route = matchedRoutes(c).at(-1)?.path ?? "";
  log("error", "Unexpected error", { requestId, method: c.req.method, route, error: describeError(error) });
  const hint = "Nothing is known to be wrong with the request; give the request id to whoever runs this deployment";
  return respond(c, refuse("internal", "Something went wrong", { hint }).error);
};

/** Answers a path or method without a route; `routes` is read at the first such request, when all are mounted. */
export function respondNotFound(routes: readonly MethodAndPath[]): NotFoundHandler<AppEnv> {
  return (c) => {
    const allowed = allowedMethods(routes, c.req.path);
    if (allowed.length === 0) {
      return respond(c, refuse("not_found", "No such route", { hint: "GET /openapi.json lists every route" }).error);
    }
    c.header("Allow", allowed.join(", "));
    const hint = `Use ${allowed.join(" or ")}`;
    return respond(c, refuse("method_not_allowed", `${c.req.method} is not possible here`, { hint }).error);
  };
}
