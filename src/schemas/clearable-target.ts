import { z } from "@hono/zod-openapi";
import { parseTargetUrl } from "./target-url.ts";

/** For `.transform`: a URL to be called as a caller may give it; `""` and null clear it and come out as null. */
export function clearableTarget(text: string | null, context: z.core.$RefinementCtx): string | null {
  if (text === null || text.trim() === "") return null;
  const target = parseTargetUrl(text.trim());
  if (target.ok) return text.trim();
  context.addIssue({ code: "custom", message: target.message });
  return z.NEVER;
}
