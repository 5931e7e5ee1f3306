/**
 * The way in: a decrypted message becomes a row, an event and a delivery in one transaction (the caller's), which is
 * also the one that stores its ratchet. Safe to repeat: the same message a second time changes nothing.
 */

import { mediaFields, messagePayload } from "../events/payload.ts";
import { recordEvent } from "../events/record.ts";
import type { NewMessage } from "../store/messages-table.ts";
import type { Store } from "../store/store.ts";
import type { IncomingCall, ReceivedMessage, RemoteFile } from "../whatsapp/session.ts";
import { identify } from "./identify.ts";
import { storedMessage, whoIs } from "./stored-message.ts";

export interface InboundContext {
  store: Store;
  instanceId: string;
  /** Digits of this number. */
  ownPhone: string | null;
  hasWebhook: boolean;
  /** An unguessable id for a file, and the key under which the bucket is to keep it. */
  newFile: () => { id: string; key: string };
  now: number;
  /** Told of each new message, in the transaction that stores it. */
  onStored: (message: NewMessage) => void;
}

/** How long the webhook of a message waits for its file, milliseconds. */
const FILE_PATIENCE_MS = 20_000;

/** @returns true when a webhook delivery was queued */
export function receive(received: ReceivedMessage, context: InboundContext): boolean {
  const { store, now, instanceId } = context;
  const person = whoIs(received.participantJid ?? received.chatJid, received.altJid);
  if (person.phone && person.lid) identify(person.phone, person.lid, context);
  const message = storedMessage(received, person, context);
  const arrival = arrive(message, store);
  if (arrival === "known") return false;
  store.targets.apply({ ...message, details: message.details ?? {} }, now);
  if (!received.fromMe) store.contacts.seen({ ...person, pushName: received.pushName }, now);
  store.logs.add("info", received.fromMe ? `Sent ${named(message)} from the phone` : `Received ${named(message)}`, now);
  const type = received.fromMe ? "message.sent" : "message";
  const { file } = received.content;
  const payload = messagePayload(message, instanceId);
  if (received.fromMe) payload.source = "phone";
  else payload.handoff = store.chats.handoffs.has(message.chatId);
  if (arrival === "recovered") payload.recovered = true;
  context.onStored(message);
  const mediaId = file ? expectFile(file, message, context) : null;
  Object.assign(payload, mediaFields(mediaId === null ? null : store.media.get(mediaId), null));
  const isQueued = recordEvent(store, { type, chatId: message.chatId, payload }, context.hasWebhook, now);
  if (mediaId !== null) {
    const seq = store.events.lastSeq();
    store.media.toldBy(mediaId, seq);
    // Told at once, the receiver would find nothing behind the link.
    store.deliveries.hold(seq, now + FILE_PATIENCE_MS);
  }
  return isQueued;
}

/** A message that came without its content; told of when `tellPlaceholders` finds it due, unless its content comes. */
export function receivePlaceholder(received: ReceivedMessage, dueAt: number, context: InboundContext): void {
  const { store, now } = context;
  const person = whoIs(received.participantJid ?? received.chatJid, received.altJid);
  if (person.phone && person.lid) identify(person.phone, person.lid, context);
  const message = storedMessage(received, person, context);
  if (!store.messages.insert(message)) return;
  if (!received.fromMe) store.contacts.seen({ ...person, pushName: received.pushName }, now);
  store.placeholders.add(message, dueAt);
}

/** Notes that the file of a message is to be fetched. @returns its id */
function expectFile(file: RemoteFile, message: NewMessage, { store, newFile, now }: InboundContext): string {
  const { id, key } = newFile();
  store.media.insert({ id, key, message, link: null, status: "pending", file, dueAt: now });
  return id;
}

/** Somebody calls. @returns true when a webhook delivery was queued */
export function receiveCall(call: IncomingCall, context: InboundContext): boolean {
  const { store, instanceId, hasWebhook, now } = context;
  const person = whoIs(call.fromJid, call.altJid);
  if (person.phone && person.lid) identify(person.phone, person.lid, context);
  const phone = person.phone ?? (person.lid ? store.contacts.phoneOfLid(person.lid) : null);
  const chatId = store.contacts.chatIdOf({ phone, lid: person.lid }) ?? call.fromJid;
  store.logs.add("info", call.video ? "Received a video call" : "Received a call", now);
  const payload = {
    instance_id: instanceId,
    call_id: call.id,
    created_at: new Date(call.at > 0 ? call.at : now).toISOString(),
    chat_id: chatId,
    from_phone: phone,
    from_lid: person.lid,
    video: call.video,
    group_id: call.groupJid,
  };
  return recordEvent(store, { type: "call", chatId, payload }, hasWebhook, now);
}

/** A message in words for the log: its kind only. */
const named = ({ type }: NewMessage): string => {
  if (type === "text") return "a message";
  const kind = type.replace("_", " ");
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
};

/** Stores a message; one that was told of without its content before is `recovered`. */
function arrive(message: NewMessage, store: Store): "new" | "recovered" | "known" {
  if (store.messages.insert(message)) return "new";
  const before = store.placeholders.unfilled(message);
  // Ids are chosen by senders: in a group nobody fills in for somebody else.
  if (!before || !isSamePerson(before, message)) return "known";
  store.placeholders.fill(message);
  return store.placeholders.drop(message) ? "new" : "recovered";
}

type Writer = Pick<NewMessage, "fromPhone" | "fromLid">;

/** One address in common is enough: the other one may have become known since, or not be told this time. */
function isSamePerson(a: Writer, b: Writer): boolean {
  const isOf = (one: string | null, other: string | null): boolean => one !== null && one === other;
  const isNobody = [a, b].every(({ fromPhone, fromLid }) => fromPhone === null && fromLid === null);
  return isNobody || isOf(a.fromPhone, b.fromPhone) || isOf(a.fromLid, b.fromLid);
}
