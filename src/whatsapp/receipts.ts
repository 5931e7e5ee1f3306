/** `<receipt>` and `<ack>` stanzas → what they say about messages of ours. */
import type { BinaryNode } from "./baileys.ts";
import { areJidsSameUser, getBinaryNodeChild, getBinaryNodeChildren } from "./baileys.ts";
import { isGroup, withoutDevice } from "./identity.ts";
import type { Me } from "./normalise/stanza.ts";
import type { ReceiptUpdate } from "./session.ts";

/**
 * Receipt types that say something about a message of ours; no type at all means delivered. Others concern our own
 * devices (`sender`, `peer_msg`, `read-self`), are invisible to people (`inactive`) or ask for something (`retry`).
 */
const STATUS: Readonly<Record<string, ReceiptUpdate["status"]>> = {
  "": "delivered",
  read: "read",
  played: "played",
};

export interface Receipt extends Omit<ReceiptUpdate, "group"> {
  /** In groups: whose receipt it is. */
  participantJid: string | null;
}

const isOurs = (jid: string, { id, lid }: Me): boolean => areJidsSameUser(jid, id) || areJidsSameUser(jid, lid);

const isBroadcast = (jid: string): boolean => jid.endsWith("@broadcast");

/** @returns null for a receipt that reports nothing about messages we sent: our own devices read what others wrote. */
export function receiptOf({ attrs, content }: BinaryNode, me: Me): Receipt | null {
  const { id, from, participant } = attrs;
  const status = STATUS[attrs.type ?? ""];
  if (!status || !id || !from || isOurs(participant ?? from, me)) return null;
  const list = Array.isArray(content) ? content.find(({ tag }) => tag === "list") : undefined;
  const more = getBinaryNodeChildren(list, "item").flatMap((item) => item.attrs.id ?? []);
  const whose = participant ? withoutDevice(participant) : null;
  return {
    messageIds: [id, ...more],
    status,
    chatJid: isBroadcast(from) && whose ? whose : withoutDevice(from),
    participantJid: isGroup(from) ? whose : null,
  };
}

/** Somebody who could not decrypt a message of ours. */
export interface RetryRequest {
  messageId: string;
  chatJid: string;
  /** In groups: who asks. */
  participantJid: string | null;
  /** One of our own devices, which get a copy of everything. */
  isOwnDevice: boolean;
}

/** @returns null for any other receipt */
export function retryIn({ attrs }: BinaryNode, me: Me): RetryRequest | null {
  const { type, id, from, participant, recipient } = attrs;
  if (type !== "retry" || !id || !from) return null;
  const isOwnDevice = isOurs(participant ?? from, me);
  const chat = isOwnDevice && !isGroup(from) ? (recipient ?? from) : from;
  return {
    messageId: id,
    chatJid: withoutDevice(chat),
    participantJid: participant ? withoutDevice(participant) : null,
    isOwnDevice,
  };
}

/** @returns the server's answer to a message of ours: `error` is its code, null when it took the message. */
export function ackOf(stanza: BinaryNode): { messageId: string; error: number | null } | null {
  const { attrs } = stanza;
  if (!attrs.id) return null;
  const code = attrs.error ?? getBinaryNodeChild(stanza, "error")?.attrs.code;
  return { messageId: attrs.id, error: code === undefined ? null : Number(code) };
}
