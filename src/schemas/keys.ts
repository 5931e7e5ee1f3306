/** API keys of an organisation, and the log of what was done with them. */
import { z } from "@hono/zod-openapi";
import { INSTANCE_ID, SuccessSchema, TimeSchema } from "./common.ts";
import { LIMITS } from "./limits.ts";
import { ScopeSchema } from "./scopes.ts";

/** `wsk_<orgId>_<keyId>_<secret>`: 12 characters of id, 32 random bytes as base64url. */
export const API_KEY = /^wsk_([a-z0-9-]{1,32})_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/;

const NAME_REMEDY = `Say what the key is for, in at most ${LIMITS.nameCharacters} characters`;
const INSTANCES_REMEDY = `List 1 to ${LIMITS.keyInstances} instance ids, or leave it out for all instances`;
const EXPIRY_REMEDY = "Use a time in ISO 8601 with zone, such as 2027-01-31T00:00:00Z, that is still to come";

/** Body of POST /api/keys. That an expiry lies ahead is checked by the route, which has the clock. */
export const CreateKeySchema = z
  .object({
    name: z
      .string(NAME_REMEDY)
      .trim()
      .min(1, NAME_REMEDY)
      .max(LIMITS.nameCharacters, NAME_REMEDY)
      .openapi({ description: "What the key is for", example: "Support desk" }),
    scopes: z
      .array(ScopeSchema, "List what the key may do: read, send, manage, admin")
      .min(1, "Give the key at least one scope")
      .max(16, "Name each scope once")
      .transform((scopes) => [...new Set(scopes)])
      .openapi({ type: "array", example: ["read", "send"] }),
    instances: z
      .array(z.string(INSTANCES_REMEDY).regex(INSTANCE_ID, INSTANCES_REMEDY), INSTANCES_REMEDY)
      .min(1, INSTANCES_REMEDY)
      .max(LIMITS.keyInstances, INSTANCES_REMEDY)
      .nullable()
      .default(null)
      .openapi({ description: "The only instances the key may use; null for all", example: ["wa_lxyz123_abc45"] }),
    expiresAt: z.iso
      .datetime({ offset: true, error: EXPIRY_REMEDY })
      .nullable()
      .default(null)
      .openapi({
        type: ["string", "null"],
        format: "date-time",
        description: "When the key stops working; null for never",
        example: "2099-01-31T00:00:00.000Z",
      }),
  })
  .refine(({ scopes, instances }) => instances === null || !scopes.includes("admin"), {
    path: ["instances"],
    message: "Leave instances out: a key with the scope admin may use all of them",
  })
  .openapi("CreateKey", { example: { name: "Support desk", scopes: ["read", "send"] } });

/** A key as every answer shows it: never its secret. */
export const KeySchema = z
  .object({
    id: z.string().openapi({ description: "The part of the key that is no secret", example: "k3m9x2p7q1w5" }),
    name: z.string().openapi({ example: "Support desk" }),
    scopes: z.array(ScopeSchema).openapi({ example: ["read", "send"] }),
    instances: z
      .array(z.string())
      .nullable()
      .openapi({ description: "The only instances it may use; null for all", example: null }),
    createdAt: TimeSchema,
    createdBy: z.string().openapi({ description: "Id of the key that made it; see the audit log", example: "admin" }),
    expiresAt: TimeSchema.nullable(),
    lastUsedAt: TimeSchema.nullable().openapi({ description: "To the minute; null when it was never used" }),
  })
  .openapi("ApiKey");

/** The answer of POST /api/keys. */
export const KeyCreatedSchema = z.object({
  success: SuccessSchema,
  apiKey: z.string().openapi({
    description: "The key itself; shown once, only its SHA-256 is kept",
    example: "wsk_default_k3m9x2p7q1w5_Yk1zT0…",
  }),
  key: KeySchema,
});

/** The answer of GET /api/keys. */
export const KeyListSchema = z.object({
  success: SuccessSchema,
  count: z.int().openapi({ type: "integer", example: 1 }),
  keys: z.array(KeySchema),
});

/** Path of DELETE /api/keys/{keyId}. */
export const KeyParamsSchema = z.object({
  keyId: z.string().openapi({
    param: { name: "keyId", in: "path" },
    description: "The id of the key",
    example: "k3m9x2p7q1w5",
  }),
});

/** The answer of DELETE /api/keys/{keyId}. */
export const KeyRevokedSchema = z.object({
  success: SuccessSchema,
  message: z.string().openapi({ example: "Key k3m9x2p7q1w5 revoked; it stops working within 30 seconds" }),
});

/** Query of GET /api/audit. */
export const AuditQuerySchema = z.object({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(LIMITS.pageRows)
    .default(50)
    .openapi({ description: "How many at most", example: 50 }),
  cursor: z.string().max(LIMITS.cursorCharacters).optional().openapi({ description: "`next` of the page before" }),
});

/** One call that changed something, or tried to. */
export const AuditEntrySchema = z
  .object({
    id: z.string().openapi({ example: "42" }),
    at: TimeSchema,
    keyId: z.string().openapi({
      description: "Who: the id of the key, `admin` for the deployment's own key, `open` for a deployment without one",
      example: "admin",
    }),
    action: z.string().openapi({ description: "What: the operation's id in this document", example: "createInstance" }),
    target: z.string().nullable().openapi({ description: "The instance or key it concerned", example: "wa_1" }),
    status: z.int().openapi({ type: "integer", description: "The answer's HTTP status", example: 201 }),
    requestId: z.string().openapi({ example: "2f1c4e0a-6a53-4f6e-9f0b-6d7c8a1b2c3d" }),
  })
  .openapi("AuditEntry");

/** The answer of GET /api/audit. */
export const AuditListSchema = z.object({
  success: SuccessSchema,
  count: z.int().openapi({ type: "integer", example: 1 }),
  entries: z.array(AuditEntrySchema),
  next: z.string().nullable().openapi({ description: "Cursor of the following page; null on the last", example: null }),
});
