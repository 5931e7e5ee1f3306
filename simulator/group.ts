/** A group: its members, and how a message reaches all their devices. */
import { randomBytes } from "node:crypto";
import type { BinaryNode } from "@whiskeysockets/baileys";
import type { Account, Endpoint } from "./accounts.ts";
import type { Simulation } from "./simulation.ts";
import { stanza, unixSeconds } from "./stanza.ts";

/** One message to a group: the same ciphertext for everybody, and the sender's group key for who does not have it. */
export interface GroupMessage {
  id: string;
  /** The stanza's type: text, media, reaction … */
  type: string;
  sender: Endpoint;
  skmsg: BinaryNode;
  /** What linked devices get instead, when their copies are to be unreadable. */
  spoilt?: BinaryNode | undefined;
  /** By device in its canonical name: the group key, encrypted for that device alone. */
  keys: ReadonlyMap<string, BinaryNode>;
  /** Further children that travel along. */
  extras: BinaryNode[];
  attrs: Record<string, string>;
}

/** One more copy of a message to a group, for one device that could not read it: everything it needs is in it. */
export interface GroupCopy {
  id: string;
  type: string;
  sender: Endpoint;
  recipient: Endpoint;
  enc: BinaryNode;
  extras: BinaryNode[];
}

export class Group {
  readonly jid: string;
  readonly subject: string;
  readonly members: Account[];
  /** Queries for who is in it. */
  queries = 0;

  constructor(jid: string, subject: string, members: Account[]) {
    this.jid = jid;
    this.subject = subject;
    this.members = members;
  }

  /** All devices but the one that is named. */
  devicesBut({ account, device }: Endpoint): Endpoint[] {
    return this.members
      .flatMap((member) => [0, ...member.companions.keys()].map((id) => ({ account: member, device: id })))
      .filter((endpoint) => endpoint.account !== account || endpoint.device !== device);
  }

  /** Takes somebody in; all members' linked devices are told. */
  adds({ account }: { account: Account }): void {
    if (!this.members.includes(account)) this.members.push(account);
    this.#tell("add", account, this.members);
  }

  /** Takes somebody out; those who were members are told. */
  removes({ account }: { account: Account }): void {
    const before = [...this.members];
    this.members.splice(this.members.indexOf(account), 1);
    this.#tell("remove", account, before);
  }

  #tell(change: "add" | "remove", account: Account, to: Account[]): void {
    const [actor] = to;
    const who = stanza("participant", { jid: account.address("lid"), phone_number: account.address("pn") });
    const attrs = {
      from: this.jid,
      type: "w:gp2",
      id: randomBytes(6).toString("hex"),
      t: unixSeconds(),
      participant: actor?.address("lid") ?? "",
      participant_pn: actor?.address("pn") ?? "",
    };
    const notification = stanza("notification", attrs, [stanza(change, {}, [who])]);
    for (const companion of to.flatMap((member) => [...member.companions.values()])) companion.deliver(notification);
  }

  relay(simulation: Simulation, message: GroupMessage): void {
    const { sender, id } = message;
    simulation.sent.set(id, sender);
    for (const recipient of this.devicesBut(sender)) {
      const { account, device } = recipient;
      const key = message.keys.get(account.deviceName(device));
      if (device === 0) account.handset.receiveInGroup(this, message, key);
      else account.companions.get(device)?.deliver(this.#stanza(message, key));
    }
  }

  /** Hands a copy to the one device that asked for it. */
  relayCopy(copy: GroupCopy): void {
    const { account, device } = copy.recipient;
    if (device === 0) account.handset.receiveGroupCopy(this, copy);
    else account.companions.get(device)?.deliver(this.#addressed({ ...copy, attrs: {} }, [copy.enc, ...copy.extras]));
  }

  /** As WhatsApp describes it. */
  node(): BinaryNode {
    const members = this.members.map((member) =>
      stanza("participant", { jid: member.address("lid"), phone_number: member.address("pn") }),
    );
    const id = this.jid.split("@")[0];
    const attrs = { id, subject: this.subject, creation: "1700000000", s_t: "1700000000", addressing_mode: "lid" };
    return stanza("group", { ...attrs, size: `${members.length}` }, members);
  }

  #stanza(message: GroupMessage, key: BinaryNode | undefined): BinaryNode {
    return this.#addressed(message, [...(key ? [key] : []), message.spoilt ?? message.skmsg, ...message.extras]);
  }

  #addressed({ id, type, sender, attrs }: Omit<GroupMessage, "skmsg" | "keys">, content: BinaryNode[]): BinaryNode {
    const addresses = {
      from: this.jid,
      participant: sender.account.address("lid", sender.device),
      participant_pn: sender.account.address("pn"),
      addressing_mode: "lid",
    };
    const named = { ...attrs, ...addresses, id, type, t: unixSeconds(), notify: sender.account.name };
    return stanza("message", named, content);
  }
}
