/** The linked account's own profile. */
import { z } from "@hono/zod-openapi";
import { SuccessSchema } from "./common.ts";
import { LIMITS } from "./limits.ts";

const NAME_REMEDY = `Use a name of 1 to ${LIMITS.profileNameCharacters} characters`;
const ABOUT_REMEDY = `Use a text of at most ${LIMITS.aboutCharacters} characters`;
const PICTURE_REMEDY = "Use an https URL, or data:image/jpeg;base64,… of at most 512 KiB";

/** The name WhatsApp shows to people who have not saved the contact. */
export const ProfileNameSchema = z
  .string(NAME_REMEDY)
  .trim()
  .min(1, NAME_REMEDY)
  .max(LIMITS.profileNameCharacters, NAME_REMEDY);

/** The line under the name; an empty one removes it. */
export const AboutSchema = z.string(ABOUT_REMEDY).trim().max(LIMITS.aboutCharacters, ABOUT_REMEDY);

/** Body of PUT …/profile/name. */
export const SetProfileNameSchema = z
  .object({ name: ProfileNameSchema.openapi({ example: "Acme Support" }) })
  .openapi("SetProfileName", { example: { name: "Acme Support" } });

/** Body of PUT …/profile/status. */
export const SetAboutSchema = z
  .object({ status: AboutSchema.openapi({ example: "We reply within minutes!" }) })
  .openapi("SetAbout", { example: { status: "We reply within minutes!" } });

/** Body of PUT …/profile/picture. */
export const SetPictureSchema = z
  .object({
    imageUrl: z
      .string(PICTURE_REMEDY)
      .trim()
      .min(1, PICTURE_REMEDY)
      .max(LIMITS.pictureUrlCharacters, PICTURE_REMEDY)
      .openapi({
        format: "uri",
        description:
          "https URL or data URL of a square JPEG of at most 640 × 640 px and 512 KiB. It is uploaded as it is: " +
          "nothing is cropped or converted.",
        example: "https://example.com/logo.jpg",
      }),
  })
  .openapi("SetPicture", { example: { imageUrl: "https://example.com/logo.jpg" } });

/** The answer of GET …/profile. */
export const ProfileSchema = z.object({
  success: SuccessSchema,
  profile: z
    .object({
      phone: z.string().nullable().openapi({ description: "Digits of the linked number", example: "447393002183" }),
      connected: z.boolean().openapi({ example: true }),
      name: z.string().nullable().openapi({
        description: "The display name; null while not connected, or when it is not known",
        example: "Acme Support",
      }),
      status: z.string().nullable().openapi({
        description: "The About text; null while not connected, or without one",
        example: "We reply within minutes!",
      }),
      pictureUrl: z.string().nullable().openapi({
        description: "WhatsApp's link to the picture, valid for a few days; null while not connected, or without one",
        example: "https://pps.whatsapp.net/v/t61/example.jpg",
      }),
    })
    .openapi("Profile"),
});

/** The answer of each change. */
export const ProfileChangedSchema = z.object({
  success: SuccessSchema,
  message: z.string().openapi({ example: 'Display name updated to "Acme Support"' }),
});
