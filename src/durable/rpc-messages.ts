/** Messages as the Worker and a number's object speak of them. Part of rpc.ts. */

import type { MessageDetails } from "../whatsapp/session.ts";
import type { BlockedSend } from "./rpc-safety.ts";

/** Who a message goes to and what it refers to, whatever its kind. */
export interface Addressed {
  /** Digits of a phone number, or a JID (`…@s.whatsapp.net`, `…@lid`, `…@g.us`). */
  to: string;
  /** The message it quotes; it has to be stored, in the same chat. */
  quotedMessageId?: string;
  /** People to be mentioned: digits or JIDs. */
  mentions?: string[];
  /** For this message: show "typing…" or not, pause or not; the instance's settings when left out. */
  wishes?: { typingSimulation?: boolean; delayEnabled?: boolean };
  /** Under which the recipient is saved on the phone, when they are not in its address book yet. */
  contactName?: string;
}

/** What a message says. */
export type OutgoingContent =
  | { kind: "text"; text: string; preview?: LinkPreview }
  | { kind: "location"; latitude: number; longitude: number; name?: string; address?: string; text: string }
  | { kind: "contact"; displayName: string; phoneNumber: string }
  | OutgoingButtons
  | OutgoingList
  | OutgoingMedia
  | { kind: "poll"; text: string; options: string[]; selectableCount: number };

export interface OutgoingMedia {
  kind: MediaFile["kind"];
  /** The caption. */
  text: string;
  file: MediaFile;
  /** As a voice note, if the file is Ogg. */
  voice: boolean;
  /** Plays like a GIF. */
  gif: boolean;
}

/** A file that is in the bucket and at WhatsApp's media servers. Keys and hashes as base64. */
export interface MediaFile {
  id: string;
  /** In the bucket. */
  key: string;
  /** Path of its public link. */
  link: string;
  kind: "image" | "video" | "audio" | "document" | "sticker";
  mimeType: string;
  /** Bytes. */
  size: number;
  seconds: number | null;
  width: number | null;
  height: number | null;
  fileName: string | null;
  url: string;
  directPath: string;
  mediaKey: string;
  fileSha256: string;
  fileEncSha256: string;
  /** Small JPEG, base64; null for a file that none can be made of. */
  thumbnail: string | null;
  /** Of a voice note: 64 bars from 0 to 100, base64; null when the file does not tell. */
  waveform: string | null;
}

/** The file of a message as the API shows it. */
export interface MediaView {
  id: string;
  /** Path of its public link; null until it is stored. */
  link: string | null;
  /** `pending` = on its way; `failed` = not there (it may be tried again). */
  status: "pending" | "stored" | "failed";
  mimeType: string;
  size: number;
  /** Hexadecimal. */
  sha256: string;
  fileName: string | null;
  seconds: number | null;
  width: number | null;
  height: number | null;
}

/** Where WhatsApp takes files at the moment. */
export interface MediaHosts {
  /** Host names, the preferred one first. */
  hosts: string[];
  /** Goes into the URL of uploads. */
  auth: string;
}

export interface LinkPreview {
  /** The URL as it stands in the text. */
  url: string;
  title: string;
  description: string;
  /** Small JPEG, base64. */
  thumbnail?: string;
}

interface Interactive {
  text: string;
  title?: string;
  footer?: string;
  /** `text` appends the choices as a numbered list, for clients that show no buttons. */
  fallback: "text" | "none";
}

export interface OutgoingButtons extends Interactive {
  kind: "buttons";
  /** With a URL the button opens it, otherwise it answers with its id. */
  buttons: { id: string; text: string; url?: string }[];
}

export interface OutgoingList extends Interactive {
  kind: "list";
  /** Label of the button that opens the list. */
  buttonText: string;
  sections: { title: string; rows: { id: string; title: string; description?: string }[] }[];
}

/** A message to be sent. */
export type OutgoingMessage = Addressed & OutgoingContent;

/** A reaction to a stored message; an empty emoji takes it back. */
export interface OutgoingReaction {
  to: string;
  messageId: string;
  emoji: string;
}

/** What WhatsApp tells about a phone number. */
export interface NumberView {
  /** Digits WhatsApp knows it by, which may differ from those asked for. */
  phone: string;
  exists: boolean;
  jid: string | null;
  lid: string | null;
  pictureUrl: string | null;
}

export interface SentMessage {
  messageId: string;
  /** `sent` = WhatsApp's server has it; `pending` = stored, goes out by itself as soon as the server answers. */
  status: "sent" | "pending" | "failed";
  messageType: string;
  /** ISO 8601 */
  createdAt: string;
  /** Digits of the number it was sent from and to (`to` is null for a group or an unknown phone). */
  from: string | null;
  to: string | null;
  chatId: string;
  text: string;
  /** Milliseconds waited before sending. */
  delayMs: number;
  /** Whether "typing…" was shown and a pause made. */
  typingSimulation?: boolean;
  delayEnabled?: boolean;
  /** The number-safety rules held it back: nothing was stored or sent, and `messageId` belongs to no message. */
  blocked?: BlockedSend;
  /** The call was repeated: the message was stored by the first one, and nothing of this one is used. */
  repeated?: true;
  /** Why `status` is `failed`, e.g. WhatsApp's refusal 463. */
  reason: string | null;
  /** WhatsApp's error code of a failed send. */
  code: number | null;
}

/** A stored message as `GET …/messages` shows it. */
export interface StoredMessage {
  id: string;
  direction: "inbound" | "outbound";
  chatId: string;
  /** Digits; null when only a LID is known. */
  from: string | null;
  to: string | null;
  fromLid: string | null;
  pushName: string | null;
  /** `text`, `image`, … as in the webhook payload. */
  type: string;
  text: string;
  quoted: { messageId: string; text: string } | null;
  /** JID of who wrote it; groups only. */
  participant: string | null;
  unsupported: boolean;
  details: MessageDetails;
  /** Its file, for messages that have one. */
  media: MediaView | null;
  /** ISO 8601; null as long as it is as it was sent. */
  editedAt: string | null;
  deletedAt: string | null;
  /** ISO 8601: when WhatsApp says it was sent. */
  timestamp: string;
  status: "pending" | "sent" | "delivered" | "read" | "played" | "failed" | "received";
  /** Why it failed: WhatsApp's code (463, 479 …), null when it had none, and a sentence. */
  failure: { code: number | null; reason: string | null } | null;
  /** `api`, `reply`, `phone` for outbound; null for inbound. */
  source: "api" | "reply" | "phone" | null;
}

export interface MessageQuery {
  direction?: "inbound" | "outbound";
  /** 1–200. */
  limit: number;
  /** ISO 8601: only messages after it. */
  since?: string;
  /** Digits of the other side. */
  phone?: string;
  /** Text to be found inside the message, case-insensitive. */
  q?: string;
  /** `next` of the page before. */
  cursor?: string;
}
