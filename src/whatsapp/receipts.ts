/** `<receipt>` and `<ack>` stanzas → what they say about messages of ours. */
import type { BinaryNode } from "./baileys.ts";
import { getBinaryNodeChild, getBinaryNodeChildren } from "./baileys.ts";
import type { ReceiptUpdate } from "./session.ts";

/**
 * Receipt types that say something about a message of ours; no type at all means delivered. Others concern our own
 * devices (`sender`, `peer_msg`), are invisible to people (`inactive`) or ask for something (`retry`).
 */
const STATUS: Readonly<Record<string, ReceiptUpdate["status"]>> = {
  "": "delivered",
  read: "read",
  played: "played",
};

/** @returns null for a receipt that reports nothing about messages we sent. */
export function receiptOf({ attrs, content }: BinaryNode): ReceiptUpdate | null {
  const status = STATUS[attrs.type ?? ""];
  if (!status || !attrs.id) return null;
  const list = Array.isArray(content) ? content.find(({ tag }) => tag === "list") : undefined;
  const more = getBinaryNodeChildren(list, "item").flatMap((item) => item.attrs.id ?? []);
  return { messageIds: [attrs.id, ...more], status };
}

/** @returns the id of a message of ours that its recipient could not decrypt; null for any other receipt */
export const retriedIn = ({ attrs }: BinaryNode): string | null => (attrs.type === "retry" ? (attrs.id ?? null) : null);

/** @returns the server's answer to a message of ours: `error` is its code, null when it took the message. */
export function ackOf(stanza: BinaryNode): { messageId: string; error: number | null } | null {
  const { attrs } = stanza;
  if (!attrs.id) return null;
  const code = attrs.error ?? getBinaryNodeChild(stanza, "error")?.attrs.code;
  return { messageId: attrs.id, error: code === undefined ? null : Number(code) };
}
