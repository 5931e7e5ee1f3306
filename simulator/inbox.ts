/** What a phone has received and decrypted. */
import type { proto } from "@whiskeysockets/baileys";
import { type Addressing, phoneDigits } from "./jid.ts";
import type { EncType } from "./signal-device.ts";
import type { Waits } from "./waits.ts";

export interface ReceivedMessage {
  id: string;
  /** Phone number of the account that wrote it. */
  from: string;
  /** The group, or the phone number the chat is with: the sender, or the other side when this is a copy of an own message. */
  chat: string;
  /** Which device of the sender wrote it. */
  device: number;
  /** Text or caption, empty for messages without any. */
  text: string;
  message: proto.IMessage;
  encType: EncType | "skmsg";
  addressing: Addressing;
  /** Milliseconds since the epoch. */
  at: number;
}

/** By exact text, or by anything a function looks at. */
export type MessageMatcher = string | ((message: ReceivedMessage) => boolean);

export interface ReceivedOptions {
  /** Only messages that this number wrote. */
  from?: string | undefined;
  timeoutMs?: number | undefined;
}

export class Inbox {
  /** In the order of arrival. */
  readonly messages: ReceivedMessage[] = [];
  readonly #owner: string;
  readonly #waits: Waits;

  constructor(owner: string, waits: Waits) {
    this.#owner = owner;
    this.#waits = waits;
  }

  /** Adds a message; false when this very message is already there (a resend to all devices). */
  add(message: ReceivedMessage): boolean {
    if (this.find(message.id, message.from)) return false;
    this.messages.push(message);
    return true;
  }

  find(id: string, from?: string): ReceivedMessage | undefined {
    return this.messages.find((message) => message.id === id && (from === undefined || message.from === from));
  }

  /** The first message that matches, past or future. */
  received(matcher: MessageMatcher, options: ReceivedOptions): Promise<ReceivedMessage> {
    const from = options.from === undefined ? undefined : phoneDigits(options.from);
    const isMeant = typeof matcher === "string" ? (message: ReceivedMessage) => message.text === matcher : matcher;
    let looked = 0;
    return this.#waits.until(
      () => {
        const found = this.messages
          .slice(looked)
          .find((message) => (from === undefined || message.from === from) && isMeant(message));
        looked = this.messages.length;
        return found;
      },
      {
        what: `${typeof matcher === "string" ? `the message "${matcher}"` : "a message"} to ${this.#owner}${from ? ` from ${from}` : ""}`,
        seen: () => this.messages.map(({ from, text, id }) => `"${text}" from ${from} (${id})`).join(", "),
        timeoutMs: options.timeoutMs,
      },
    );
  }
}

/** The words of a message: plain text, or the caption of a medium. */
export function messageText(message: proto.IMessage): string {
  return (
    message.conversation ||
    message.extendedTextMessage?.text ||
    message.imageMessage?.caption ||
    message.videoMessage?.caption ||
    message.documentMessage?.caption ||
    message.documentWithCaptionMessage?.message?.documentMessage?.caption ||
    message.reactionMessage?.text ||
    ""
  );
}
