/**
 * The interface to WhatsApp that we own. Everything outside this folder, and every test of it, sees only these types;
 * Baileys stays behind `open-session.ts`.
 */

import type { HistoryNotice, PrivacyToken } from "./history-part.ts";

/** Why a session ended, as WhatsApp or the network put it. `disconnect-reasons.ts` says what follows from it. */
export interface SessionEnd {
  /** WhatsApp's or Baileys' status code (401, 440, 515 …); null when something broke without one. */
  code: number | null;
  /** Short technical text; never contains keys, message text or phone numbers. */
  text: string;
}

/** What a message says, reduced to what the API reports. */
export interface MessageContent {
  type: MessageType;
  /** Text or caption; empty when the kind has none. */
  text: string;
  /** Id and text of the quoted message, if it quotes one. */
  quoted: { messageId: string; text: string } | null;
  /** True for a kind this version cannot show: reported as an empty text, never dropped. */
  unsupported: boolean;
  /** What the kind has beyond text. */
  details?: MessageDetails;
  /** The file of a media message: where WhatsApp keeps it and the key to it. */
  file?: RemoteFile;
}

/** Kinds of message; those beyond the contract's `media_type` are reported there as `text`. */
export type MessageType =
  | "text"
  | "image"
  | "video"
  | "audio"
  | "document"
  | "sticker"
  | "location"
  | "contact"
  | "buttons"
  | "list"
  | "button_reply"
  | "list_reply"
  | "poll"
  | "poll_vote"
  | "reaction"
  | "edit"
  | "delete"
  | "album";

export interface ContactCard {
  displayName: string;
  /** Digits; null when the card has none. */
  phoneNumber: string | null;
}

/** What a message says beyond its text; each field only with the kinds that have it. */
export interface MessageDetails {
  /** Degrees; `live` for a position that moves. */
  location?: { latitude: number; longitude: number; name: string | null; address: string | null; live: boolean };
  contact?: ContactCard;
  /** All cards, when it carries several. */
  contacts?: ContactCard[];
  /** An empty emoji takes the reaction back. */
  reaction?: { messageId: string; emoji: string };
  /** This message replaces the text of another one. */
  edited?: { messageId: string };
  /** This message takes another one back. */
  deleted?: { messageId: string };
  buttonReply?: { id: string; text: string };
  listReply?: { id: string; title: string };
  poll?: { question: string; options: string[]; selectableCount: number };
  /** The options now chosen; null when the vote cannot be read because the poll is not stored. */
  pollVote?: { messageId: string; options: string[] | null };
  /** How many files follow that belong together. */
  album?: { images: number; videos: number };
  /** The album a file belongs to. */
  albumId?: string;
  forwarded?: true;
  viewOnce?: true;
  ephemeral?: true;
  /** Why this device has nothing of what it says; see `Unavailable`. */
  unavailable?: Unavailable;
  /** Digits of the people mentioned; LIDs as `…@lid`. */
  mentions?: string[];
  /** Links and quick replies offered. */
  buttons?: { id: string; text: string; url?: string }[];
}

/**
 * Why a message came without its content. `view_once`: WhatsApp shows such messages on phones only. `withheld`: the
 * server did not give it to this device; the phone is asked for it. `undecryptable`: its sender, and the phone, are
 * asked for it again. `unknown_encryption`: encrypted in a way this version does not know.
 */
export type Unavailable = "view_once" | "withheld" | "undecryptable" | "unknown_encryption";

/** A file at WhatsApp's media servers. */
export interface RemoteFile {
  kind: "image" | "video" | "audio" | "document" | "sticker";
  /** Path at any media host, with its token. */
  directPath: string;
  /** 32 bytes, base64. */
  mediaKey: string;
  /** SHA-256, base64: of the file, and of the file as WhatsApp keeps it. */
  fileSha256: string;
  fileEncSha256: string;
  mimeType: string;
  /** Bytes. */
  size: number;
  fileName: string | null;
  seconds: number | null;
  width: number | null;
  height: number | null;
  /** A voice note; a video that plays as a GIF. */
  voice: boolean;
  gif: boolean;
}

