/** An instance's activity log. */
import { z } from "@hono/zod-openapi";
import { SuccessSchema, TimeSchema } from "./common.ts";
import { LIMITS } from "./limits.ts";

/** Query of GET …/logs. */
export const LogQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(LIMITS.pageRows).default(50).openapi({ description: "How many at most" }),
});

/** One line. */
const LogEntrySchema = z
  .object({
    id: z.string().openapi({ example: "1704825600000" }),
    timestamp: TimeSchema,
    message: z.string().openapi({ example: "Connected as 60123456789" }),
    level: z.enum(["info", "success", "warning", "error"]).openapi({ example: "success" }),
  })
  .openapi("LogEntry");

/** The answer of GET …/logs. */
export const LogListSchema = z.object({
  success: SuccessSchema,
  logs: z.array(LogEntrySchema).openapi({ description: "Newest first" }),
});
