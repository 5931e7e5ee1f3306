/**
 * Device 0 of an account: the cryptography and the reflexes of a person's phone. It decrypts what arrives, acknowledges
 * it, asks again for what it cannot read and sends again what others could not. The verbs of a person are in person.ts.
 */
import { type BinaryNode, proto } from "@whiskeysockets/baileys";
import type { Account, Endpoint } from "./accounts.ts";
import { checkDeviceIdentity } from "./adv.ts";
import type { Presence } from "./flows/presence.ts";
import type { Group, GroupCopy, GroupMessage } from "./group.ts";
import { Inbox, messageText } from "./inbox.ts";
import { phoneDigits } from "./jid.ts";
import { bundleNodes, type KeyBundle } from "./key-bundle.ts";
import { Outbox } from "./outbox.ts";
import { type Delivery, type Receipt, relayReceipt } from "./relay.ts";
import { type EncType, SignalDevice } from "./signal-device.ts";
import type { Simulation } from "./simulation.ts";
import { bytesOf, stanza, unixSeconds } from "./stanza.ts";

/** What happened to a message this phone (or a linked device of its account) sent. */
export interface NotedReceipt {
  messageId: string;
  /** `delivered`, or the protocol's own word: read, played, inactive, read-self… */
  type: string;
  /** Phone number whose device said so. */
  from: string;
  device: number;
}

/** Somebody typing, recording or pausing. */
export interface SeenChatState {
  /** Phone number. */
  from: string;
  state: string;
}

/** To whom a receipt goes, and about which chat. */
export interface ReceiptTarget {
  to: Account;
  addressing: Receipt["addressing"];
  group?: string | undefined;
}

/** Reflexes that tests may switch. */
export interface HandsetHabits {
  /** Acknowledge messages as delivered. */
  autoDeliver: boolean;
  /** Read them at once. */
  autoRead: boolean;
}

/** A fault: the next message is treated as unreadable. */
interface Blindness {
  /** Send the phone's own keys along, as phones do from the second attempt on. */
  withKeys: boolean;
}

/** A message that is asked for again. */
interface Unreadable extends Pick<Delivery, "id" | "sender" | "addressing"> {
  group?: Group;
}

export class Handset {
  readonly account: Account;
  readonly simulation: Simulation;
  readonly signal: SignalDevice;
  readonly messages: Inbox;
  readonly outbox: Outbox;
  readonly receipts: NotedReceipt[] = [];
  /** Requests that a linked device of this account made to its phone (history, resends). */
  readonly peerRequests: proto.Message.IPeerDataOperationRequestMessage[] = [];
  /** Who was seen typing to this phone. */
  readonly chatStates: SeenChatState[] = [];
  readonly habits: HandsetHabits;
  presence: Presence = "unavailable";
  readonly #blindness: Blindness[] = [];
  /** Ids of messages that this phone could not read, with how often it asked for them again. */
  readonly askedAgain = new Map<string, number>();
  #work: Promise<void> = Promise.resolve();

  constructor(account: Account, simulation: Simulation, habits: HandsetHabits) {
    this.account = account;
    this.simulation = simulation;
    this.habits = habits;
    this.signal = new SignalDevice(account.lid);
    this.messages = new Inbox(account.phone, simulation.waits);
    this.outbox = new Outbox(this);
  }

  get endpoint(): Endpoint {
    return { account: this.account, device: 0 };
  }

  /** Takes a message for this phone; messages are opened one after the other, in the order they came. */
  receive(delivery: Delivery): void {
    this.#work = this.#work.then(() => this.#open(delivery)).catch((error: unknown) => this.#failed(error));
  }

