/** What a group notification (`w:gp2`) says of our own place in the group. */
import type { BinaryNode } from "./baileys.ts";
import { getBinaryNodeChildren } from "./baileys.ts";
import { lidOf, phoneOf } from "./identity.ts";
import type { GroupMembership } from "./session.ts";

/**
 * @param me our addresses, phone and LID
 * @returns null when it does not concern us, or tells of a group that we founded ourselves
 */
export function membershipOf(node: BinaryNode, me: { id: string; lid: string }): GroupMembership | null {
  const isMe = (jid: string | undefined): boolean =>
    (phoneOf(jid) !== null && phoneOf(jid) === phoneOf(me.id)) || (lidOf(jid) !== null && lidOf(jid) === lidOf(me.lid));
  const groupJid = node.attrs.from ?? "";
  const seconds = Number(node.attrs.t);
  const at = Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : null;
  const names = (change: BinaryNode): boolean =>
    getBinaryNodeChildren(change, "participant").some(({ attrs }) => isMe(attrs.jid) || isMe(attrs.phone_number));
  const [create] = getBinaryNodeChildren(node, "create");
  if (create) {
    const founder = getBinaryNodeChildren(create, "group")[0]?.attrs;
    return isMe(founder?.creator) || isMe(founder?.creator_pn) ? null : { groupJid, isMember: true, at };
  }
  if (getBinaryNodeChildren(node, "add").some(names)) return { groupJid, isMember: true, at };
  if (getBinaryNodeChildren(node, "remove").some(names)) return { groupJid, isMember: false, at };
  return null;
}
