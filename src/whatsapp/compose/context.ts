/** What a message refers to: the one it quotes and the people it mentions. */
import { proto } from "../baileys.ts";
import { lidJid, lidOf, phoneJid, phoneOf } from "../identity.ts";

export interface QuotedMessage {
  id: string;
  /** JID of who wrote it. */
  authorJid: string;
  /** Encoded `proto.Message`. */
  payload: Uint8Array;
}

export interface ComposeContext {
  quoted?: QuotedMessage;
  /** Digits or JIDs. */
  mentions?: readonly string[];
  /** Epoch milliseconds. */
  now: number;
  /** A source of secure randomness: polls carry a secret. */
  randomBytes: (length: number) => Uint8Array;
}

/** The JID of a person written as digits, phone JID or LID. */
export function personJid(person: string): string {
  const lid = lidOf(person);
  return lid ? lidJid(lid) : phoneJid(phoneOf(person) ?? person);
}

/** What a quote shows of a message: never what that one quoted itself. */
function quotedContent(payload: Uint8Array): proto.IMessage {
  const message = proto.Message.decode(payload);
  if (message.extendedTextMessage) return { conversation: message.extendedTextMessage.text ?? "" };
  const { messageContextInfo: _, ...content } = message;
  return content;
}

/** @returns nothing when there is nothing to refer to */
export function contextInfo({ quoted, mentions = [] }: ComposeContext): { contextInfo?: proto.IContextInfo } {
  if (!quoted && mentions.length === 0) return {};
  return {
    contextInfo: {
      ...(quoted && {
        stanzaId: quoted.id,
        participant: quoted.authorJid,
        quotedMessage: quotedContent(quoted.payload),
      }),
      ...(mentions.length > 0 && { mentionedJid: mentions.map(personJid) }),
    },
  };
}
