/** Does the storage for media work? */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../middleware/app-env.ts";
import { StorageStatusSchema } from "../schemas/system.ts";
import { answer, errorResponses, needs } from "./document.ts";

/** A check is a paid call to R2; this long its result is believed, milliseconds. */
const BELIEVED_MS = 60_000;

const getStorageStatus = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/storage/status",
  operationId: "getStorageStatus",
  tags: ["System"],
  summary: "State of the media storage",
  description: "Says whether the bucket for media answers. It is really asked, at most once a minute.",
  responses: { 200: answer("The state", StorageStatusSchema), ...errorResponses("unauthorized") },
});

/** The sub-app; a function because it remembers the last check. */
export function storage(): OpenAPIHono<AppEnv> {
  let last: { works: boolean; until: number } | null = null;
  return new OpenAPIHono<AppEnv>().openapi(getStorageStatus, async (c) => {
    const { services } = c.var;
    const now = services.now();
    if (last === null || last.until <= now) last = { works: await services.storageWorks(), until: now + BELIEVED_MS };
    const container = services.storageName();
    return c.json({ success: true as const, enabled: last.works, container, backend: "r2" as const }, 200);
  });
}
