/** What the phone tells of its history; part of the interface in session.ts. */
import type { ReceivedMessage, RemoteFile } from "./session.ts";

/** A part of the phone's history that waits for this device. */
export interface HistoryNotice {
  /** Id of the message that told of it. */
  id: string;
  /** `initial` comes with the link and holds the last messages of each chat; `names` is what people call themselves. */
  kind: "initial" | "recent" | "full" | "names";
  /** The zlib-compressed `HistorySync`, when it is short enough to come with the message. */
  inline: Uint8Array | null;
  /** Where WhatsApp's media servers keep it otherwise. */
  file: Pick<RemoteFile, "directPath" | "mediaKey" | "fileSha256" | "fileEncSha256" | "size"> | null;
}

/** What a history holds, piece by piece. */
export type HistoryPart =
  | {
      kind: "message";
      message: ReceivedMessage;
      status: "sent" | "delivered" | "read" | "played" | "failed" | "received";
    }
  /** Phone and LID of one person, digits. */
  | { kind: "pair"; phone: string; lid: string }
  /** What a person (a JID) calls themselves. */
  | { kind: "name"; jid: string; name: string }
  | PrivacyToken;

/** Lets this number write to a contact who knows it: without it, WhatsApp counts the message as a new chat. */
export interface PrivacyToken {
  kind: "token";
  /** LID where it is known, else phone JID. */
  jid: string;
  token: Uint8Array;
  /** When the contact gave it, and when we gave ours; epoch seconds. */
  at: number;
  sentAt: number | null;
}
