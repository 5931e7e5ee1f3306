/** Helpers for whoever runs the deployment. */
import { randomBytes } from "node:crypto";
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../middleware/app-env.ts";
import { GeneratedKeySchema } from "../schemas/system.ts";
import { answer, errorResponses, needs } from "./document.ts";

const KEY_BYTES = 32;

const generateApiKey = createRoute({
  ...needs("admin"),
  method: "post",
  path: "/api/generate-api-key",
  operationId: "generateApiKey",
  tags: ["System"],
  summary: "Make up a key",
  description:
    "Gives a random key to be used as this deployment's `API_KEY`. It is not stored and does not work until it is set.",
  responses: { 200: answer("A new key", GeneratedKeySchema), ...errorResponses("unauthorized") },
});

export const system = new OpenAPIHono<AppEnv>().openapi(generateApiKey, (c) => {
  const apiKey = randomBytes(KEY_BYTES).toString("hex");
  const message = "Keep it safe, then set it: npx wrangler secret put API_KEY (or API_KEY=… in .dev.vars)";
  return c.json({ success: true as const, apiKey, message }, 200);
});
