/** Files of messages, and files behind public links. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { type Result, refuse } from "../errors.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { unwrap } from "../middleware/errors.ts";
import { InstanceParamsSchema } from "../schemas/common.ts";
import { FileRetrySchema } from "../schemas/media.ts";
import { answer, errorResponses, needs } from "./document.ts";

const tags = ["Messaging"];

const MediaParamsSchema = InstanceParamsSchema.extend({
  mediaId: z
    .string()
    .min(1)
    .max(64)
    .openapi({
      param: { name: "mediaId", in: "path" },
      description: "`media_id` of a webhook, or `media.id` of the history",
      example: "9f86d081884c7d659a2feaa0c55ad015",
    }),
});

const BINARY = { schema: z.string().openapi({ type: "string", format: "binary" }) };

const download = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/instances/{instanceId}/media/{mediaId}",
  operationId: "downloadFile",
  tags,
  summary: "Download the file of a message",
  description:
    "The file, with ranges and ETag. Types that a browser would run are served as a download. 503 while the file is not " +
    "there yet; `POST …/retry` fetches one that failed.",
  request: { params: MediaParamsSchema },
  responses: {
    200: { description: "The file, of its own type", content: { "*/*": BINARY } },
    206: { description: "The part that was asked for", content: { "*/*": BINARY } },
    304: { description: "The caller has it already" },
    416: { description: "The file has no such part" },
    ...errorResponses("unauthorized", "not_found"),
  },
});

const retry = createRoute({
  ...needs("send"),
  method: "post",
  path: "/api/instances/{instanceId}/media/{mediaId}/retry",
  operationId: "retryFile",
  tags,
  summary: "Fetch the file of a message once more",
  description:
    "Tries again to fetch a received file that failed. When WhatsApp no longer has it, the sender's phone is asked for it.",
  request: { params: MediaParamsSchema },
  responses: {
    200: answer("It is being fetched, or was there", FileRetrySchema),
    ...errorResponses("unauthorized", "not_found"),
  },
});

const notReady = (status: string): Result<never> =>
  refuse("unavailable", status === "pending" ? "The file is still on its way." : "The file could not be fetched.", {
    hint: "Try again later, or fetch it once more with POST …/retry.",
    retryAfterMs: 5_000,
  });

export const media = new OpenAPIHono<AppEnv>();

/** Public: who has the link has the file. */
media.get("/media/:file/:signature", async (c) => {
  const { file, signature } = c.req.param();
  const { media: library, now } = c.var.services;
  return unwrap(await library.serveLink(file, signature, c.req.raw.headers, now()));
});

media
  .openapi(download, async (c) => {
    const { orgId, instance, services } = c.var;
    const { key, status } = unwrap(await instance.media(orgId, c.req.valid("param").mediaId));
    if (status !== "stored") unwrap(notReady(status));
    return unwrap(await services.media.serve(key, c.req.raw.headers)) as never;
  })
  .openapi(retry, async (c) => {
    const { status } = unwrap(await c.var.instance.retryMedia(c.var.orgId, c.req.valid("param").mediaId));
    return c.json({ success: true as const, status }, 200);
  });
