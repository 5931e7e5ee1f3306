/** Files: uploads and downloads. */
import { z } from "@hono/zod-openapi";
import { SuccessSchema } from "./common.ts";
import { LIMITS } from "./limits.ts";

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** A minute: shorter ones are over before anybody can click. */
const SHORTEST_LINK_S = 60;
/** A year. */
const LONGEST_LINK_S = 31_536_000;

/** What every way to upload a file may say of it. */
export const UploadOptionsSchema = z.object({
  instanceId: z
    .string()
    .max(64)
    .optional()
    .openapi({ description: "The instance it belongs to, and is deleted with", example: "wa_abc123" }),
  expiresIn: z
    .int("Send whole seconds")
    .min(SHORTEST_LINK_S, `Send ${SHORTEST_LINK_S} seconds or more`)
    .max(LONGEST_LINK_S, `Send ${LONGEST_LINK_S} seconds (a year) or fewer`)
    .optional()
    .openapi({
      type: "integer",
      description: "The link ends after so many seconds; without it, with the file",
      example: 86_400,
    }),
});

/** Body of POST /api/upload as JSON; `data` comes out as bytes. */
export const UploadSchema = UploadOptionsSchema.extend({
  data: z
    .string("Send the file as base64")
    .min(1, "Send the file as base64")
    .transform((text, context) => {
      if (BASE64.test(text) && text.replace(/=+$/, "").length % 4 !== 1)
        return new Uint8Array(Buffer.from(text, "base64"));
      context.addIssue({ code: "custom", message: "Send valid base64" });
      return z.NEVER;
    })
    .openapi({ type: "string", format: "byte", description: "The file as base64", example: "aGVsbG8=" }),
  mimeType: z
    .string("Name the MIME type")
    .regex(/^[\w.+-]+\/[\w.+-]+$/, "Use a MIME type such as image/jpeg")
    .max(LIMITS.nameCharacters)
    .openapi({ description: "MIME type of the file", example: "image/jpeg" }),
  fileName: z
    .string()
    .max(LIMITS.placeCharacters)
    .optional()
    .openapi({ description: "Its name; the extension is kept", example: "photo.jpg" }),
});

/** The answer of POST /api/upload. */
export const UploadedSchema = z.object({
  success: SuccessSchema,
  url: z.string().openapi({ description: "Public link", example: "https://wa.example.com/media/d2E/c2ln" }),
  blobName: z
    .string()
    .openapi({ description: "Its name in the storage", example: "wa_abc/uploads/1706000000-a1b2.jpg" }),
  expiresAt: z.string().nullable().openapi({
    format: "date-time",
    description: "When the link ends; null without `expiresIn`. The file itself is kept for `RETENTION_DAYS`",
    example: "2026-11-24T12:00:00.000Z",
  }),
});

/** The file of a message of the history. */
export const FileSchema = z.object({
  id: z.string().openapi({ description: "For `GET …/media/{mediaId}`", example: "9f86d081884c7d659a2feaa0c55ad015" }),
  status: z.enum(["pending", "stored", "failed"]).openapi({
    description: "`pending`: on its way. `failed`: not there (so far); it is fetched again by itself",
    example: "stored",
  }),
  downloadUrl: z.string().nullable().openapi({ description: "Public link, once it is stored" }),
  mimeType: z.string().openapi({ example: "image/jpeg" }),
  size: z.int().openapi({ type: "integer", description: "Bytes", example: 48_213 }),
  sha256: z.string().openapi({ description: "Hexadecimal" }),
  fileName: z.string().nullable(),
  seconds: z
    .int()
    .nullable()
    .openapi({ type: ["integer", "null"] }),
  width: z
    .int()
    .nullable()
    .openapi({ type: ["integer", "null"] }),
  height: z
    .int()
    .nullable()
    .openapi({ type: ["integer", "null"] }),
});

/** The answer of POST …/media/{mediaId}/retry. */
export const FileRetrySchema = z.object({
  success: SuccessSchema,
  status: z
    .string()
    .openapi({ description: "`pending`: it is being fetched. `stored`: it was there", example: "pending" }),
});