/** A decrypted message that concerns this number: sent to it, or typed on its phone. */
export interface ReceivedMessage {
  id: string;
  /** JID of the chat as WhatsApp addressed it, without a device: phone, LID or group. */
  chatJid: string;
  /**
   * The person under the other address (LID for a phone, phone for a LID), when WhatsApp told it: of the chat, or in
   * a group of who wrote it.
   */
  altJid: string | null;
  /** In groups: who wrote it. */
  participantJid: string | null;
  /** True when it was written on the linked phone or another of its devices. */
  fromMe: boolean;
  pushName: string | null;
  /** When WhatsApp says it was sent, epoch milliseconds. */
  sentAt: number;
  content: MessageContent;
  /** The decrypted `proto.Message`: kept for quotes, retries and media. */
  payload: Uint8Array;
}

/** What tells one `<message>` stanza from all others: an id alone does not, for its sender chose it. */
export type StanzaOrigin = Pick<ReceivedMessage, "id" | "chatJid" | "participantJid">;

/** What WhatsApp says became of messages we sent. */
export interface ReceiptUpdate {
  messageIds: string[];
  status: "delivered" | "read" | "played";
  /** JID of the chat it speaks of, without a device. */
  chatJid: string;
  /** In groups: whose receipt it is, and who else than us is in the group, each under all addresses WhatsApp tells. */
  group: { participantJid: string; members: string[][] } | null;
}

/** Somebody's call as it begins to ring. */
export interface IncomingCall {
  id: string;
  /** JID of the caller, and the same person's other address when WhatsApp told it. */
  fromJid: string;
  altJid: string | null;
  video: boolean;
  groupJid: string | null;
  /** Epoch milliseconds. */
  at: number;
}

/** What WhatsApp restricts; a part it did not tell is null. Times are ISO 8601. */
export interface Restrictions {
  /** The lock on new chats; `until` is null when WhatsApp names no end. */
  lock: { isActive: boolean; until: string | null; type: string } | null;
  /** Its quota of messages to people who do not answer; numbers are null when there is none. */
  cap: { total: number | null; used: number | null; status: string; cycleEndsAt: string | null } | null;
}

/** Our own place in a group. */
export interface GroupMembership {
  groupJid: string;
  isMember: boolean;
  /** Epoch milliseconds as WhatsApp tells; null when it does not. */
  at: number | null;
}

/** A received message as a read receipt names it. */
export interface ReadKey {
  messageId: string;
  /** JID of the chat as the message came. */
  chatJid: string;
  /** In groups: who wrote it. */
  participantJid: string | null;
}

/** Events of a session, in the order in which they happened. */
export type SessionEvent =
  /** A new QR text is to be shown; the one before is void. */
  | { type: "qr"; text: string }
  /** The phone accepted this device; WhatsApp now asks to reconnect (515). */
  | { type: "paired" }
  /** Logged in: messages flow. Phone as digits. */
  | { type: "open"; phone: string; lid: string | null; name: string | null }
  /** Emitted inside the transaction that stores the message's ratchet: the handler stores it, synchronously. */
  | { type: "message"; message: ReceivedMessage }
  /** A message came without its content; told after `waitMs`, unless the content comes as a `message` before. */
  | { type: "placeholder"; message: ReceivedMessage; waitMs: number }
  /** A message turned out to carry nothing for people: no content of it is awaited any more. */
  | { type: "empty"; origin: StanzaOrigin }
  /** The phone has a part of its history for this device; emitted in the transaction of its message, like `message`. */
  | { type: "history"; notice: HistoryNotice }
  | { type: "receipt"; receipt: ReceiptUpdate }
  /** WhatsApp's server took a message of ours (`error: null`) or refused it (463, 479 …). */
  | { type: "ack"; messageId: string; error: number | null }
  /** Somebody calls this number. */
  | { type: "call"; call: IncomingCall }
  /** A phone and a LID were seen to be the same person; both are digits. */
  | { type: "identity"; phone: string; lid: string }
  /** One to whom a message of ours was sent could not decrypt it and asks for another copy. */
  | { type: "retry"; messageId: string }
  /** A message to us could not be decrypted; Baileys asks for it again. */
  | { type: "undecryptable" }
  /** This number was taken into a group, or is no longer in it. */
  | { type: "membership"; membership: GroupMembership }
  /** WhatsApp told by itself that it restricts this number, or no longer does. */
  | { type: "restricted"; restrictions: Restrictions }
  /** The session is over and will emit nothing more. */
  | { type: "closed"; end: SessionEnd };

