/** A linked session on its way from or to another deployment. */
import { z } from "@hono/zod-openapi";
import { SuccessSchema } from "./common.ts";
import { InstanceSchema } from "./instances.ts";
import { LIMITS } from "./limits.ts";

const { min, max } = LIMITS.passphraseCharacters;
const PASSPHRASE_REMEDY = `Use ${min} to ${max} visible ASCII characters and spaces`;

/** It travels in a header, so that no log of addresses has it. */
const PassphraseSchema = z
  .string(PASSPHRASE_REMEDY)
  .min(min, PASSPHRASE_REMEDY)
  .max(max, PASSPHRASE_REMEDY)
  .regex(/^[\x20-\x7e]*$/, PASSPHRASE_REMEDY)
  .openapi({
    description: `What the session is encrypted with. ${PASSPHRASE_REMEDY}; it is not stored anywhere.`,
    example: "correct horse battery staple",
  });

/** Headers of GET …/session. */
export const ExportHeadersSchema = z.object({ "x-session-passphrase": PassphraseSchema });

/** Headers of POST …/session. */
export const ImportHeadersSchema = z.object({
  "x-session-passphrase": PassphraseSchema.optional().openapi({
    description: "The passphrase of `session`; not needed with `files`",
    example: "correct horse battery staple",
  }),
});

/** Query of GET …/session. */
export const ExportQuerySchema = z.object({
  format: z
    .enum(["wasup", "baileys"], "Use wasup or baileys")
    .default("wasup")
    .openapi({
      description:
        "What the encrypted text is: `wasup` = everything, for another deployment of this; `baileys` = the files of " +
        "Baileys' multi-file auth state as one JSON object, name → content",
    }),
});

const base64 = (bytes: number) =>
  z
    .base64("Use base64")
    .max(Math.ceil(bytes / 3) * 4, `At most ${bytes} bytes`)
    .min(4, "Is empty");

const CONTENT_REMEDY = "Use the session as it was exported";

const EXAMPLE = {
  format: "wasup-session",
  version: 1,
  content: "wasup",
  kdf: { name: "scrypt", N: 32_768, r: 8, p: 3, salt: "kZcQH5pYB0q1m0sK7k1c2w==" },
  cipher: "aes-256-gcm",
  iv: "4Xv1k0S3v2mV9f0a",
  data: "8Rk4Zl0m9dJwq3oXn7nM0w==",
} as const;

/** A session encrypted with a passphrase. */
export const EnvelopeSchema = z
  .object({
    format: z.literal("wasup-session", CONTENT_REMEDY),
    version: z.literal(1, "This version reads only sessions of version 1").openapi({ type: "integer" }),
    content: z.enum(["wasup", "baileys"], CONTENT_REMEDY).openapi({ description: "As `format` of the export" }),
    kdf: z.object({
      name: z.literal("scrypt", CONTENT_REMEDY),
      // The costs that are accepted: a stranger's envelope must not choose how much memory and time it takes.
      N: z.literal([16_384, 32_768], "Only 16384 and 32768 are accepted").openapi({ type: "integer", example: 32_768 }),
      r: z.literal(8, "Only 8 is accepted").openapi({ type: "integer" }),
      p: z.int("From 1 to 4").min(1, "From 1 to 4").max(4, "From 1 to 4").openapi({ type: "integer", example: 3 }),
      salt: base64(64),
    }),
    cipher: z.literal("aes-256-gcm", CONTENT_REMEDY),
    iv: base64(12),
    data: base64(LIMITS.sessionBodyBytes).openapi({ description: "The encrypted text and the 16 bytes of its tag" }),
  })
  .openapi("SealedSession", {
    example: EXAMPLE,
  });

/** Body of POST …/session. */
export const ImportSessionSchema = z
  .object({
    session: EnvelopeSchema.optional().openapi({ description: "A session as `GET …/session` gave it" }),
    files: z
      .record(z.string(), z.unknown(), "Use an object: file name → content")
      .optional()
      .openapi({
        description:
          "The files of a multi-file auth state of Baileys: name → the JSON in the file. `creds.json` and all files " +
          "beside it; those that are no keys are left out",
      }),
    replace: z.boolean("Use true or false").default(false).openapi({
      description: "True to forget a device that is linked to this instance already",
      example: false,
    }),
  })
  .refine(({ session, files }) => (session === undefined) !== (files === undefined), {
    path: ["session"],
    message: "Give either session or files",
  })
  .openapi("ImportSession", { example: { session: EXAMPLE, replace: false } });

/** The answer of GET …/session. */
export const ExportedSchema = z.object({
  success: SuccessSchema,
  message: z.string().openapi({ example: "The instance stays disconnected until connect." }),
  omitted: z.int().openapi({
    type: "integer",
    description:
      "Signal sessions left out, those read with longest ago, so that an import can take the rest; each is made anew with " +
      "the next message of its chat",
    example: 0,
  }),
  session: EnvelopeSchema,
});

/** The answer of POST …/session. */
export const ImportedSchema = z.object({
  success: SuccessSchema,
  message: z.string().openapi({ example: "Session imported for 447393002183. Connect uses it, without a QR." }),
  keys: z.int().openapi({ type: "integer", description: "Keys that were taken over", example: 846 }),
  ignored: z.int().openapi({ type: "integer", description: "Files that are no keys, left out", example: 0 }),
  instance: InstanceSchema,
});
