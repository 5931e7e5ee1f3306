/** Messages from clients: every encrypted copy goes to the device it is for. */
import type { BinaryNode } from "@whiskeysockets/baileys";
import type { Endpoint } from "../accounts.ts";
import { formatAddress, parseAddress } from "../jid.ts";
import { type Delivery, relayMessage } from "../relay.ts";
import type { LinkedOrigin, Router } from "../router.ts";
import { child, children, describe, outline, stanza, unixSeconds } from "../stanza.ts";
import { relayToGroup } from "./groups.ts";

/** Attributes that are part of the message and reach the receiver. */
const PASSED_ON = ["edit", "category", "push_priority"];
/** Children that reach the receiver. */
const CARRIED = ["device-identity", "meta", "biz"];

export function registerMessages(router: Router): void {
  router.stanza("message", (origin, node) => {
    const { simulation, connection, companion } = origin;
    const { to, id } = node.attrs;
    const chat = simulation.accounts.endpoint(to);
    const rejection = chat && takeRejection(origin, chat.account.phone);
    connection.send(stanza("ack", { class: "message", id, from: to, t: unixSeconds(), error: rejection }));
    if (rejection !== undefined) {
      simulation.refused.add(id ?? "");
      return;
    }
    const group = simulation.groups.get(to ?? "");
    if (group) {
      relayToGroup(origin, node, group);
      return;
    }
    if (!id || !parseAddress(to)) {
      simulation.leftUnhandled(connection, node);
      return;
    }
    const encrypted = copies(node);
    const reaches = encrypted.some(([jid]) => simulation.accounts.endpoint(jid)?.account === chat?.account);
    if (chat && !reaches)
      simulation.violated("no-copy", chat.account.phone, `nothing for the recipient: ${outline(node)}`);
    for (const [jid, enc] of encrypted) {
      const recipient = simulation.accounts.endpoint(jid);
      if (recipient) relayMessage(simulation, delivery(origin, node, id, recipient, enc));
      else
        simulation.violated(
          "unknown-device",
          `${companion.account.phone}:${companion.device}`,
          `copy for ${jid}: ${describe(node)}`,
        );
    }
  });
}

/** The encrypted copies by device: in a fan-out each has its own address, otherwise there is one for the addressee. */
function copies(node: BinaryNode): [string | undefined, BinaryNode][] {
  const direct = child(node, "enc");
  const fanOut = children(child(node, "participants"), "to").flatMap((to): [string | undefined, BinaryNode][] => {
    const enc = child(to, "enc");
    return enc ? [[to.attrs.jid, enc]] : [];
  });
  return direct ? [[node.attrs.to, direct], ...fanOut] : fanOut;
}

function delivery(
  { simulation, companion }: LinkedOrigin,
  node: BinaryNode,
  id: string,
  recipient: Endpoint,
  enc: BinaryNode,
): Delivery {
  // A resend to a device of the own account names the chat in `recipient`.
  const address = parseAddress(node.attrs.recipient ?? node.attrs.to);
  const jid = address ? formatAddress({ ...address, device: 0 }) : "";
  return {
    id,
    type: node.attrs.type ?? "text",
    sender: { account: companion.account, device: companion.device },
    recipient,
    chat: { account: simulation.accounts.find(jid), jid },
    addressing: address?.addressing ?? "pn",
    enc,
    extras: children(node).filter(({ tag }) => CARRIED.includes(tag)),
    attrs: Object.fromEntries(Object.entries(node.attrs).filter(([name]) => PASSED_ON.includes(name))),
  };
}

function takeRejection({ simulation }: LinkedOrigin, phone: string): string | undefined {
  return simulation.rejections.get(phone)?.shift()?.toString();
}
