/** Files that are stored for later use: as JSON, as a form, or as the raw body. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { refuse } from "../errors.ts";
import { type ByteSource, byteReader, bytesSource, SourceError } from "../media/byte-reader.ts";
import { boundaryOf, FormError, type FormPart, FormReader } from "../media/form-reader.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { RefusalError, unwrap } from "../middleware/errors.ts";
import { isDeclaredJson } from "../middleware/json-body.ts";
import { mayUse } from "../middleware/principal.ts";
import { INSTANCE_ID } from "../schemas/common.ts";
import { UploadedSchema, UploadOptionsSchema, UploadSchema } from "../schemas/media.ts";
import { answer, errorResponses, jsonContent, needs } from "./document.ts";

const BINARY = { schema: z.string().openapi({ type: "string", format: "binary" }) };

const upload = createRoute({
  ...needs("send"),
  method: "post",
  path: "/api/upload",
  operationId: "uploadFile",
  tags: ["Messaging"],
  summary: "Upload a file for later use",
  description:
    "Stores a file and answers with its public link, which can be used as `mediaUrl`. As `multipart/form-data` with the " +
    "field `file` behind the other fields, as the raw body with its own content type and `fileName`, `instanceId` and " +
    "`expiresIn` in the query, or as JSON with base64 data of at most 24 MiB. Forms and raw bodies are streamed and may " +
    "have any allowed size.",
  request: {
    body: {
      required: true,
      content: {
        ...jsonContent(UploadSchema),
        "multipart/form-data": {
          // Written as it is shown: a zod schema here would be held against every body, JSON too.
          schema: {
            type: "object",
            required: ["file"],
            properties: {
              instanceId: { type: "string", description: "The instance it belongs to, and is deleted with" },
              expiresIn: { type: "integer", description: "The link ends after so many seconds" },
              file: { type: "string", format: "binary", description: "The file, behind the other fields" },
            },
          },
        },
        "application/octet-stream": BINARY,
      },
    },
  },
  responses: {
    200: answer("The file is stored", UploadedSchema),
    ...errorResponses("invalid_request", "unauthorized", "not_found", "too_large", "unsupported_media_type"),
  },
});

type Uploaded = z.output<typeof UploadedSchema>;
type Options = z.output<typeof UploadOptionsSchema>;

interface GivenFile {
  source: ByteSource;
  /** Bytes; null = not known. */
  size: number | null;
  mimeType: string;
  fileName: string | null;
  /** What the caller called it. */
  field: string;
}

const UNKNOWN_TYPE = "application/octet-stream";

function invalid(path: string, message: string): never {
  throw new RefusalError(refuse("invalid_request", "The file cannot be stored", { issues: [{ path, message }] }).error);
}

/** Options from the fields of a form or a query: all text. An empty one counts as left out, as browsers send it. */
function optionsOf({ instanceId, expiresIn }: Record<string, string | undefined>): Options {
  const given = { instanceId: instanceId || undefined, expiresIn: expiresIn ? Number(expiresIn) : undefined };
  const parsed = UploadOptionsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return invalid(issue?.path.join(".") ?? "", issue?.message ?? "Not valid");
}

async function store(c: Context<AppEnv>, file: GivenFile, options: Options): Promise<Uploaded> {
  const { orgId, services, principal, settings } = c.var;
  const { instanceId = null, expiresIn } = options;
  if (instanceId !== null) {
    const isKnown = INSTANCE_ID.test(instanceId) && mayUse(principal, instanceId);
    if (!isKnown) throw new RefusalError(refuse("not_found", "Instance not found").error);
    unwrap(await services.instance(orgId, instanceId).describe(orgId));
  }
  // Its own object looks after what belongs to an instance.
  if (instanceId === null) await services.directory(orgId).expectUpload();
  const expiresAt = expiresIn === undefined ? null : services.now() + expiresIn * 1_000;
  const { key, link } = unwrap(await services.media.store({ orgId, instanceId, expiresAt, ...file }));
  return {
    success: true,
    url: `${settings.publicUrl ?? new URL(c.req.url).origin}${link}`,
    blobName: key.slice(orgId.length + 1),
    expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
  };
}

/** The fields that a form may have before its file. */
const FIELDS = new Set(["instanceId", "expiresIn"]);

const fileOf = ({ body, contentType, fileName }: FormPart): GivenFile => ({
  source: body,
  size: null,
  mimeType: contentType ?? UNKNOWN_TYPE,
  fileName: fileName || null,
  field: "file",
});

/** Stores the file as it passes; a form that turns out to be wrong behind it takes the file with it. */
async function storeForm(c: Context<AppEnv>, source: ByteSource, boundary: string): Promise<Uploaded> {
  const form = new FormReader(source, boundary);
  const fields: Record<string, string> = {};
  let uploaded: Uploaded | null = null;
  try {
    for (let part = await form.next(); part; part = await form.next()) {
      const { name } = part;
      if (uploaded && name === "file") throw new FormError("Send one file");
      if (uploaded && FIELDS.has(name)) throw new FormError(`Send ${name} before the file`);
      if (name === "file") uploaded = await store(c, fileOf(part), optionsOf(fields));
      else if (FIELDS.has(name)) fields[name] = await form.text(part);
    }
    if (!uploaded) throw new FormError("Send the file in the field file");
    return uploaded;
  } catch (error) {
    if (uploaded) await c.var.services.media.discard(`${c.var.orgId}/${uploaded.blobName}`);
    if (error instanceof FormError) return invalid("file", error.message);
    if (error instanceof SourceError) return invalid("file", "The form broke off before its end");
    throw error;
  } finally {
    await source.close();
  }
}

function rawFile(c: Context<AppEnv>, source: ByteSource): GivenFile {
  const announced = c.req.header("Content-Length") ?? "";
  return {
    source,
    size: /^\d+$/.test(announced) ? Number(announced) : null,
    mimeType: c.req.header("Content-Type")?.split(";")[0]?.trim().toLowerCase() || UNKNOWN_TYPE,
    fileName: c.req.query("fileName") ?? null,
    field: "data",
  };
}

export const uploads = new OpenAPIHono<AppEnv>();

/** Files that are no JSON pass the validation of JSON by. */
uploads.post("/api/upload", async (c, next) => {
  const type = c.req.header("Content-Type") ?? "";
  if (isDeclaredJson(type)) return next();
  const isForm = /^multipart\/form-data/i.test(type);
  const boundary = isForm ? boundaryOf(type) : null;
  if (isForm && boundary === null) return invalid("file", "Name the form's boundary in its content type");
  const { body } = c.req.raw;
  if (body === null) return invalid(isForm ? "file" : "data", "Send the file as the body");
  const source = byteReader(body);
  if (boundary !== null) return c.json(await storeForm(c, source, boundary), 200);
  return c.json(await store(c, rawFile(c, source), optionsOf(c.req.query())), 200);
});

uploads.openapi(upload, async (c) => {
  // The other bodies have been answered before: what comes here is JSON, which the types can't know.
  const json = c.req.valid("json" as never) as z.output<typeof UploadSchema>;
  const { data, mimeType, fileName = null, ...options } = json;
  const file = { source: bytesSource(data), size: data.byteLength, mimeType, fileName, field: "data" };
  return c.json(await store(c, file, options), 200);
});
