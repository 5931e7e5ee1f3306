/** What events say, as webhooks and the log carry it: flat, snake_case, times as ISO 8601 UTC. */
import type { LoggedEvent } from "../store/events-table.ts";
import type { NewMessage, SentRow } from "../store/messages-table.ts";
import { isGroup, lidOf } from "../whatsapp/identity.ts";

const iso = (ms: number): string => new Date(ms).toISOString();

type Payload = Record<string, unknown>;

/** The contract's `WebhookPayload` of a stored message, with what we add to it. */
export function messagePayload(message: NewMessage, instanceId: string): Payload {
  const group = isGroup(message.chatId);
  return {
    message_id: message.id,
    created_at: iso(message.sentAt),
    from_phone: message.fromPhone,
    to_phone: message.toPhone,
    message: message.text,
    media_type: message.type,
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
    media_type: row.type,
    status: row.status,
    webhook_id: instanceId,
    instance_id: instanceId,
    chat_id: row.chat_id,
    from_lid: null,
    from_me: true,
    source: row.source,
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

/** The body of one delivery: the event with its place in the log. */
export function deliveryBody(event: LoggedEvent): string {
  return JSON.stringify({ event_id: `evt_${event.seq}`, seq: event.seq, event: event.type, ...event.payload });
}
