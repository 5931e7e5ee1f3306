/** Groups: who is in them, and messages to them. */
import type { BinaryNode } from "@whiskeysockets/baileys";
import type { Group } from "../group.ts";
import type { LinkedOrigin, Router } from "../router.ts";
import { child, children } from "../stanza.ts";

export function registerGroups(router: Router): void {
  router.iq("w:g2", "get", "query", ({ origin: { simulation }, iq, reply, fail }) => {
    const group = simulation.groups.get(iq.attrs.to ?? "");
    if (!group) return fail(404, "item-not-found");
    group.queries += 1;
    reply([group.node()]);
  });
}

/** A client's message to a group. */
export function relayToGroup({ simulation, companion }: LinkedOrigin, node: BinaryNode, group: Group): void {
  const sender = { account: companion.account, device: companion.device };
  const carried = children(node).filter(({ tag }) => tag === "device-identity");
  if (node.attrs.participant !== undefined) {
    const recipient = simulation.accounts.endpoint(node.attrs.participant);
    const enc = child(node, "enc");
    const { id = "", type = "text" } = node.attrs;
    if (recipient && enc) group.relayCopy({ id, type, sender, recipient, enc, extras: carried });
    else simulation.violated("no-copy", companion.account.phone, `copy of ${id} for ${node.attrs.participant}`);
    return;
  }
  const skmsg = child(node, "enc");
  if (!skmsg) {
    simulation.violated("no-group-message", companion.account.phone, `message ${node.attrs.id} to ${group.jid}`);
    return;
  }
  const keys = new Map<string, BinaryNode>();
  for (const to of children(child(node, "participants"), "to")) {
    const recipient = simulation.accounts.endpoint(to.attrs.jid);
    const enc = child(to, "enc");
    if (recipient && enc) keys.set(recipient.account.deviceName(recipient.device), enc);
    else simulation.violated("unknown-device", companion.account.phone, `group key for ${to.attrs.jid}`);
  }
  const { id = "", type = "text", edit } = node.attrs;
  group.relay(simulation, { id, type, sender, skmsg, keys, extras: carried, attrs: edit ? { edit } : {} });
}
