/** Reactions, edits and deletions: messages about a stored message, sent like any other. */
import type { OutgoingReaction, SentMessage } from "../durable/rpc.ts";
import { type Result, refuse } from "../errors.ts";
import type { StoredTarget } from "../store/message-targets.ts";
import { encodeDelete, encodeEdit, encodeReaction, type MessageTarget } from "../whatsapp/compose/compose-message.ts";
import { phoneOf } from "../whatsapp/identity.ts";
import { notConnected } from "./not-connected.ts";
import type { Recipient } from "./recipient.ts";
import { deliver, recipientOf, type SendingDeps } from "./send-message.ts";

/** WhatsApp's clients offer editing for 15 minutes. */
const EDITABLE_MS = 15 * 60_000;
/** And taking back for everybody for two days and twelve hours (WhatsApp's clients too). */
const DELETABLE_MS = 60 * 60 * 60_000;

/** `not_found` when the message is not stored in that chat; `wrong_state` when nobody sees it there. */
export async function react(
  { to, messageId, emoji }: OutgoingReaction,
  deps: SendingDeps,
): Promise<Result<SentMessage>> {
  const recipient = await recipientOf(to, deps);
  if (!recipient.ok) return recipient;
  const target = deps.store.targets.find(messageId, recipient.value.chatId);
  if (!target) return unknown("The message to react to is not stored in this chat; nothing was sent.");
  // Taking a reaction back harms nothing.
  if (emoji !== "" && target.deletedAt !== null) {
    return refuse("wrong_state", "The message was deleted; nothing was sent.");
  }
  if (target.status === "failed")
    return refuse("wrong_state", "The message has not reached WhatsApp; nothing was sent.");
  const payload = encodeReaction(asTarget(target), emoji, deps.now());
  const details = { reaction: { messageId, emoji } };
  return deliver({ type: "reaction", text: emoji, details, payload }, chatOf(target), deps);
}

/** `not_found` unless it is a stored message of ours; `wrong_state` when it can no longer be edited. */
export async function editMessage(messageId: string, text: string, deps: SendingDeps): Promise<Result<SentMessage>> {
  const target = ownMessage(messageId, EDITABLE_MS, "edited within 15 minutes", deps);
  if (!target.ok) return target;
  const payload = encodeEdit(asTarget(target.value), target.value.payload, text, deps.now());
  if (!payload) return refuse("wrong_state", `A message of type ${target.value.type} has no text to edit.`);
  return deliver({ type: "edit", text, details: { edited: { messageId } }, payload }, chatOf(target.value), deps);
}

/** `not_found` unless it is a stored message of ours; `wrong_state` when it can no longer be taken back. */
export async function deleteMessage(messageId: string, deps: SendingDeps): Promise<Result<SentMessage>> {
  const target = ownMessage(messageId, DELETABLE_MS, "deleted within 60 hours", deps);
  if (!target.ok) return target;
  const payload = encodeDelete(asTarget(target.value));
  return deliver(
    { type: "delete", text: "", details: { deleted: { messageId } }, payload },
    chatOf(target.value),
    deps,
  );
}

function ownMessage(
  messageId: string,
  lifetimeMs: number,
  can: string,
  { session, connection, store, now }: SendingDeps,
): Result<StoredTarget> {
  const target = store.targets.find(messageId, null, "outbound");
  if (!target) return unknown("This number has sent no such message.");
  if (target.deletedAt !== null) return refuse("wrong_state", "The message was deleted.");
  if (target.status === "pending" || target.status === "failed") {
    return refuse("wrong_state", "The message has not reached WhatsApp.");
  }
  if (now() - target.sentAt > lifetimeMs) return refuse("wrong_state", `A message can be ${can} only.`);
  return session ? { ok: true, value: target } : notConnected(connection);
}

const unknown = (error: string) => refuse("not_found", error, { hint: "Use an id of a send answer or a webhook." });

const asTarget = ({ id, address, direction, participant }: StoredTarget): MessageTarget => ({
  id,
  chatJid: address,
  fromMe: direction === "outbound",
  participantJid: participant,
});

/** The chat of a stored message, under the address it was written with. */
const chatOf = ({ chatId, address }: StoredTarget): Recipient => ({ chatId, address, phone: phoneOf(chatId) });