/** A file that WhatsApp no longer has, by its message. */
export interface FileRequest {
  messageId: string;
  chatJid: string;
  fromMe: boolean;
  participantJid: string | null;
  /** Encoded `proto.Message`. */
  payload: Uint8Array;
}

/** Somebody to be saved in the phone's address book. */
export interface ContactToSave {
  /** Digits. */
  phone: string;
  /** As it is to be shown; not empty. */
  name: string;
}

/** A part of the account's settings at WhatsApp's media servers; what `RemoteFile` says of these fields. */
export type ExternalBlob = Pick<RemoteFile, "directPath" | "mediaKey" | "fileSha256" | "fileEncSha256" | "size">;

/** One live connection. It never reconnects by itself. */
export interface WhatsAppSession {
  /**
   * Asks for a pairing code for this phone (digits); call it once the first `qr` event came, before that the transport
   * is not up. @returns 8 characters
   */
  requestPairingCode(phone: string): Promise<string>;
  /**
   * Asks whether a phone (digits) is on WhatsApp. @returns its phone JID, or null when it is not
   * @throws SessionClosedError, RequestRefusedError
   */
  lookUp(phone: string): Promise<string | null>;
  /**
   * Where WhatsApp takes files at the moment: host names, and what goes into the URL of uploads.
   * @throws SessionClosedError, RequestRefusedError
   */
  mediaHosts(): Promise<{ hosts: string[]; auth: string }>;
  /**
   * Asks the phone that sent a file to upload it again. @returns its new path
   * @throws when the phone cannot be reached or no longer has it
   */
  requestFileAgain(request: FileRequest): Promise<string>;
  /** Digits of the LID behind a phone (digits), and where its picture is; null for what WhatsApp does not tell. */
  describe(phone: string): Promise<{ lid: string | null; pictureUrl: string | null }>;
  /**
   * Encrypts and sends a stored message; resolves when the stanza is on its way (its ratchet stored first).
   * @throws SessionClosedError when the connection is gone, RequestRefusedError when WhatsApp did not give what the
   * message needs (devices, keys); any other error means that this message cannot be sent.
   */
  send(message: OutboundStanza): Promise<void>;
  /** The account's own profile. */
  readonly profile: OwnProfile;
  /** Shows "typing…" in a chat (a JID), or takes it back. @throws SessionClosedError */
  typing(to: string, on: boolean): Promise<void>;
  /** Sends read receipts, as far as the account's privacy settings show them to people. @throws SessionClosedError */
  markRead(keys: ReadKey[]): Promise<void>;
  /** Shows this number as online, or not. @throws SessionClosedError */
  presence(available: boolean): Promise<void>;
  /** Asks WhatsApp something beyond a ping. @returns false when no answer came in time, or the session is over */
  answers(): Promise<boolean>;
  /** Takes over what the phone's history tells of others: who is who (digits), and tokens; older ones change nothing. */
  adopt(known: { pairs: readonly { phone: string; lid: string }[]; tokens: readonly PrivacyToken[] }): Promise<void>;
  /**
   * Saves a contact on the phone. @param mine what an earlier call gave for this contact; null when none did
   * @returns names what was written; null when the phone's owner saved, changed or removed the contact: it stays so
   * @throws SessionClosedError, AppStateError (app-state/app-state-error.ts), RequestRefusedError
   */
  saveContact(contact: ContactToSave, mine: string | null): Promise<string | null>;
  /** Asks WhatsApp what it restricts. @throws SessionClosedError */
  restrictions(): Promise<Restrictions>;
  /** Tells WhatsApp to forget this device, then closes. */
  logout(): Promise<void>;
  /** Closes without a word; no further event follows, not even `closed`. */
  close(): void;
}

