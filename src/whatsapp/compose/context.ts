/** What a message refers to: the one it quotes and the people it mentions. */
import { normalizeMessageContent, proto } from "../baileys.ts";
import { lidJid, lidOf, phoneJid, phoneOf } from "../identity.ts";
import { withText } from "./edited-text.ts";

export interface QuotedMessage {
  id: string;
  /** JID of who wrote it. */
  authorJid: string;
  /** Encoded `proto.Message`, as it was sent. */
  payload: Uint8Array;
  /** Its text or caption, when it was edited since. */
  editedText?: string;
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

/** What a quote shows of a message, free of its wrappers: never what that one quoted itself. */
function quotedContent({ payload, editedText }: QuotedMessage): proto.IMessage {
  const edited = editedText === undefined ? null : withText(payload, editedText);
  const message = edited ?? normalizeMessageContent(proto.Message.decode(payload)) ?? {};
  if (message.extendedTextMessage) return { conversation: message.extendedTextMessage.text ?? "" };
  const { messageContextInfo: _, ...content } = message;
  return Object.fromEntries(Object.entries(content).map(([kind, part]) => [kind, withoutContext(part)]));
}

function withoutContext(part: unknown): unknown {
  if (part === null || typeof part !== "object") return part;
  const { contextInfo: _, ...rest } = part as { contextInfo?: unknown };
  return rest;
}

/** @returns nothing when there is nothing to refer to */
export function contextInfo({ quoted, mentions = [] }: ComposeContext): { contextInfo?: proto.IContextInfo } {
  if (!quoted && mentions.length === 0) return {};
  return {
    contextInfo: {
      ...(quoted && {
        stanzaId: quoted.id,
        participant: quoted.authorJid,
        quotedMessage: quotedContent(quoted),
      }),
      ...(mentions.length > 0 && { mentionedJid: mentions.map(personJid) }),
    },
  };
}