  /** Takes a message of a group; `key` is the sender's group key, for who does not have it yet. */
  receiveInGroup(group: Group, message: GroupMessage, key: BinaryNode | undefined): void {
    this.#work = this.#work
      .then(() => this.#openInGroup(group, message, key))
      .catch((error: unknown) => this.#failed(error));
  }

  /** Takes a copy of a message of a group that this phone asked for. */
  receiveGroupCopy(group: Group, copy: GroupCopy): void {
    this.#work = this.#work.then(() => this.#openGroupCopy(group, copy)).catch((error: unknown) => this.#failed(error));
  }

  /** Sends a message again to a device that could not read it, over a new session. */
  sendAgain(id: string, requester: Endpoint, keys: KeyBundle | undefined): void {
    this.#work = this.#work
      .then(() => this.outbox.repeat(id, requester, keys))
      .catch((error: unknown) => this.#failed(error));
  }

  /** A linked device asks its phone for something; people who link none need no answer. */
  protected answerPeer(
    _request: proto.Message.IPeerDataOperationRequestMessage,
    _from: { id: string; device: number },
  ): void {}

  noteReceipt({ ids, type, from }: Receipt): void {
    for (const messageId of ids) {
      this.receipts.push({ messageId, type: type ?? "delivered", from: from.account.phone, device: from.device });
    }
  }

  /** The next message will be treated as unreadable. */
  goBlind(blindness: Blindness): void {
    this.#blindness.push(blindness);
  }

  /** Sends a receipt for a message to the account that wrote it. */
  acknowledge(ids: string[], { to, addressing, group }: ReceiptTarget, type?: "read" | "played"): void {
    relayReceipt(this.simulation, { ids, type, from: this.endpoint, to, addressing, group });
  }

  /** Asks for another copy of a message, whoever it was for. */
  requestCopy(id: string, from: Account, addressing: Receipt["addressing"] = "pn"): void {
    const attrs = { from: this.account.address(addressing), id, type: "retry", t: unixSeconds() };
    const parts = [stanza("retry", { count: "1", id, t: unixSeconds(), v: "1" })];
    for (const companion of from.companions.values()) companion.deliver(stanza("receipt", attrs, parts));
  }

  async #openInGroup(group: Group, { id, sender, skmsg }: GroupMessage, key: BinaryNode | undefined): Promise<void> {
    const author = sender.account.deviceName(sender.device);
    const blindness = sender.account === this.account ? undefined : this.#blindness.shift();
    if (blindness) {
      await this.#askAgain({ id, sender, addressing: "lid", group }, blindness.withKeys);
      return;
    }
    if (key) {
      const type: EncType = key.attrs.type === "pkmsg" ? "pkmsg" : "msg";
      const { senderKeyDistributionMessage } = await this.signal.decrypt(author, { type, ciphertext: bytesOf(key) });
      const groupKey = senderKeyDistributionMessage?.axolotlSenderKeyDistributionMessage;
      if (groupKey) await this.signal.learnGroupKey(group.jid, author, groupKey);
    }
    const message = await this.signal.decryptInGroup(group.jid, author, bytesOf(skmsg));
    this.#keepOfGroup(group, { id, sender }, "skmsg", message);
  }

  async #openGroupCopy(group: Group, { id, sender, enc, extras }: GroupCopy): Promise<void> {
    const author = sender.account.deviceName(sender.device);
    const blindness = sender.account === this.account ? undefined : this.#blindness.shift();
    if (blindness) {
      await this.#askAgain({ id, sender, addressing: "lid", group }, blindness.withKeys);
      return;
    }
    const type: EncType = enc.attrs.type === "pkmsg" ? "pkmsg" : "msg";
    if (type === "pkmsg") this.#checkSender({ id, sender, extras });
    const { senderKeyDistributionMessage: keys, ...message } = await this.signal.decrypt(author, {
      type,
      ciphertext: bytesOf(enc),
    });
    const groupKey = keys?.axolotlSenderKeyDistributionMessage;
    if (groupKey) await this.signal.learnGroupKey(group.jid, author, groupKey);
    this.#keepOfGroup(group, { id, sender }, type, message);
  }

  #keepOfGroup(
    group: Group,
    { id, sender }: Pick<GroupMessage, "id" | "sender">,
    encType: EncType | "skmsg",
    message: proto.IMessage,
  ): void {
    const { account, device } = sender;
    const seen = {
      from: account.phone,
      chat: group.jid,
      device,
      text: messageText(message),
      addressing: "lid",
    } as const;
    this.messages.add({ id, ...seen, message, encType, at: Date.now() });
    this.simulation.waits.changed();
    if (account !== this.account) this.#acknowledgeAtOnce(id, { to: account, addressing: "lid", group: group.jid });
  }

