/** The deployment itself. */
import { z } from "@hono/zod-openapi";
import { ConnectionStatusSchema, SuccessSchema } from "./common.ts";

/** The answer of GET /api/health. */
export const HealthSchema = z.object({
  status: z.string().openapi({ description: "`ok` when requests are served", example: "ok" }),
  uptime: z
    .number()
    .openapi({ description: "Seconds since this copy of the Worker served its first request", example: 3_600.5 }),
  instances: z.object({
    total: z.int().openapi({ type: "integer", example: 3 }),
    connected: z.int().openapi({ type: "integer", example: 2 }),
  }),
  open: z
    .literal(true)
    .optional()
    .openapi({ description: "Present when no API key is set: everyone who can reach the deployment can use it" }),
  hint: z.string().optional().openapi({ description: "How to close an open deployment" }),
});

/** The answer of POST /api/generate-api-key. */
export const GeneratedKeySchema = z.object({
  success: SuccessSchema,
  apiKey: z.string().openapi({
    description: "64 hexadecimal digits; shown once, stored nowhere",
    example: "5f1d…",
  }),
  message: z.string().openapi({ example: "Set it with: npx wrangler secret put API_KEY" }),
});

/** The answer of GET /api/storage/status. */
export const StorageStatusSchema = z.object({
  success: SuccessSchema,
  enabled: z.boolean().openapi({ description: "True when the bucket answers", example: true }),
  container: z.string().nullable().openapi({ description: "Name of the bucket", example: "wasup-media" }),
  backend: z.literal("r2").openapi({ example: "r2" }),
});

/** The answer of GET /api/status. */
export const StatusSchema = z.object({
  success: SuccessSchema,
  instanceCount: z.int().openapi({ type: "integer", description: "Instances in this answer", example: 2 }),
  instances: z.array(
    z.object({
      id: z.string().openapi({ example: "wa_lxyz123_abc45" }),
      name: z.string().openapi({ example: "Customer Support" }),
      status: ConnectionStatusSchema,
      phone: z.string().nullable().openapi({ description: "Digits of the linked number", example: "60123456789" }),
    }),
  ),
  next: z.string().nullable().openapi({ description: "Cursor of the following page; null on the last", example: null }),
});

/** The answer of POST /api/system/reload-behavior-from-disk. */
export const ReloadedSchema = z.object({
  success: SuccessSchema,
  count: z.int().openapi({ type: "integer", description: "Running instances", example: 1 }),
  results: z.array(
    z.object({
      instanceId: z.string().openapi({ example: "wa_lxyz123_abc45" }),
      reloaded: z.boolean().openapi({ description: "False when it was deleted or did not answer", example: true }),
    }),
  ),
});

/** The answer of GET /api/webhook. */
export const DefaultWebhookSchema = z.object({
  success: SuccessSchema,
  defaultWebhookUrl: z
    .string()
    .nullable()
    .openapi({ description: "The setting `WEBHOOK_URL`; null when it is not set", example: null }),
  message: z.string().openapi({ example: "No default webhook: set WEBHOOK_URL to have one" }),
});
