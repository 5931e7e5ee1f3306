/** Sends one text: resolve → store → send → wait a little for WhatsApp's answer. */
import type { OutgoingText, SentMessage } from "../durable/rpc.ts";
import { ok, type Result } from "../errors.ts";
import type { LoggedEvent } from "../store/events-table.ts";
import type { Connection } from "../store/instance-table.ts";
import type { NewMessage } from "../store/messages-table.ts";
import type { Store } from "../store/store.ts";
import { composeText } from "../whatsapp/compose/text.ts";
import { phoneOf } from "../whatsapp/identity.ts";
import { SessionClosedError, type WhatsAppSession } from "../whatsapp/session.ts";
import { newMessageId } from "./message-id.ts";
import { notConnected } from "./not-connected.ts";
import type { Outbox } from "./outbox.ts";
import { type Recipient, resolveRecipient } from "./recipient.ts";

export interface SendingDeps {
  store: Store;
  outbox: Outbox;
  /** Null unless the number is online. */
  session: WhatsAppSession | null;
  connection: Connection;
  randomBytes: (length: number) => Uint8Array;
  now: () => number;
}

export async function sendText({ to, text }: OutgoingText, deps: SendingDeps): Promise<Result<SentMessage>> {
  const { session, store, outbox, connection, now } = deps;
  if (!session) return notConnected(connection);
  let recipient: Result<Recipient>;
  try {
    recipient = await resolveRecipient(to, { store, now, lookUp: (phone) => session.lookUp(phone) });
  } catch (error) {
    if (error instanceof SessionClosedError) return notConnected(connection);
    throw error;
  }
  if (!recipient.ok) return recipient;
  const message = compose(text, recipient.value, "api", deps);
  const settled = outbox.settled(message.id);
  outbox.add(message);
  outbox.pump();
  const outcome = await settled;
  return ok({
    ...outcome,
    messageId: message.id,
    messageType: message.type,
    createdAt: new Date(message.sentAt).toISOString(),
    from: message.fromPhone,
    to: message.toPhone,
    chatId: message.chatId,
    text,
    delayMs: 0,
  });
}

/**
 * Stores a webhook's reply to the chat of the event it answers; the outbox sends it, now or after the next connect.
 * @returns the message id, or null when there is nobody to reply to (a group)
 */
export function replyText(event: LoggedEvent, text: string, deps: SendingDeps): string | null {
  const { chatId } = event;
  if (chatId === null || event.payload.is_group === true) return null;
  const message = compose(text, { chatId, address: chatId, phone: phoneOf(chatId) }, "reply", deps);
  deps.outbox.add(message);
  return message.id;
}

function compose(
  text: string,
  { chatId, address, phone }: Recipient,
  source: "api" | "reply",
  { connection, randomBytes, now }: SendingDeps,
): NewMessage {
  return {
    id: newMessageId(randomBytes),
    chatId,
    direction: "outbound",
    address,
    fromPhone: connection.phone,
    toPhone: phone,
    fromLid: null,
    pushName: null,
    participant: null,
    type: "text",
    text,
    quoted: null,
    unsupported: false,
    status: "pending",
    source,
    sentAt: now(),
    payload: composeText(text),
  };
}
