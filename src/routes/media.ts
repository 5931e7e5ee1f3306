/** Files: uploaded for later use, of messages, and behind public links. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { type Result, refuse } from "../errors.ts";
import { type ByteSource, byteReader, bytesSource } from "../media/byte-reader.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { RefusalError, unwrap } from "../middleware/errors.ts";
import { mayUse } from "../middleware/principal.ts";
import { INSTANCE_ID, InstanceParamsSchema } from "../schemas/common.ts";
import { FileRetrySchema, UploadedSchema, UploadSchema } from "../schemas/media.ts";
import { answer, errorResponses, jsonContent, needs } from "./document.ts";

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

const upload = createRoute({
  ...needs("send"),
  method: "post",
  path: "/api/upload",
  operationId: "uploadFile",
  tags,
  summary: "Upload a file for later use",
  description:
    "Stores a file and answers with its public link, which can be used as `mediaUrl`. As JSON with base64 data, as " +
    "`multipart/form-data` with the field `file`, or, for files of any allowed size, as the raw body with its own content " +
    "type and the query `fileName` and `instanceId`. JSON and forms may have up to 24 MiB.",
  request: {
    body: { required: true, content: { ...jsonContent(UploadSchema), "application/octet-stream": BINARY } },
  },
  responses: {
    200: answer("The file is stored", UploadedSchema),
    ...errorResponses("invalid_request", "unauthorized", "not_found", "too_large", "unsupported_media_type"),
  },
});

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

/** The raw body has been answered before: what comes to the handler is JSON. */
type Upload = z.output<typeof UploadSchema>;

interface GivenFile {
  source: ByteSource;
  /** Bytes; null = not known. */
  size: number | null;
  mimeType: string;
  fileName: string | null;
  instanceId: string | null;
}

const notFound = (error: string) => new RefusalError(refuse("not_found", error).error);

async function stored(c: Context<AppEnv>, { instanceId, ...file }: GivenFile) {
  const { orgId, services, principal } = c.var;
  if (instanceId !== null) {
    const isKnown = INSTANCE_ID.test(instanceId) && mayUse(principal, instanceId);
    if (!isKnown) throw notFound("Instance not found");
    unwrap(await services.instance(orgId, instanceId).describe(orgId));
  }
  const { key, link } = unwrap(await services.media.store({ orgId, instanceId, ...file }));
  const base = c.var.settings.publicUrl ?? new URL(c.req.url).origin;
  return c.json({ success: true as const, url: `${base}${link}`, blobName: key.slice(orgId.length + 1) }, 200);
}

function invalid(path: string, message: string): never {
  throw new RefusalError(refuse("invalid_request", "The file cannot be stored", { issues: [{ path, message }] }).error);
}

async function formFile(c: Context<AppEnv>): Promise<GivenFile> {
  const form = await c.req.formData().catch(() => invalid("file", "Send a form with a file"));
  const file = form.get("file");
  if (!(file instanceof File)) return invalid("file", "Send the file in the field file");
  const instanceId = form.get("instanceId");
  return {
    source: byteReader(new Response(file).body as ReadableStream<Uint8Array>),
    size: file.size,
    mimeType: file.type || "application/octet-stream",
    fileName: file.name || null,
    instanceId: typeof instanceId === "string" && instanceId !== "" ? instanceId : null,
  };
}

function rawFile(c: Context<AppEnv>): GivenFile {
  const { body } = c.req.raw;
  if (body === null) return invalid("data", "Send the file as the body");
  const announced = c.req.header("Content-Length");
  return {
    source: byteReader(body),
    size: announced === undefined ? null : Number(announced),
    mimeType: c.req.header("Content-Type")?.split(";")[0]?.trim().toLowerCase() || "application/octet-stream",
    fileName: c.req.query("fileName") ?? null,
    instanceId: c.req.query("instanceId") ?? null,
  };
}

/** The file, or why it is not there. */
function served(file: Response | null): Response {
  if (file === null) throw notFound("There is no such file");
  return file;
}

const notReady = (status: string): Result<never> =>
  refuse("unavailable", status === "pending" ? "The file is still on its way." : "The file could not be fetched.", {
    hint: "Try again later, or fetch it once more with POST …/retry.",
    retryAfterMs: 5_000,
  });

export const media = new OpenAPIHono<AppEnv>();

/** Files that are no JSON pass the validation of JSON by. */
media.post("/api/upload", async (c, next) => {
  const type = c.req.header("Content-Type") ?? "";
  if (type === "" || type.includes("json")) return next();
  return stored(c, type.startsWith("multipart/form-data") ? await formFile(c) : rawFile(c));
});

/** Public: who has the link has the file. */
media.get("/media/:file/:signature", async (c) => {
  const { file, signature } = c.req.param();
  return served(await c.var.services.media.serveLink(file, signature, c.req.raw.headers));
});

media
  .openapi(upload, async (c) => {
    const { data, mimeType, fileName = null, instanceId = null } = c.req.valid("json") as Upload;
    return stored(c, { source: bytesSource(data), size: data.byteLength, mimeType, fileName, instanceId });
  })
  .openapi(download, async (c) => {
    const { orgId, instance, services } = c.var;
    const { key, status } = unwrap(await instance.media(orgId, c.req.valid("param").mediaId));
    if (status !== "stored") unwrap(notReady(status));
    return served(await services.media.serve(key, c.req.raw.headers)) as never;
  })
  .openapi(retry, async (c) => {
    const { status } = unwrap(await c.var.instance.retryMedia(c.var.orgId, c.req.valid("param").mediaId));
    return c.json({ success: true as const, status }, 200);
  });
