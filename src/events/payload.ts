/** What events say, as webhooks and the log carry it: flat, snake_case, times as ISO 8601 UTC. */
import type { EventBody, LastDisconnect } from "../durable/rpc.ts";
import type { LoggedEvent } from "../store/events-table.ts";
import { type MediaRow, mediaView } from "../store/media-table.ts";
import type { NewMessage, SentRow } from "../store/messages-table.ts";
import { isGroup, lidOf } from "../whatsapp/identity.ts";
import type { ContactCard, MessageDetails } from "../whatsapp/session.ts";

const iso = (ms: number): string => new Date(ms).toISOString();

type Payload = Record<string, unknown>;

/** The contract's `media_type`; kinds beyond it are texts there, and named in `type`. */
const MEDIA_TYPES = new Set(["image", "video", "audio", "document", "sticker", "location", "contact"]);
const mediaTypeOf = (type: string): string => (MEDIA_TYPES.has(type) ? type : "text");

const cardFields = ({ displayName, phoneNumber }: ContactCard) => ({
  display_name: displayName,
  phone_number: phoneNumber,
});

/** What a message says beyond its text, in the payload's spelling; only what it has. */
function detailFields(details: MessageDetails): Payload {
  const { reaction, edited, deleted, buttonReply, listReply, poll, pollVote, contact, contacts } = details;
  return {
    ...(details.location && { location: details.location }),
    ...(contact && { contact: cardFields(contact) }),
    ...(contacts && { contacts: contacts.map(cardFields) }),
    ...(reaction && { reaction: { message_id: reaction.messageId, emoji: reaction.emoji } }),
    ...(edited && { edited: { message_id: edited.messageId } }),
    ...(deleted && { deleted: { message_id: deleted.messageId } }),
    ...(buttonReply && { button_reply: buttonReply }),
    ...(listReply && { list_reply: listReply }),
    ...(poll && { poll: { question: poll.question, options: poll.options, selectable_count: poll.selectableCount } }),
    ...(pollVote && { poll_vote: { message_id: pollVote.messageId, options: pollVote.options } }),
    ...(details.album && { album: details.album }),
    ...(details.albumId && { album_id: details.albumId }),
    ...(details.forwarded && { forwarded: true }),
    ...(details.viewOnce && { view_once: true }),
    ...(details.ephemeral && { ephemeral: true }),
    ...(details.unavailable && { unavailable: details.unavailable }),
    ...(details.mentions && { mentions: details.mentions }),
  };
}

/** What is told of a message's file; nothing for a message without one. */
export function mediaFields(media: MediaRow | null, url: string | null): Payload {
  if (!media) return {};
  const { link: _, ...view } = mediaView(media);
  return {
    media_id: media.id,
    media_url: url,
    mime_type: view.mimeType,
    file_name: view.fileName,
    media: { ...view, downloadUrl: url },
  };
}

/** How the file of a message stands now. */
export function mediaPayload(media: MediaRow, instanceId: string, chatId: string, url: string | null): Payload {
  return { message_id: media.messageId, instance_id: instanceId, chat_id: chatId, ...mediaFields(media, url) };
}

/** The contract's `WebhookPayload` of a stored message, with what we add to it. */
export function messagePayload(message: NewMessage, instanceId: string): Payload {
  const group = isGroup(message.chatId);
  const details = message.details ?? {};
  return {
    message_id: message.id,
    created_at: iso(message.sentAt),
    from_phone: message.fromPhone,
    to_phone: message.toPhone,
    message: message.text,
    media_type: mediaTypeOf(message.type),
    type: message.type,
    media_url: null,
    mime_type: null,
    file_name: null,
    status: message.status,
    webhook_id: instanceId,
    quoted_message: message.quoted?.text ?? null,
    quoted: message.quoted ? { message_id: message.quoted.messageId, text: message.quoted.text } : null,
    instance_id: instanceId,
    chat_id: message.chatId,
    from_lid: message.fromLid,
    push_name: message.pushName,
    is_group: group,
    group_id: group ? message.chatId : null,
    participant: message.participant,
    from_me: message.direction === "outbound",
    ...detailFields(details),
    ...(message.unsupported ? { unsupported: true } : {}),
  };
}

/** A message of ours left: `source` tells whether through the API, as a webhook's reply or from the phone. */
export function sentPayload(row: SentRow, instanceId: string): Payload {
  return {
    message_id: row.id,
    created_at: iso(row.sent_at),
    from_phone: row.from_phone,
    to_phone: row.to_phone,
    message: row.text,
    media_type: mediaTypeOf(row.type),
    type: row.type,
    status: row.status,
    webhook_id: instanceId,
    instance_id: instanceId,
    chat_id: row.chat_id,
    from_lid: null,
    from_me: true,
    source: row.source,
    ...detailFields(JSON.parse(row.details)),
  };
}

/** What became of a message of ours. */
export function statusPayload(
  row: SentRow,
  instanceId: string,
  failure?: { code: number | null; reason: string },
): Payload {
  return {
    message_id: row.id,
    instance_id: instanceId,
    chat_id: row.chat_id,
    to_phone: row.to_phone,
    to_lid: lidOf(row.chat_id),
    status: row.status,
    code: failure?.code ?? null,
    reason: failure?.reason ?? null,
  };
}

/** The status changed; `why` it was lost, when it was. */
export function connectionPayload(instanceId: string, status: string, why: LastDisconnect | null): Payload {
  return {
    instance_id: instanceId,
    status,
    reason: why?.reason ?? null,
    code: why?.code ?? null,
    next_action: why?.nextAction ?? null,
  };
}

/**
 * There is something new to link the number with. What it is, is asked for when it is shown: a QR holds a key, a code
 * opens the number, and neither belongs into a log or a webhook.
 */
export function linkPayload(instanceId: string, method: "qr" | "code"): Payload {
  return { instance_id: instanceId, method };
}

/** The phone behind a LID became known; `chatId` is the chat from here on. */
export function identifiedPayload(instanceId: string, who: { chatId: string; phone: string; lid: string }): Payload {
  return { instance_id: instanceId, chat_id: who.chatId, phone: who.phone, lid: who.lid };
}

/** An event with its place in the log, as webhooks, the log and the stream show it. */
export function eventBody({ seq, type, payload, createdAt }: LoggedEvent): EventBody {
  // A message brings its own time, which is when it was sent.
  return { event_id: `evt_${seq}`, seq, event: type, created_at: iso(createdAt), ...payload };
}

/** A sample for the endpoint that tests a webhook: the fields of a text message, and no place in the log. */
export function testPayload(instanceId: string, phone: string | null, id: string, now: number): Payload {
  const sample = "15550100100";
  return {
    event_id: id,
    seq: null,
    event: "webhook.test",
    message_id: "TEST",
    created_at: iso(now),
    from_phone: sample,
    to_phone: phone,
    message: "This is a test of your webhook. Nobody wrote it.",
    media_type: "text",
    type: "text",
    media_url: null,
    mime_type: null,
    file_name: null,
    status: "received",
    webhook_id: instanceId,
    quoted_message: null,
    quoted: null,
    instance_id: instanceId,
    chat_id: `${sample}@s.whatsapp.net`,
    from_lid: null,
    push_name: "Test",
    is_group: false,
    group_id: null,
    participant: null,
    from_me: false,
  };
}
