/** A message as the phone hands it on (resent, or from its history) → our message. */
import { proto } from "../baileys.ts";
import { withoutDevice } from "../identity.ts";
import type { MessageLookups, ReceivedMessage } from "../session.ts";
import { normaliseContent } from "./content.ts";
import { type Me, originIn } from "./stanza.ts";
import { voteContext } from "./vote-context.ts";

/** @returns null for what is not a message for people, or has no content */
export function normaliseWebMessage(
  { key, message, participant, pushName, messageTimestamp }: proto.IWebMessageInfo,
  me: Me,
  lookups: Pick<MessageLookups, "poll">,
): ReceivedMessage | null {
  if (!key || !message) return null;
  const writer = key.participant || participant;
  const origin = originIn({ ...key, ...(writer ? { participant: withoutDevice(writer) } : {}) });
  if (!origin) return null;
  const fromMe = key.fromMe === true;
  const envelope = { ...origin, altJid: null, fromMe };
  const content = normaliseContent(message, voteContext(envelope, me, lookups));
  if (!content) return null;
  return {
    ...envelope,
    pushName: pushName || null,
    sentAt: Number(messageTimestamp ?? 0) * 1_000,
    content,
    payload: proto.Message.encode(message).finish(),
  };
}