/** What others see of the account. */
export interface AccountProfile {
  name: string | null;
  /** The "About" text; null when it has none. */
  about: string | null;
  /** WhatsApp's link to the picture, valid for some days; null when it has none. */
  pictureUrl: string | null;
}

/**
 * Reads and changes the account's profile.
 * @throws SessionClosedError when the connection is gone, `RequestRefusedError` when WhatsApp says no or nothing.
 */
export interface OwnProfile {
  read(): Promise<AccountProfile>;
  setName(name: string): Promise<void>;
  setAbout(about: string): Promise<void>;
  /** @param jpeg a square JPEG of at most 640 px; null removes the picture */
  setPicture(jpeg: Uint8Array | null): Promise<void>;
}

/** WhatsApp did not do what it was asked for. */
export class RequestRefusedError extends Error {
  override name = "RequestRefusedError";
  /** WhatsApp's code (406: not acceptable); null when it did not answer, or is not ready for this yet. */
  readonly code: number | null;

  constructor(code: number | null) {
    super(`WhatsApp refused a request (${code ?? "no answer"})`);
    this.code = code;
  }
}

/** A message ready for encryption. */
export interface OutboundStanza {
  /** Chosen by us and stored before. */
  id: string;
  /** Phone JID, LID or group JID. */
  to: string;
  /** Encoded `proto.Message`. */
  payload: Uint8Array;
}

/** The connection went away; the message was not refused and can be sent again under the same id. */
export class SessionClosedError extends Error {
  override name = "SessionClosedError";
}

/** Stored messages; each payload is an encoded `proto.Message`, and null when there is no such message. */
export interface MessageLookups {
  /** A message of ours to this chat (a JID). */
  ours: (messageId: string, chatJid: string) => Uint8Array | null;
  /** The same for a recipient who could not decrypt it: not one that was taken back since. */
  repeatable: (messageId: string, chatJid: string) => Uint8Array | null;
  /** A stanza that was stored before, should WhatsApp repeat it. */
  received: (origin: StanzaOrigin) => Uint8Array | null;
  /**
   * Messages since then (epoch milliseconds) of which this device has nothing yet, though our phone may; the newest
   * first, some dozens at most.
   */
  awaited: (since: number) => (StanzaOrigin & { fromMe: boolean })[];
  /** A poll of this chat, and its creator's addresses; null for a poll of ours. */
  poll: (messageId: string, chatJid: string) => { payload: Uint8Array; creatorJids: string[] | null } | null;
}

/** What a session needs from its number's object. */
export interface SessionDeps {
  storage: DurableObjectStorage;
  /** False once another session took over: this one then stores nothing more. */
  isCurrent: () => boolean;
  onEvent: (event: SessionEvent) => void;
  /** Whether this device shows itself online as soon as it is connected. */
  markOnline: () => boolean;
  lookups: MessageLookups;
  /** Fetches a part of the account's settings, decrypted and verified. @throws when it cannot be had */
  download: (blob: ExternalBlob) => Promise<Uint8Array>;
  /** A technical warning: fixed words and error classes only. */
  warn: (text: string) => void;
  now: () => number;
}

/** Of WhatsApp Web, such as `[2, 3000, 1043857760]`. */
export type WhatsAppVersion = readonly [number, number, number];

/** Where WhatsApp is. */
export interface WhatsAppEndpoint {
  url: string;
  /** 32-byte key that signs the server's certificate chain; null = WhatsApp's own. */
  rootKey: Uint8Array | null;
  /** The version of WhatsApp Web to claim; null = the one that Baileys was released with. */
  version: WhatsAppVersion | null;
}

/** How a session is opened; the object gets it injected, so that its own tests need no network. */
export type OpenSession = (endpoint: WhatsAppEndpoint, deps: SessionDeps) => WhatsAppSession;
