/** The fields of a message to be sent. */
import { z } from "@hono/zod-openapi";
import { RecipientSchema } from "./common.ts";
import { LIMITS } from "./limits.ts";

const MESSAGE_TYPES = [
  "text",
  "image",
  "video",
  "document",
  "audio",
  "sticker",
  "buttons",
  "list",
  "location",
  "contact",
  "poll",
] as const;

/** A message's text. */
export const TextSchema = z
  .string("Use a text")
  .max(LIMITS.textCharacters, `Use at most ${LIMITS.textCharacters} characters`);

const shortText = (what: string, most: number) =>
  z.string("Use a text").max(most, `Use a ${what} of at most ${most} characters`);

/** `type/subtype`, with parameters or without; empty = not known, as forms send it. */
const MIME_TYPE = /^(?:[\w.+-]+\/[\w.+-]+(?:\s*;[ -~]*)?)?$/;

const coordinate = (what: string, most: number) => {
  const remedy = `Give the ${what}, from -${most} to ${most}`;
  return z.number(remedy).min(-most, remedy).max(most, remedy);
};

/** The fields of a message to be sent, as the contract names them; what they mean together is told in send-content.ts. */
export const sendFields = z.object({
  to: RecipientSchema.optional().openapi({
    description: "The recipient: phone number with country code, or a chat id",
    example: "60123456789",
  }),
  to_phone: RecipientSchema.optional().openapi({ description: "Another name for `to`", example: "60123456789" }),
  message: TextSchema.optional().openapi({
    description: "The text, or the caption of an image, video or document; the other kinds of files carry none",
    example: "Hello! How can I help you today?",
  }),
  text: TextSchema.optional().openapi({ description: "Another name for `message`", example: "Choose an option" }),
  messageType: z.enum(MESSAGE_TYPES).optional().openapi({
    description:
      "The kind of message. Left out, it follows from the other fields: `buttons`, `sections`, `mediaUrl` and so on.",
    default: "text",
    example: "text",
  }),
  mediaUrl: z
    .string()
    .max(LIMITS.jsonBodyBytes)
    .optional()
    .openapi({
      description:
        "The file: a public URL, a link or id of this deployment's media, or a `data:` URL. Needed for image, video, " +
        "document, audio and sticker.",
      example: "https://example.com/photo.jpg",
    }),
  mimeType: shortText("MIME type", LIMITS.mimeTypeCharacters)
    .regex(MIME_TYPE, "Use a MIME type such as image/jpeg")
    .optional()
    .openapi({ description: "MIME type of the medium", example: "application/pdf" }),
  fileName: shortText("file name", LIMITS.fileNameCharacters)
    .optional()
    .openapi({ description: "Name shown for a document", example: "report.pdf" }),
  ptt: z.boolean().optional().openapi({ description: "Send audio as a voice note", default: true }),
  gif: z.boolean().optional().openapi({ description: "Play a video like a GIF", default: false }),
  footer: shortText("footer", LIMITS.footerCharacters)
    .optional()
    .openapi({ description: "Small print below buttons and lists", example: "Powered by Wasup" }),
  buttons: z
    .array(
      z.object({
        id: shortText("id", LIMITS.choiceIdCharacters).optional().openapi({
          description: "Comes back with the answer; the title when left out",
          example: "btn_yes",
        }),
        text: shortText("title", LIMITS.buttonCharacters).optional().openapi({ example: "Yes" }),
        url: z.string().max(LIMITS.urlCharacters).optional().openapi({
          description: "Makes it a link instead of a quick reply",
          example: "https://example.com/menu",
        }),
      }),
    )
    .max(LIMITS.buttons, `Use at most ${LIMITS.buttons} buttons`)
    .optional()
    .openapi({ description: "Up to 3 quick replies or links with titles of at most 20 characters" }),
  fallback: z.enum(["text", "none"]).optional().openapi({
    description: "`text` also writes buttons and list rows as numbered lines, for apps that do not show them",
    default: "text",
  }),
  title: shortText("title", LIMITS.headingCharacters)
    .optional()
    .openapi({ description: "Heading of buttons or a list", example: "Our Services" }),
  buttonText: shortText("label", LIMITS.buttonCharacters)
    .optional()
    .openapi({ description: "Label of the button that opens a list", default: "Menu", example: "View Options" }),
  sections: z
    .array(
      z.object({
        title: shortText("title", LIMITS.rowTitleCharacters).optional().openapi({ example: "Services" }),
        rows: z
          .array(
            z.object({
              title: shortText("title", LIMITS.rowTitleCharacters).optional().openapi({ example: "Consulting" }),
              id: shortText("id", LIMITS.choiceIdCharacters).optional().openapi({ example: "consulting" }),
              description: shortText("description", LIMITS.rowDescriptionCharacters)
                .optional()
                .openapi({ example: "Expert advice" }),
            }),
          )
          .optional(),
      }),
    )
    .max(LIMITS.listSections, `Use at most ${LIMITS.listSections} sections`)
    .optional()
    .openapi({ description: "The sections of a list, of which one row can be chosen" }),
  latitude: coordinate("latitude", 90)
    .optional()
    .openapi({ format: "double", description: "Latitude of a location", example: 3.1577 }),
  longitude: coordinate("longitude", 180)
    .optional()
    .openapi({ format: "double", description: "Longitude of a location", example: 101.7117 }),
  locationName: shortText("name", LIMITS.placeCharacters)
    .optional()
    .openapi({ description: "Name of the place", example: "Petronas Twin Towers" }),
  locationAddress: shortText("address", LIMITS.placeCharacters)
    .optional()
    .openapi({ description: "Address of the place", example: "KLCC, Kuala Lumpur" }),
  contactCard: z
    .object({
      displayName: shortText("name", LIMITS.nameCharacters).optional().openapi({ example: "John Doe" }),
      phoneNumber: z.string().optional().openapi({ example: "+60123456789" }),
    })
    .optional()
    .openapi({ description: "The card of a contact message" }),
  quotedMessageId: shortText("message id", LIMITS.messageIdCharacters)
    .min(1, "Use the id of a message of this chat")
    .optional()
    .openapi({
      description: "The message of this chat that is quoted; not one that was deleted",
      example: "3EB0B430A7F9B1D2",
    }),
  mentions: z
    .array(RecipientSchema)
    .max(LIMITS.mentions, `Mention at most ${LIMITS.mentions} people`)
    .optional()
    .openapi({ description: "People mentioned; write `@<digits>` in the text", example: ["60123456789"] }),
  poll: z
    .object({
      question: shortText("question", LIMITS.pollQuestionCharacters).optional().openapi({
        description: "The question; `message` when left out",
        example: "Which day suits you?",
      }),
      options: z
        .array(
          shortText("option", LIMITS.pollOptionCharacters).min(1, "Write the option"),
          `Give 2 to ${LIMITS.pollOptions} options`,
        )
        .min(2, "Give at least 2 options")
        .max(LIMITS.pollOptions, `Give at most ${LIMITS.pollOptions} options`)
        .openapi({ example: ["Monday", "Tuesday"] }),
      multiple: z.boolean().optional().openapi({ description: "Allow several choices", default: false }),
    })
    .optional()
    .openapi({ description: "A poll" }),
  linkPreview: z.boolean().optional().openapi({
    description: "Show a preview of the text's first link, read from its page within 5 seconds",
    default: true,
  }),
  typingSimulation: z.boolean().optional().openapi({ description: "For this message: show “typing…” or not" }),
  delayEnabled: z.boolean().optional().openapi({ description: "For this message: pause like a person or not" }),
  contactName: shortText("name", LIMITS.nameCharacters).optional().openapi({
    description:
      "Saves the recipient in the phone's address book under this name before the message goes out. Names that were given on the phone stay as they are. The message does not depend on it",
    example: "Unknown User",
  }),
  skipContactSave: z
    .boolean()
    .optional()
    .openapi({ description: "Do not save the recipient as a contact, whatever `contactName` says", default: false }),
});
