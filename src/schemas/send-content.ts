/** The fields of a message → what is to be sent, or every field that stands in its way. Pure. */
import type { z } from "@hono/zod-openapi";
import type { OutgoingContent } from "../durable/rpc.ts";
import { parsePhone } from "./common.ts";
import { LIMITS } from "./limits.ts";
import type { sendFields } from "./send-fields.ts";

export type SendFields = z.output<typeof sendFields>;

/** A kind of outgoing message. */
export type MessageType = NonNullable<SendFields["messageType"]>;

/** A field and what to do about it. */
export type FieldIssue = readonly [path: string, message: string];

/** The file of a message whose kind is one of media. */
export interface MediaRequest {
  kind: "image" | "video" | "document" | "audio" | "sticker" | null;
  source: string;
  caption: string;
  mimeType?: string;
  fileName?: string;
  voice: boolean;
  gif: boolean;
}

export type SendContent = { content: OutgoingContent } | { media: MediaRequest } | { issues: FieldIssue[] };

type KindFields = Partial<SendFields>;

/** The kind of a message: the one named, or the one its fields imply; null for media whose type is still to be seen. */
export function messageTypeOf(body: KindFields): MessageType | null {
  if (body.messageType !== undefined) return body.messageType;
  if (body.buttons !== undefined && body.buttons.length > 0) return "buttons";
  if (body.sections !== undefined && body.sections.length > 0) return "list";
  if (body.poll !== undefined) return "poll";
  if (body.mediaUrl !== undefined) {
    if (body.mimeType === undefined) return null;
    const family = body.mimeType.split("/")[0];
    return family === "image" || family === "video" || family === "audio" ? family : "document";
  }
  if (body.latitude !== undefined || body.longitude !== undefined) return "location";
  return body.contactCard === undefined ? "text" : "contact";
}

const refused = (...issues: FieldIssue[]): SendContent => ({ issues });

/** @param text `message` or its alias */
export function sendContent(body: SendFields, text: string): SendContent {
  const kind = messageTypeOf(body);
  switch (kind) {
    case "text":
      return text.trim() === "" ? refused(["message", "Write the text to send"]) : { content: { kind, text } };
    case "location":
      return location(body, text);
    case "contact":
      return contact(body);
    case "buttons":
      return buttons(body, text);
    case "list":
      return list(body, text);
    case "poll":
      return poll(body, text);
    default:
      return media(kind, body, text);
  }
}

function location({ latitude, longitude, locationName, locationAddress }: SendFields, text: string): SendContent {
  if (latitude === undefined) return refused(["latitude", "Give the latitude, from -90 to 90"]);
  if (longitude === undefined) return refused(["longitude", "Give the longitude, from -180 to 180"]);
  const name = locationName ? { name: locationName } : {};
  const address = locationAddress ? { address: locationAddress } : {};
  return { content: { kind: "location", latitude, longitude, text, ...name, ...address } };
}

function contact({ contactCard }: SendFields): SendContent {
  const phoneNumber = parsePhone(contactCard?.phoneNumber ?? "");
  const displayName = contactCard?.displayName?.trim() || phoneNumber;
  if (phoneNumber === null || !displayName) {
    return refused(["contactCard.phoneNumber", "Give the contact's phone number with country code"]);
  }
  return { content: { kind: "contact", displayName, phoneNumber } };
}

const interactive = ({ title, footer, fallback = "text" }: SendFields, text: string) => ({
  text,
  fallback,
  ...(title && { title }),
  ...(footer && { footer }),
});

function isWebUrl(url: string): boolean {
  return URL.canParse(url) && ["https:", "http:"].includes(new URL(url).protocol);
}

function buttons(body: SendFields, text: string): SendContent {
  const issues: FieldIssue[] = [];
  const given = body.buttons ?? [];
  if (text.trim() === "") issues.push(["message", "Write the text above the buttons"]);
  if (given.length === 0) issues.push(["buttons", "Give 1 to 3 buttons"]);
  const chosen = given.map(({ id, text: label = "", url }, index) => {
    if (label.trim() === "") issues.push([`buttons.${index}.text`, "Give the button a title"]);
    if (url !== undefined && !isWebUrl(url)) issues.push([`buttons.${index}.url`, "Use an https URL"]);
    return { id: id || label, text: label, ...(url !== undefined && { url }) };
  });
  if (new Set(chosen.map(({ id }) => id)).size < chosen.length) issues.push(["buttons", "Give each button its own id"]);
  if (issues.length > 0) return refused(...issues);
  return { content: { kind: "buttons", ...interactive(body, text), buttons: chosen } };
}

function list(body: SendFields, text: string): SendContent {
  const issues: FieldIssue[] = [];
  const given = body.sections ?? [];
  if (text.trim() === "") issues.push(["message", "Write the text above the list"]);
  const sections = given.map(({ title = "", rows = [] }, section) => {
    if (rows.length === 0) issues.push([`sections.${section}.rows`, "Give the section at least one row"]);
    if (given.length > 1 && title === "") issues.push([`sections.${section}.title`, "Give the section a title"]);
    return {
      title,
      rows: rows.map(({ id, title: rowTitle = "", description }, row) => {
        if (rowTitle.trim() === "") issues.push([`sections.${section}.rows.${row}.title`, "Give the row a title"]);
        return { id: id || rowTitle, title: rowTitle, ...(description && { description }) };
      }),
    };
  });
  const ids = sections.flatMap(({ rows }) => rows.map(({ id }) => id));
  if (given.length === 0) issues.push(["sections", "Give at least one section with rows"]);
  if (ids.length > LIMITS.listRows) issues.push(["sections", `Use at most ${LIMITS.listRows} rows in all`]);
  if (new Set(ids).size < ids.length) issues.push(["sections", "Give each row its own id"]);
  if (issues.length > 0) return refused(...issues);
  const { buttonText = "Menu" } = body;
  return { content: { kind: "list", ...interactive(body, text), buttonText, sections } };
}

function poll({ poll: given }: SendFields, text: string): SendContent {
  const question = given?.question || text;
  if (!given) return refused(["poll", "Give the options of the poll"]);
  if (question.trim() === "") return refused(["poll.question", "Write the question"]);
  if (question.length > LIMITS.pollQuestionCharacters) {
    return refused(["poll.question", `Use a question of at most ${LIMITS.pollQuestionCharacters} characters`]);
  }
  const { options, multiple = false } = given;
  if (new Set(options).size < options.length) return refused(["poll.options", "Give different options"]);
  return { content: { kind: "poll", text: question, options, selectableCount: multiple ? 0 : 1 } };
}

function media(kind: MediaRequest["kind"], body: SendFields, text: string): SendContent {
  const { mediaUrl, mimeType, fileName, ptt = true, gif = false } = body;
  const issues: FieldIssue[] = [];
  if (!mediaUrl) issues.push(["mediaUrl", "Say where the file is"]);
  if (text.length > LIMITS.captionCharacters) {
    issues.push(["message", `Use a caption of at most ${LIMITS.captionCharacters} characters`]);
  }
  if (issues.length > 0 || !mediaUrl) return refused(...issues);
  const described = { ...(mimeType && { mimeType }), ...(fileName && { fileName }) };
  return { media: { kind, source: mediaUrl, caption: text, voice: ptt, gif, ...described } };
}
