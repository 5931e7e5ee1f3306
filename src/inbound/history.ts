/**
 * What the phone's history tells becomes rows, and nothing else: no events, no webhooks, no read receipts, no counters of
 * number safety. That somebody wrote before counts: they are no stranger.
 */
import type { NewMessage } from "../store/messages-table.ts";
import type { HistoryPart } from "../whatsapp/history-part.ts";
import type { ReceivedMessage } from "../whatsapp/session.ts";
import { type IdentityContext, identify } from "./identify.ts";
import { storedMessage, whoIs } from "./stored-message.ts";

export interface HistoryContext extends IdentityContext {
  /** Digits of this number. */
  ownPhone: string | null;
  newFile: () => { id: string; key: string };
  /** Messages sent before are not kept, epoch milliseconds. */
  keptSince: number;
  /** False: only who is who is taken. */
  withMessages: boolean;
}

/** Stores one part. Safe to repeat. @returns true for a message that is new */
export function storeHistory(part: HistoryPart, context: HistoryContext): boolean {
  const { store, withMessages } = context;
  if (part.kind === "pair") identify(part.phone, part.lid, { ...context, isHistory: true });
  if (part.kind === "name" && withMessages) store.contacts.named(whoIs(part.jid, null), part.name);
  return part.kind === "message" && withMessages && storeMessage(part, context);
}

function storeMessage(
  { message: received, status }: Extract<HistoryPart, { kind: "message" }>,
  context: HistoryContext,
): boolean {
  const { store, keptSince } = context;
  if (received.sentAt < keptSince || isAboutOthers(received)) return false;
  const person = whoIs(received.participantJid ?? received.chatJid, received.altJid);
  const message = { ...storedMessage(received, person, context), status };
  if (!store.history.insertMessage(message)) return false;
  if (!received.fromMe) store.chats.wroteBefore(message.chatId, message.sentAt);
  expectFile(received, message, context);
  return true;
}

/** Reactions, edits and votes come merged into what they are about. */
const isAboutOthers = ({ content: { type } }: ReceivedMessage): boolean =>
  type === "reaction" || type === "edit" || type === "delete" || type === "poll_vote";

/** Its file is fetched when somebody asks for it: a history has thousands. */
function expectFile(
  { content: { file } }: ReceivedMessage,
  message: NewMessage,
  { store, newFile, now }: HistoryContext,
): void {
  if (!file) return;
  store.media.insert({ ...newFile(), message, link: null, status: "failed", file, dueAt: now });
}
