/** Short forms for the parts that every route's description repeats. */
import type { z } from "@hono/zod-openapi";
import { ERROR_STATUS, type ErrorCode } from "../errors.ts";
import { ErrorSchema } from "../schemas/common.ts";
import type { Scope } from "../schemas/scopes.ts";

/** A JSON answer, for `responses` of a route. */
export function answer<T extends z.ZodType>(description: string, schema: T) {
  return { description, content: { "application/json": { schema } } };
}

/** A JSON body, for `request.body` of a route. */
export function jsonContent<T extends z.ZodType>(schema: T) {
  return { "application/json": { schema } };
}

/** Declares the scope a route needs; shown in the document as `x-scope`, enforced by `middleware/authorise.ts`. */
export function needs(scope: Scope) {
  return { "x-scope": scope } as const;
}

/** Has a GET written to the audit log too: it gives something away. */
export const AUDITED = { "x-audited": true } as const;

/** What a status means in this API; one text for all codes that share it. */
const MEANINGS: Record<(typeof ERROR_STATUS)[ErrorCode], string> = {
  400: "A value is wrong; `issues` names each field",
  401: "The key is missing or wrong",
  403: "The key may not do this: it lacks the scope, or is narrowed to certain instances",
  404: "There is no such instance, or the recipient has no WhatsApp account; `code` tells which",
  405: "The path exists, the method does not",
  409: "Not possible in the state the instance is in; nothing was changed",
  410: "The link's time is over",
  413: "The body is too large",
  415: "The body is not JSON",
  429: "Too many calls in a short time, or too many messages waiting; try again after `Retry-After`",
  500: "Something went wrong that nobody foresaw; the log has the request id",
  501: "Described here, not built yet; nothing was done",
  503: "WhatsApp or a part of the deployment did not answer, or a setting is wrong; see `Retry-After` and `hint`",
};

/** Why a call with a body to one instance may be refused. */
export const BODY_REFUSALS = [
  "invalid_request",
  "unauthorized",
  "not_found",
  "too_large",
  "unsupported_media_type",
] as const satisfies readonly ErrorCode[];

/** Why a message may be refused before anything is sent. */
export const SEND_REFUSALS = [...BODY_REFUSALS, "not_connected", "queue_full"] as const satisfies readonly ErrorCode[];

/**
 * Error responses for the document. They are thrown, never returned by a handler, hence the type without statuses:
 * handlers stay bound to the answers of success.
 */
export function errorResponses(...codes: ErrorCode[]): object {
  const statuses = [...codes, "internal" as const, "unavailable" as const].map((code) => ERROR_STATUS[code]);
  return Object.fromEntries(statuses.map((status) => [status, answer(MEANINGS[status], ErrorSchema)]));
}
