/** Why a message has no content. */
import { z } from "@hono/zod-openapi";

export const UnavailableSchema = z
  .enum(["view_once", "withheld", "undecryptable", "unknown_encryption"])
  .optional()
  .openapi({
    description:
      "The message came without its content; its text is empty. `view_once`: WhatsApp shows it on phones only. " +
      "`withheld`: WhatsApp did not give it to this device and the phone was asked. `undecryptable`: it could not be " +
      "decrypted and its sender was asked. `unknown_encryption`: encrypted in a way this version does not know. Of the " +
      "second and third the content may still come, as an event with `recovered`.",
    example: "view_once",
  });