  async #open(delivery: Delivery): Promise<void> {
    const { sender, enc } = delivery;
    const stranger = sender.account !== this.account;
    const blindness = stranger ? this.#blindness.shift() : undefined;
    if (blindness) {
      await this.#askAgain(delivery, blindness.withKeys);
      return;
    }
    const type: EncType = enc.attrs.type === "pkmsg" ? "pkmsg" : "msg";
    if (type === "pkmsg") this.#checkSender(delivery);
    let message: proto.IMessage;
    try {
      message = await this.signal.decrypt(sender.account.deviceName(sender.device), { type, ciphertext: bytesOf(enc) });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const kind = reason === "Invalid PreKey ID" ? "one-time-key-reused" : "decrypt-failed";
      this.#violated(kind, `message ${delivery.id} from ${sender.account.phone}:${sender.device}: ${reason}`);
      await this.#askAgain(delivery, false);
      return;
    }
    this.#keep(delivery, type, message);
    if (stranger) this.#acknowledgeAtOnce(delivery.id, { to: sender.account, addressing: delivery.addressing });
  }

  #acknowledgeAtOnce(id: string, target: ReceiptTarget): void {
    if (this.habits.autoDeliver) this.acknowledge([id], target);
    if (this.habits.autoRead) this.acknowledge([id], target, "read");
  }

  #keep(delivery: Delivery, encType: EncType, decrypted: proto.IMessage): void {
    const { id, sender, chat, addressing } = delivery;
    const own = sender.account === this.account;
    if (own && !decrypted.deviceSentMessage) this.#violated("own-copy-unwrapped", `message ${id} to the own phone`);
    const message = decrypted.deviceSentMessage?.message ?? decrypted;
    const request = message.protocolMessage?.peerDataOperationRequestMessage;
    if (request) {
      this.peerRequests.push(request);
      this.answerPeer(request, { id, device: sender.device });
    } else {
      this.messages.add({
        id,
        from: sender.account.phone,
        chat: own ? (chat.account?.phone ?? phoneDigits(chat.jid)) : sender.account.phone,
        device: sender.device,
        text: messageText(message),
        message,
        encType,
        addressing,
        at: Date.now(),
      });
    }
    this.simulation.waits.changed();
  }

  /** The first message of a session from a linked device has to prove that the device belongs to the account. */
  #checkSender({ id, sender, extras }: Pick<Delivery, "id" | "sender" | "extras">): void {
    const companion = sender.account.companions.get(sender.device);
    if (!companion) return;
    const proof = extras.find(({ tag }) => tag === "device-identity");
    const flaw = proof
      ? checkDeviceIdentity(proto.ADVSignedDeviceIdentity.decode(bytesOf(proof)), companion.identity, sender.account)
      : "no device-identity";
    if (flaw)
      this.#violated("bad-device-identity", `message ${id} from ${sender.account.phone}:${sender.device}: ${flaw}`);
  }

  /** Asks the sending device to send the message again. */
  async #askAgain({ id, sender, addressing, group }: Unreadable, withKeys: boolean): Promise<void> {
    const count = (this.askedAgain.get(id) ?? 0) + 1;
    this.askedAgain.set(id, count);
    const bundle = await this.signal.publishBundle();
    if (sender.device === 0) {
      sender.account.handset.sendAgain(id, this.endpoint, bundle);
      return;
    }
    const [registration, ...keys] = bundleNodes(bundle);
    const parts: BinaryNode[] = [stanza("retry", { count: `${count}`, id, t: unixSeconds(), v: "1" })];
    if (registration) parts.push(registration);
    if (withKeys) parts.push(stanza("keys", {}, keys));
    const own = this.account.address(addressing);
    const addresses = group ? { from: group.jid, participant: own } : { from: own };
    const receipt = stanza("receipt", { ...addresses, id, type: "retry", t: unixSeconds() }, parts);
    sender.account.companions.get(sender.device)?.deliver(receipt);
  }

  #violated(kind: string, detail: string): void {
    this.simulation.violated(kind, this.account.phone, detail);
  }

  #failed(error: unknown): void {
    this.#violated("simulator-error", error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}
