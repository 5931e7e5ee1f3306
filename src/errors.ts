/**
 * Expected refusals. They travel as values (`{ ok: false, error }`) because error classes and names do not survive
 * Durable Object RPC; one exhaustive table turns a code into its HTTP status.
 */

/** Every machine code the API can answer with, and the HTTP status that carries it. */
export const ERROR_STATUS = {
  /** A body, query or path value is wrong; `issues` names each field. */
  invalid_request: 400,
  /** The key is missing, unknown, or given twice with different values. */
  unauthorized: 401,
  /** The key is right, but may not do this. */
  forbidden: 403,
  /** No such route, instance, message or file; another organisation's instance looks the same. */
  not_found: 404,
  /** The recipient's phone number has no WhatsApp account; nothing was sent. */
  not_on_whatsapp: 404,
  /** The path exists, the method does not; the `Allow` header lists those that do. */
  method_not_allowed: 405,
  /** An instance with this id exists already; nothing was changed. */
  already_exists: 409,
  /** The `Idempotency-Key` was used for another call, or its call is still running. */
  idempotency_conflict: 409,
  /** The number is not connected to WhatsApp at the moment. */
  not_connected: 409,
  /** The instance is in a state in which this cannot be done. */
  wrong_state: 409,
  /** The link to a file was made for a time, which is over. */
  link_expired: 410,
  /** The body is larger than the limit named in the message. */
  too_large: 413,
  /** The body is not of a content type this route reads. */
  unsupported_media_type: 415,
  /** Too many calls in a short time; `Retry-After` says when to try again. */
  rate_limited: 429,
  /** Too many messages of this number wait for their slot. */
  queue_full: 429,
  /** Something went wrong that we did not foresee; the log has the request id. */
  internal: 500,
  /** Described by the contract, not built yet. */
  not_implemented: 501,
  /** WhatsApp or storage did not answer in time; `Retry-After` says when to try again. */
  unavailable: 503,
  /** A setting of this deployment is missing or wrong; the message names it, never its value. */
  misconfigured: 503,
} as const satisfies Record<string, number>;

/** A machine code of the error model. */
export type ErrorCode = keyof typeof ERROR_STATUS;

/** One field that was wrong: its path in the body or query (`buttons.0.text`) and what to do about it. */
export interface Issue {
  path: string;
  message: string;
}

/** A refusal as it travels through RPC and, with a request id, as the body of an error response. */
export interface Refusal {
  code: ErrorCode;
  /** One short sentence for people. */
  error: string;
  /** What the caller can do about it. */
  hint?: string;
  issues?: Issue[];
  /** Milliseconds after which the same call may succeed; becomes `Retry-After`. */
  retryAfterMs?: number;
}

/** What a call that can be refused gives. */
export type Result<T> = { ok: true; value: T } | { ok: false; error: Refusal };

/** A success. */
export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** A refusal; `more` adds a hint, issues or a retry time. */
export function refuse(
  code: ErrorCode,
  error: string,
  more: Omit<Refusal, "code" | "error"> = {},
): { ok: false; error: Refusal } {
  return { ok: false, error: { code, error, ...more } };
}

/** What of an error a log may say: its class, never its words. */
export const errorName = (error: unknown): string => (error instanceof Error ? error.name : "unknown error");
