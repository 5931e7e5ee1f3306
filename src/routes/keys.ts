/** The keys of an organisation. */
import { randomBytes } from "node:crypto";
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { refuse } from "../errors.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { keyHash } from "../middleware/authenticate.ts";
import { RefusalError, unwrap } from "../middleware/errors.ts";
import {
  CreateKeySchema,
  KeyCreatedSchema,
  KeyListSchema,
  KeyParamsSchema,
  KeyRevokedSchema,
} from "../schemas/keys.ts";
import { answer, errorResponses, jsonContent, needs } from "./document.ts";

const tags = ["Keys"];
const KEY_ID_CHARACTERS = 12;
const SECRET_BYTES = 32;

const createKey = createRoute({
  ...needs("admin"),
  method: "post",
  path: "/api/keys",
  operationId: "createKey",
  tags,
  summary: "Create a key",
  description:
    "Makes a key of the caller's organisation. The answer is the only one that shows it: what is kept is its SHA-256. " +
    "A key can be limited by scopes, to certain instances, and in time.",
  request: { body: { required: true, content: jsonContent(CreateKeySchema) } },
  responses: {
    201: answer("The new key", KeyCreatedSchema),
    ...errorResponses("invalid_request", "unauthorized", "wrong_state", "too_large", "unsupported_media_type"),
  },
});

const listKeys = createRoute({
  ...needs("admin"),
  method: "get",
  path: "/api/keys",
  operationId: "listKeys",
  tags,
  summary: "List keys",
  description: "Every key of the organisation with its scopes and its last use, oldest first; never a secret.",
  responses: { 200: answer("The keys", KeyListSchema), ...errorResponses("unauthorized") },
});

const revokeKey = createRoute({
  ...needs("admin"),
  method: "delete",
  path: "/api/keys/{keyId}",
  operationId: "revokeKey",
  tags,
  summary: "Revoke a key",
  description:
    "Deletes a key. Copies of the Worker remember a good key for up to 30 seconds; after that it is refused.",
  request: { params: KeyParamsSchema },
  responses: { 200: answer("The key is gone", KeyRevokedSchema), ...errorResponses("unauthorized", "not_found") },
});

const BASE = 36;
/** Bytes from this on would make some characters likelier than others. */
const UNBIASED = 252;

/** Twelve of `a-z0-9`. */
function newKeyId(): string {
  const characters: string[] = [];
  while (characters.length < KEY_ID_CHARACTERS) {
    for (const byte of randomBytes(KEY_ID_CHARACTERS))
      if (byte < UNBIASED) characters.push((byte % BASE).toString(BASE));
  }
  return characters.slice(0, KEY_ID_CHARACTERS).join("");
}

export const keys = new OpenAPIHono<AppEnv>()
  .openapi(createKey, async (c) => {
    const { services, orgId, principal } = c.var;
    const { name, scopes, instances, expiresAt: expiry } = c.req.valid("json");
    const expiresAt = expiry === null ? null : Date.parse(expiry);
    if (expiresAt !== null && expiresAt <= services.now()) {
      const issues = [{ path: "expiresAt", message: "Use a time that is still to come" }];
      throw new RefusalError(refuse("invalid_request", "The request is not valid", { issues }).error);
    }
    const id = newKeyId();
    const apiKey = `wsk_${orgId}_${id}_${randomBytes(SECRET_BYTES).toString("base64url")}`;
    const hash = keyHash(apiKey);
    const stored = { id, hash, name, scopes, instances, expiresAt, createdBy: principal.keyId };
    const key = unwrap(await services.directory(orgId).createKey(stored));
    c.set("auditTarget", id);
    return c.json({ success: true as const, apiKey, key }, 201);
  })
  .openapi(listKeys, async (c) => {
    const list = await c.var.services.directory(c.var.orgId).listKeys();
    return c.json({ success: true as const, count: list.length, keys: list }, 200);
  })
  .openapi(revokeKey, async (c) => {
    const { keyId } = c.req.valid("param");
    const { id } = unwrap(await c.var.services.directory(c.var.orgId).revokeKey(keyId));
    const message = `Key ${id} revoked; it stops working within 30 seconds`;
    return c.json({ success: true as const, message }, 200);
  });
