/** Short forms for the parts that every route's description repeats. */
import type { z } from "@hono/zod-openapi";
import { ERROR_STATUS, type ErrorCode } from "../errors.ts";
import { ErrorSchema } from "../schemas/common.ts";

/** A JSON answer, for `responses` of a route. */
export function answer<T extends z.ZodType>(description: string, schema: T) {
  return { description, content: { "application/json": { schema } } };
}

/** A JSON body, for `request.body` of a route. */
export function jsonContent<T extends z.ZodType>(schema: T) {
  return { "application/json": { schema } };
}

/** What a status means in this API; one text for all codes that share it. */
const MEANINGS: Record<(typeof ERROR_STATUS)[ErrorCode], string> = {
  400: "A value is wrong; `issues` names each field",
  401: "The key is missing or wrong",
  404: "There is no such instance, or the recipient has no WhatsApp account; `code` tells which",
  405: "The path exists, the method does not",
  409: "Not possible in the state the instance is in; nothing was changed",
  413: "The body is too large",
  415: "The body is not JSON",
  500: "Something went wrong that nobody foresaw; the log has the request id",
  501: "Described here, not built yet; nothing was done",
  503: "WhatsApp or a part of the deployment did not answer, or a setting is wrong; see `Retry-After` and `hint`",
};

/**
 * Error responses for the document. They are thrown, never returned by a handler, hence the type without statuses:
 * handlers stay bound to the answers of success.
 */
export function errorResponses(...codes: ErrorCode[]): object {
  const statuses = [...codes, "internal" as const, "unavailable" as const].map((code) => ERROR_STATUS[code]);
  return Object.fromEntries(statuses.map((status) => [status, answer(MEANINGS[status], ErrorSchema)]));
}
