/** The deployment itself. */
import { z } from "@hono/zod-openapi";
import { SuccessSchema } from "./common.ts";

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
