/** Receipts and acknowledgements from clients: what they have, what they have read, what they could not read. */
import type { BinaryNode } from "@whiskeysockets/baileys";
import type { Endpoint } from "../accounts.ts";
import { parseAddress } from "../jid.ts";
import { readBundle } from "../key-bundle.ts";
import { relayReceipt } from "../relay.ts";
import type { LinkedOrigin, Router } from "../router.ts";
import type { Simulation } from "../simulation.ts";
import { child, children, stanza, unixSeconds } from "../stanza.ts";
import { uploadAgain } from "./media.ts";

/** Receipts that end at the server: they are about the account's own devices. */
const OWN_AFFAIRS = ["peer_msg", "hist_sync", "sender", "read-self"];

export function registerReceipts(router: Router): void {
  router.stanza("receipt", (origin, node) => {
    const { simulation, connection, companion } = origin;
    const { to, id, type } = node.attrs;
    const ids = [id ?? "", ...children(child(node, "list"), "item").map((item) => item.attrs.id ?? "")];
    for (const messageId of ids) companion.received(messageId);
    connection.send(stanza("ack", { class: "receipt", id, from: to, type, t: unixSeconds() }));
    if (type === "retry") askSenderAgain(origin, node);
    else if (type === "server-error") uploadAgain(origin, node);
    else if (!OWN_AFFAIRS.includes(type ?? "")) {
      // In a group the receipt is for who wrote the message.
      const account = simulation.accounts.find(node.attrs.participant ?? to);
      const addressing = parseAddress(to)?.addressing ?? "pn";
      const from = { account: companion.account, device: companion.device };
      if (account) relayReceipt(simulation, { ids, type, from, to: account, addressing });
      else simulation.leftUnhandled(connection, node);
    }
  });
  router.stanza("ack", ({ companion }, node) => {
    companion.acknowledge(node);
  });
}

/** A device could not read a message: its sender is asked for another copy. */
function askSenderAgain({ simulation, companion }: LinkedOrigin, node: BinaryNode): void {
  const requester: Endpoint = { account: companion.account, device: companion.device };
  const id = node.attrs.id ?? "";
  const sender = senderOf(simulation, id, node.attrs.to);
  if (!sender) return;
  if (sender.device === 0) {
    const keys = child(node, "keys");
    sender.account.handset.sendAgain(id, requester, keys && readBundle(keys, child(node, "registration")));
    return;
  }
  const group = simulation.groups.get(node.attrs.to ?? "");
  const addressing = group ? "lid" : (parseAddress(node.attrs.to)?.addressing ?? "pn");
  const own = companion.account.address(addressing, companion.device);
  const addresses = group ? { from: group.jid, participant: own } : { from: own };
  const forwarded = stanza("receipt", { ...addresses, id, type: "retry", t: unixSeconds() }, children(node));
  sender.account.companions.get(sender.device)?.deliver(forwarded);
}

/** The device that sent the message; a message the server has forgotten is looked for at the address in the receipt. */
function senderOf(simulation: Simulation, id: string, to: string | undefined): Endpoint | undefined {
  return simulation.sent.get(id) ?? simulation.accounts.endpoint(to);
}
