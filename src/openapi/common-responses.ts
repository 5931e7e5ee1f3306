/**
 * The error responses that every operation shares. They are named once in the document's components, and added to each
 * operation that can answer with them, so that a route only has to list what is particular to it.
 */
import { z } from "@hono/zod-openapi";

/** What of an operation is read here. */
export interface DocumentedOperation {
  security?: unknown[] | undefined;
  requestBody?: unknown;
  responses?: Record<string, unknown> | undefined;
}

interface CommonResponse {
  /** Its name in `components.responses`. */
  name: string;
  description: string;
  headers?: readonly ("Retry-After" | "WWW-Authenticate" | "Allow")[];
}

/** By status. What a status means, for all codes that share it. */
export const COMMON_RESPONSES = {
  400: { name: "BadRequest", description: "A value is wrong; `issues` names each field" },
  401: { name: "Unauthorized", description: "The key is missing or wrong", headers: ["WWW-Authenticate"] },
  403: {
    name: "Forbidden",
    description: "The key may not do this: it lacks the scope, or is narrowed to certain instances",
  },
  404: { name: "NotFound", description: "There is no such thing, or it belongs to others; `code` tells more" },
  405: { name: "MethodNotAllowed", description: "The path exists, the method does not", headers: ["Allow"] },
  409: {
    name: "Conflict",
    description:
      "Not possible in the state the instance is in, or the `Idempotency-Key` belongs to another call; nothing was changed",
  },
  413: { name: "TooLarge", description: "The body, or the file it names, is too large" },
  415: { name: "UnsupportedMediaType", description: "The body is not of a type that is read here" },
  429: { name: "TooManyRequests", description: "Too many calls in a short time", headers: ["Retry-After"] },
  500: { name: "InternalError", description: "Something went wrong that nobody foresaw; the log has the request id" },
  503: {
    name: "Unavailable",
    description: "WhatsApp or a part of the deployment did not answer, or a setting is wrong; see `hint`",
    headers: ["Retry-After"],
  },
} as const satisfies Record<number, CommonResponse>;

type CommonStatus = keyof typeof COMMON_RESPONSES;

const HEADER_TEXTS: Record<string, string> = {
  "Retry-After": "Seconds after which the same call may succeed",
  "WWW-Authenticate": "`Bearer`",
  Allow: "The methods that are possible",
};

const REQUEST_ID = {
  "X-Request-Id": { description: "The same as `requestId`", schema: { type: "string" } },
};

/** `components.responses` of the document. */
export function commonResponses(): Record<string, unknown> {
  const content = { "application/json": { schema: { $ref: "#/components/schemas/Error" } } };
  return Object.fromEntries(
    Object.values<CommonResponse>(COMMON_RESPONSES).map(({ name, description, headers = [] }) => {
      const extra = headers.map((header) => [
        header,
        { description: HEADER_TEXTS[header], schema: { type: "string" } },
      ]);
      return [name, { description, headers: { ...REQUEST_ID, ...Object.fromEntries(extra) }, content }];
    }),
  );
}

/** The statuses that an operation can answer with whatever it does. */
export function sharedStatuses(
  method: string,
  path: string,
  { security, requestBody }: DocumentedOperation,
): CommonStatus[] {
  const isPublic = security?.length === 0;
  return [
    ...(isPublic ? [] : ([400, 401, 403, 429] as const)),
    ...(path.includes("{") ? ([404] as const) : []),
    ...(requestBody === undefined ? [] : ([400, 413, 415] as const)),
    // A body is read before anybody asks whether it is needed, and an `Idempotency-Key` before what it is for.
    ...(method === "post" || method === "put" ? ([400, 409, 413] as const) : []),
    500,
    503,
  ];
}

const ErrorBody = z.object({
  content: z.object({ "application/json": z.object({ schema: z.object({ $ref: z.string() }) }) }),
});

function isPlainError(response: unknown): boolean {
  const parsed = ErrorBody.safeParse(response);
  return parsed.success && parsed.data.content["application/json"].schema.$ref === "#/components/schemas/Error";
}

/** An operation with its shared error responses, all as references to the components. */
export function withCommonResponses<T extends DocumentedOperation>(method: string, path: string, operation: T): T {
  const responses: Record<string, unknown> = { ...operation.responses };
  for (const status of sharedStatuses(method, path, operation)) responses[status] ??= null;
  for (const [status, response] of Object.entries(responses)) {
    const common = COMMON_RESPONSES[Number(status) as CommonStatus];
    if (common === undefined || (response !== null && !isPlainError(response))) continue;
    responses[status] = { $ref: `#/components/responses/${common.name}` };
  }
  return { ...operation, responses };
}
