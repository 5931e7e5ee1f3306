/** Carrying one encrypted copy of a message to one device, and receipts back. */
import type { BinaryNode } from "@whiskeysockets/baileys";
import type { Account, Endpoint } from "./accounts.ts";
import type { Addressing } from "./jid.ts";
import type { Simulation } from "./simulation.ts";
import { stanza, unixSeconds } from "./stanza.ts";

/** How many messages the server remembers the sender of. */
const REMEMBERED_MESSAGES = 20_000;

/** Whom a message was written to: an account, or a number that is not on WhatsApp. */
export interface Chat {
  account: Account | undefined;
  /** As the sender addressed it, without a device. */
  jid: string;
}

/** One copy of a message, encrypted for one device. */
export interface Delivery {
  id: string;
  /** The stanza's type: text, media, reaction, poll… */
  type: string;
  sender: Endpoint;
  recipient: Endpoint;
  /** Whom the message was written to; differs from the recipient in the copies for the sender's own devices. */
  chat: Chat;
  addressing: Addressing;
  enc: BinaryNode;
  /** Further children that travel along (device-identity, meta). */
  extras: BinaryNode[];
  /** Further attributes that travel along (edit, category). */
  attrs: Record<string, string>;
  /** The server does not tell the sender's other address. */
  isAnonymous?: boolean | undefined;
  /** What linked devices get instead of the ciphertext. */
  instead?: BinaryNode | undefined;
  /** The sender wrote to a list of people at once: its JID. */
  list?: string | undefined;
}

/** A receipt from one device about messages of another account. */
export interface Receipt {
  ids: string[];
  /** Absent means delivered. */
  type: string | undefined;
  from: Endpoint;
  to: Account;
  addressing: Addressing;
  /** The group the messages are in. */
  group?: string | undefined;
}

/** Hands a copy to the phone it is for, or sends or queues it for the linked device it is for. */
export function relayMessage(simulation: Simulation, delivery: Delivery): void {
  const { sender, recipient } = delivery;
  remember(simulation, delivery);
  if (recipient.device === 0) {
    recipient.account.handset.receive(delivery);
    return;
  }
  const companion = recipient.account.companions.get(recipient.device);
  if (companion) companion.deliver(messageStanza(delivery));
  else
    simulation.violated(
      "unknown-device",
      sender.account.phone,
      `message for ${recipient.account.phone}:${recipient.device}`,
    );
}

function remember(simulation: Simulation, { id, sender }: Delivery): void {
  simulation.sent.set(id, sender);
  if (simulation.sent.size <= REMEMBERED_MESSAGES) return;
  for (const oldest of simulation.sent.keys()) {
    simulation.sent.delete(oldest);
    return;
  }
}

/** Tells the phone and every linked device of the account that wrote the messages. */
export function relayReceipt(simulation: Simulation, receipt: Receipt): void {
  const { to, ids, type } = receipt;
  to.handset.noteReceipt(receipt);
  const [first, ...rest] = ids;
  const list =
    rest.length > 0
      ? [
          stanza(
            "list",
            {},
            rest.map((id) => stanza("item", { id })),
          ),
        ]
      : undefined;
  const node = stanza("receipt", { ...receiptAddresses(receipt), id: first, t: unixSeconds(), type }, list);
  for (const companion of to.companions.values()) companion.deliver(node);
  simulation.waits.changed();
}

function receiptAddresses({ from, addressing, group }: Receipt): Record<string, string> {
  const { account } = from;
  return group === undefined
    ? { from: account.address(addressing) }
    : { from: group, participant: account.address("lid"), participant_pn: account.address("pn") };
}

/** A message as a linked device gets it: with the chat as `recipient` when it is a copy of the account's own message. */
function messageStanza({
  id,
  type,
  sender,
  recipient,
  chat,
  addressing,
  enc,
  extras,
  attrs,
  isAnonymous,
  instead,
  list,
}: Delivery): BinaryNode {
  const other = addressing === "lid" ? "pn" : "lid";
  const own = sender.account === recipient.account;
  const peer = attrs.category === "peer";
  const addresses = peer
    ? { from: sender.account.address("pn", sender.device) }
    : own
      ? {
          from: sender.account.address(addressing, sender.device),
          recipient: chat.jid,
          [`peer_recipient_${other}`]: chat.account?.address(other),
          addressing_mode: addressing,
        }
      : {
          ...(list === undefined
            ? { from: sender.account.address(addressing, sender.device) }
            : { from: list, participant: sender.account.address(addressing, sender.device) }),
          [`${list === undefined ? "sender" : "participant"}_${other}`]: isAnonymous
            ? undefined
            : sender.account.address(other),
          addressing_mode: addressing,
        };
  // What devices tell each other is signed with no name: a device that wants to know it has to read the settings.
  const notify = peer ? undefined : sender.account.name;
  return stanza("message", { ...attrs, ...addresses, id, type, t: unixSeconds(), notify }, [instead ?? enc, ...extras]);
}
