/**
 * `proto.Message` → what the API reports of it. Kinds this version cannot show are reported as unsupported, never
 * dropped; messages between a person's own devices (keys, history, settings) are no messages at all.
 */
import type { proto } from "../baileys.ts";
import { normalizeMessageContent } from "../baileys.ts";
import { lidJid, lidOf, phoneOf } from "../identity.ts";
import type { MessageContent, MessageDetails, MessageType } from "../session.ts";
import { actIn } from "./acts.ts";
import { answerIn } from "./answers.ts";
import { contactCard } from "./contact-card.ts";
import type { VoteContext } from "./poll-vote.ts";
import { mediaPart, remoteFile } from "./remote-file.ts";

/** Fields that carry no content for people. */
const SILENT: readonly (keyof proto.IMessage)[] = [
  "protocolMessage",
  "senderKeyDistributionMessage",
  "fastRatchetKeySenderKeyDistributionMessage",
  "messageContextInfo",
  "deviceSentMessage",
  "keepInChatMessage",
  "encReactionMessage",
];

/** A message that quotes nothing and votes for nothing: what is needed to read the text of any other. */
const NO_VOTES: VoteContext = { findPoll: () => null, voterJids: [] };

interface Reading {
  type: MessageType;
  text: string;
  context?: proto.IContextInfo | null | undefined;
  details?: MessageDetails;
  file?: MessageContent["file"];
}

/** @returns null when the message is not for people: key exchange, settings, an empty shell. */
export function normaliseContent(
  message: proto.IMessage | null | undefined,
  votes: VoteContext = NO_VOTES,
): MessageContent | null {
  const content = normalizeMessageContent(message);
  if (!message || !content) return null;
  const reading = actIn(content, votes, textOf) ?? answerIn(content) ?? plain(content);
  if (!reading) {
    const present = Object.entries(content).filter(([, value]) => value !== null && value !== undefined);
    const forPeople = present.some(([field]) => !SILENT.includes(field as keyof proto.IMessage));
    return forPeople ? { type: "text", text: "", quoted: null, unsupported: true } : null;
  }
  const { type, text, context, file } = reading as Reading;
  const details = { ...reading.details, ...circumstances(message, content, context) };
  return {
    type,
    text,
    quoted: quotedBy(context),
    unsupported: false,
    ...(Object.keys(details).length > 0 && { details }),
    ...(file && { file }),
  };
}

function textOf(content: proto.IMessage | null | undefined): string {
  return normaliseContent(content)?.text ?? "";
}

function quotedBy(context: proto.IContextInfo | null | undefined): MessageContent["quoted"] {
  if (!context?.stanzaId || !context.quotedMessage) return null;
  return { messageId: context.stanzaId, text: textOf(context.quotedMessage) };
}

/** Messages that stand for themselves. */
function plain(content: proto.IMessage): Reading | null {
  if (content.conversation) return { type: "text", text: content.conversation };
  const extended = content.extendedTextMessage;
  if (extended) return { type: "text", text: extended.text ?? "", context: extended.contextInfo };
  const media = mediaPart(content);
  if (media) {
    const file = remoteFile(media.kind, media.part);
    const { caption, contextInfo } = media.part;
    return { type: media.kind, text: caption ?? "", context: contextInfo, ...(file && { file }) };
  }
  return place(content) ?? cards(content) ?? offer(content);
}

function place({ locationMessage, liveLocationMessage }: proto.IMessage): Reading | null {
  const part = locationMessage ?? liveLocationMessage;
  if (!part) return null;
  const live = Boolean(liveLocationMessage) || locationMessage?.isLive === true;
  const { degreesLatitude, degreesLongitude, contextInfo } = part;
  return {
    type: "location",
    text: locationMessage?.comment ?? liveLocationMessage?.caption ?? "",
    context: contextInfo,
    details: {
      location: {
        latitude: degreesLatitude ?? 0,
        longitude: degreesLongitude ?? 0,
        name: locationMessage?.name || null,
        address: locationMessage?.address || null,
        live,
      },
    },
  };
}

function cards({ contactMessage, contactsArrayMessage }: proto.IMessage): Reading | null {
  const part = contactMessage ?? contactsArrayMessage;
  if (!part) return null;
  const all = contactMessage ? [contactMessage] : (contactsArrayMessage?.contacts ?? []);
  const contacts = all.map(({ displayName, vcard }) => contactCard(displayName, vcard));
  const [contact] = contacts;
  return {
    type: "contact",
    text: "",
    context: part.contextInfo,
    details: { ...(contact && { contact }), ...(contacts.length > 1 && { contacts }) },
  };
}

/** What asks for a choice, and the head of an album. */
function offer(content: proto.IMessage): Reading | null {
  const poll = content.pollCreationMessage ?? content.pollCreationMessageV2 ?? content.pollCreationMessageV3;
  if (poll) {
    const options = (poll.options ?? []).map(({ optionName }) => optionName ?? "");
    const question = poll.name ?? "";
    const details = { poll: { question, options, selectableCount: poll.selectableOptionsCount ?? 0 } };
    return { type: "poll", text: question, context: poll.contextInfo, details };
  }
  const { interactiveMessage, albumMessage } = content;
  if (interactiveMessage?.nativeFlowMessage) {
    const isList = interactiveMessage.nativeFlowMessage.buttons?.some(({ name }) => name === "single_select");
    return {
      type: isList ? "list" : "buttons",
      text: interactiveMessage.body?.text ?? "",
      context: interactiveMessage.contextInfo,
    };
  }
  if (albumMessage) {
    const { expectedImageCount, expectedVideoCount, contextInfo } = albumMessage;
    const album = { images: expectedImageCount ?? 0, videos: expectedVideoCount ?? 0 };
    return { type: "album", text: "", context: contextInfo, details: { album } };
  }
  return null;
}

/** How a message was sent, whatever it says. */
function circumstances(
  message: proto.IMessage,
  content: proto.IMessage,
  context: proto.IContextInfo | null | undefined,
): MessageDetails {
  const wrapped = wrappers(message);
  const part = mediaPart(content)?.part as { viewOnce?: boolean | null } | undefined;
  const association = (message.messageContextInfo ?? content.messageContextInfo)?.messageAssociation;
  const albumId = association?.parentMessageKey?.id;
  const mentions = (context?.mentionedJid ?? []).flatMap((jid) => phoneOf(jid) ?? lidAddress(jid));
  return {
    ...(context?.isForwarded && { forwarded: true as const }),
    ...((wrapped.once || part?.viewOnce) && { viewOnce: true as const }),
    ...((wrapped.ephemeral || context?.expiration) && { ephemeral: true as const }),
    ...(albumId && { albumId }),
    ...(mentions.length > 0 && { mentions }),
  };
}

/** A message may be wrapped several times, in any order. */
function wrappers(message: proto.IMessage): { once: boolean; ephemeral: boolean } {
  const once = message.viewOnceMessage ?? message.viewOnceMessageV2 ?? message.viewOnceMessageV2Extension;
  const inner = (once ?? message.ephemeralMessage)?.message;
  const deeper = inner ? wrappers(inner) : { once: false, ephemeral: false };
  return {
    once: Boolean(once) || deeper.once,
    ephemeral: Boolean(message.ephemeralMessage) || deeper.ephemeral,
  };
}

function lidAddress(jid: string): string[] {
  const lid = lidOf(jid);
  return lid ? [lidJid(lid)] : [];
}
