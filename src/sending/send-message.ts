/** Sends one message: identity → compose → pace and store → send → wait a little for WhatsApp's answer. */
import type { MediaFile, OutgoingMessage, SentMessage } from "../durable/rpc.ts";
import { ok, type Result } from "../errors.ts";
import type { LoggedEvent } from "../store/events-table.ts";
import type { Connection } from "../store/instance-table.ts";
import type { NewMessage } from "../store/messages-table.ts";
import type { Store } from "../store/store.ts";
import { type ComposeContext, composeMessage } from "../whatsapp/compose/compose-message.ts";
import { isNewsletter, phoneJid, phoneOf } from "../whatsapp/identity.ts";
import type { WhatsAppSession } from "../whatsapp/session.ts";
import type { ContactSaver } from "./contact-saver.ts";
import { detailsOf } from "./message-details.ts";
import { newMessageId } from "./message-id.ts";
import { notAnswered, notConnected } from "./not-connected.ts";
import type { Outbox } from "./outbox.ts";
import { type PacingDeps, pace, type Wishes } from "./pacing.ts";
import { quotedTarget } from "./quoted.ts";
import { type Recipient, resolveRecipient } from "./recipient.ts";
import { sentMedia } from "./sent-media.ts";

export interface SendingDeps {
  store: Store;
  outbox: Outbox;
  contacts: Pick<ContactSaver, "begin">;
  /** Null unless the number is online. */
  session: WhatsAppSession | null;
  connection: Connection;
  /** The id of a call that may be repeated after a crash; null = a new one each time. */
  messageId: string | null;
  randomBytes: (length: number) => Uint8Array;
  pacing: PacingDeps;
  now: () => number;
}

/** Nobody waits for a webhook's reply: it may wait this long for its slot, milliseconds (ours). */
const REPLY_PATIENCE_MS = 10 * 60 * 1_000;

/** What a message says, ready to be stored. */
export type Draft = Pick<NewMessage, "type" | "text" | "payload"> &
  Partial<Pick<NewMessage, "quoted" | "details">> & {
    file?: MediaFile;
    /** Under which the recipient is to be saved on the phone. */
    contactName?: string;
  };

export async function sendMessage(message: OutgoingMessage, deps: SendingDeps): Promise<Result<SentMessage>> {
  const recipient = await recipientOf(message.to, deps);
  if (!recipient.ok) return recipient;
  const draft = draftOf(message, recipient.value, deps);
  const { wishes, contactName } = message;
  return draft.ok
    ? deliver({ ...draft.value, ...(contactName && { contactName }) }, recipient.value, deps, wishes)
    : draft;
}

/** Who `to` is; refused unless the number is online, because it may have to ask WhatsApp. */
export async function recipientOf(to: string, deps: SendingDeps): Promise<Result<Recipient>> {
  const { session, store, connection, now } = deps;
  if (!session) return notConnected(connection);
  try {
    return await resolveRecipient(to, { store, now, lookUp: (phone) => session.lookUp(phone) });
  } catch (error) {
    return notAnswered(error, connection);
  }
}

/**
 * Stores a message, sends it at its slot and answers what became of it. One that is stored already, because its call is
 * repeated, is answered and not sent again.
 */
export async function deliver(
  draft: Draft,
  recipient: Recipient,
  deps: SendingDeps,
  wishes: Wishes = {},
): Promise<Result<SentMessage>> {
  const message = toStored(draft, recipient, "api", deps);
  const known = deps.messageId === null ? null : deps.store.messages.outcome(message.id);
  if (known) {
    const untouched = { repeated: true, delayMs: 0, typingSimulation: false, delayEnabled: false } as const;
    return ok({ ...described(message), ...known, ...untouched });
  }
  const paced = pace(message, wishes, deps.pacing);
  if (paced.kind === "refused") return { ok: false, error: paced.error };
  if (paced.kind === "blocked") {
    const { reason, blocked } = paced;
    return ok({ ...described(message), status: "failed", code: null, reason, blocked });
  }
  const { delayMs, typingSimulation, delayEnabled } = paced;
  if (draft.contactName !== undefined && recipient.phone !== null) {
    deps.contacts.begin(message.id, recipient.phone, draft.contactName);
  }
  if (draft.file) deps.store.media.insert(sentMedia(draft.file, message));
  const settled = deps.outbox.settled(message.id, delayMs);
  deps.outbox.pump();
  const outcome = await settled;
  return ok({ ...described(message), ...outcome, delayMs, typingSimulation, delayEnabled });
}

