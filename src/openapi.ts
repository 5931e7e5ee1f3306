/** The OpenAPI 3.1 document, built from the routes. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Handler } from "hono";
import type { AppEnv } from "./middleware/app-env.ts";
import { commonResponses, type DocumentedOperation, withCommonResponses } from "./openapi/common-responses.ts";

const DESCRIPTION = `Runs WhatsApp numbers on your own Cloudflare account. Each **instance** is one linked number with its
own session, webhook, limits and log.

## Keys
Send a key with every call below \`/api/\`, as \`X-API-Key: <key>\` or \`Authorization: Bearer <key>\`. The deployment's own key
(\`API_KEY\`) may do everything, for the organisation \`default\` or the one in the header \`X-Org-Id\`. \`POST /api/keys\` makes
keys of one organisation, with scopes: \`x-scope\` of each operation names the one it needs. Instances of another organisation
do not exist for a key (404). A deployment without a key accepts every call and says so in \`GET /api/health\`.

## First steps
1. \`POST /api/instances\` creates an instance.
2. \`POST /api/instances/{instanceId}/connect\` starts linking; \`GET …/qr\` shows what to scan, \`POST …/pair\` gives a code instead.
3. \`PUT /api/instances/{instanceId}/webhook\` says where received messages go.
4. \`POST /api/instances/{instanceId}/send\` sends.
5. \`GET …/connection\`, \`GET …/messages\` and \`GET …/logs\` show what happens.

## Sending a call twice
Every POST and PUT takes the header \`Idempotency-Key\` (1–255 visible ASCII characters, a UUID for example). The same call
with the same key within 24 hours is executed once; the answer is given again, with \`Idempotent-Replayed: true\`. The same
key with another call is refused (409 \`idempotency_conflict\`). A call that was refused may be tried again with its key.

## Errors
Every error is \`{ error, code, hint?, issues?, requestId }\`: a sentence for people, a code for machines, what to do, the
fields that were wrong. Times are ISO 8601 in UTC, phone numbers digits with country code; input may be written with
\`+\`, spaces, dashes, dots and brackets. Unknown fields are ignored.`;

const TAGS = [
  { name: "Whitelabel", description: "What an onboarding page of your own product needs" },
  { name: "Instances", description: "Create, read, change and delete instances: one linked number each" },
  { name: "Connection", description: "Link a number by QR or code, start and end its session, watch its state" },
  { name: "Messaging", description: "Send messages and read the history" },
  { name: "Profile", description: "Name, About text and picture of the linked account" },
  { name: "Webhook", description: "Where events are delivered, how they are signed, and what became of each delivery" },
  { name: "Events", description: "The log of everything that happens to an instance, in pages and live" },
  { name: "Behavior", description: "How a number appears to people: online, typing, read receipts, pauses" },
  { name: "Anti-Ban", description: "Messages and chats per hour and day" },
  { name: "Wasup Anti-Ban", description: "The number-safety rules: warm-up, limits, risk, pause, opt-outs" },
  { name: "Handoff", description: "A person takes a chat over and gives it back" },
  { name: "Logs", description: "What an instance did lately, for finding out why" },
  { name: "Keys", description: "Keys of an organisation, and the log of what was done with them" },
  { name: "System", description: "Health of the deployment, and keys" },
];

const SECURITY_SCHEMES = {
  ApiKeyAuth: { type: "apiKey", in: "header", name: "X-API-Key" },
  BearerAuth: { type: "http", scheme: "bearer" },
} as const;

/** The document of every route mounted on `app`. */
export function buildOpenApi(app: OpenAPIHono<AppEnv>) {
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Wasup Edge",
      version: "1.0.0",
      description: DESCRIPTION,
      license: { name: "MIT" },
    },
    servers: [{ url: "/", description: "This deployment" }],
    tags: TAGS,
    security: [{ ApiKeyAuth: [] }, { BearerAuth: [] }],
  });
  const paths = Object.fromEntries(
    Object.entries(document.paths ?? {}).map(([path, item]) => [
      path,
      Object.fromEntries(
        Object.entries(item as Record<string, DocumentedOperation>).map(([method, operation]) => [
          method,
          withCommonResponses(method, path, operation),
        ]),
      ),
    ]),
  );
  const components = { ...document.components, responses: commonResponses(), securitySchemes: SECURITY_SCHEMES };
  return { ...document, paths, components };
}

/** Serves the document; it is built at the first request for it, when every route is mounted. */
export function serveOpenApi(app: OpenAPIHono<AppEnv>): Handler<AppEnv> {
  let text: string | null = null;
  return (c) => {
    text ??= JSON.stringify(buildOpenApi(app));
    return c.body(text, 200, { "Content-Type": "application/json" });
  };
}