function described(message: NewMessage) {
  return {
    messageId: message.id,
    messageType: message.type,
    createdAt: new Date(message.sentAt).toISOString(),
    from: message.fromPhone,
    to: message.toPhone,
    chatId: message.chatId,
    text: message.text,
    delayMs: 0,
  };
}

/**
 * Stores a webhook's reply to the chat of the event it answers; the outbox sends it, now or after the next connect.
 * @returns the message id, or null when there is nobody to reply to (a group, a channel), when a person has the chat, or when the
 * rules hold it back
 */
export function replyText(event: LoggedEvent, text: string, deps: SendingDeps): string | null {
  if (event.chatId === null || event.payload.is_group === true || isNewsletter(event.chatId)) return null;
  const chatId = deps.store.contacts.chatIdNow(event.chatId);
  if (deps.store.chats.handoffs.has(chatId)) {
    deps.store.logs.add("info", "A webhook's reply was not sent: a person has this chat", deps.now());
    return null;
  }
  return queueText(chatId, text, deps);
}

/**
 * Stores a text to a chat without anybody waiting for it.
 * @returns the message id, or null when the rules hold it back, which the log tells
 */
export function queueText(chatId: string, text: string, deps: SendingDeps): string | null {
  const payload = composeMessage({ kind: "text", text }, { randomBytes: deps.randomBytes, now: deps.now() });
  const recipient = { chatId, address: chatId, phone: phoneOf(chatId) };
  const message = toStored({ type: "text", text, payload }, recipient, "reply", { ...deps, messageId: null });
  const paced = pace(message, {}, deps.pacing, REPLY_PATIENCE_MS);
  if (paced.kind === "refused") deps.store.logs.add("error", `A reply was not sent: ${paced.error.error}`, deps.now());
  return paced.kind === "stored" ? message.id : null;
}

function draftOf(message: OutgoingMessage, { chatId }: Recipient, deps: SendingDeps): Result<Draft> {
  const { store, connection, randomBytes } = deps;
  const { quotedMessageId, mentions = [] } = message;
  const context: ComposeContext = { mentions, randomBytes, now: deps.now() };
  const details = detailsOf(message);
  const type = message.kind;
  const text = "text" in message ? message.text : "";
  const file = "file" in message ? { file: message.file } : {};
  const found = quotedTarget(quotedMessageId, chatId, store);
  if (!found.ok) return found;
  const target = found.value;
  if (target === null) return ok({ type, text, details, ...file, payload: composeMessage(message, context) });
  const own = connection.phone === null ? target.address : phoneJid(connection.phone);
  const authorJid = target.direction === "outbound" ? own : (target.participant ?? target.address);
  const edited = target.editedAt === null ? {} : { editedText: target.text };
  context.quoted = { id: target.id, authorJid, payload: target.payload, ...edited };
  const quoted = { messageId: target.id, text: target.text };
  return ok({ type, text, details, ...file, quoted, payload: composeMessage(message, context) });
}

function toStored(
  { type, text, payload, quoted = null, details = {} }: Draft,
  { chatId, address, phone }: Recipient,
  source: "api" | "reply",
  { connection, messageId, randomBytes, now }: SendingDeps,
): NewMessage {
  return {
    id: messageId ?? newMessageId(randomBytes),
    chatId,
    direction: "outbound",
    address,
    fromPhone: connection.phone,
    toPhone: phone,
    fromLid: null,
    pushName: null,
    participant: null,
    type,
    text,
    quoted,
    unsupported: false,
    details,
    status: "pending",
    source,
    sentAt: now(),
    payload,
  };
}
