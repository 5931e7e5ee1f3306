/** The sending half of a phone: one encrypted copy for every device of both sides, and copies made again on request. */
import { randomBytes } from "node:crypto";
import type { BinaryNode, proto } from "@whiskeysockets/baileys";
import type { Account, Endpoint } from "./accounts.ts";
import type { Group } from "./group.ts";
import type { Handset } from "./handset.ts";
import type { Addressing } from "./jid.ts";
import { isSignedBy, type KeyBundle } from "./key-bundle.ts";
import { type Delivery, relayMessage } from "./relay.ts";
import { stanza } from "./stanza.ts";

/** How a message leaves the phone. */
export interface Dispatch {
  message: proto.IMessage;
  to: Account;
  addressing: Addressing;
  /** The stanza's type: text, media, reaction, poll… */
  type: string;
  /** Further attributes of the stanza (edit, category). */
  attrs: Record<string, string>;
  /** The server does not tell the sender's other address. */
  isAnonymous?: boolean | undefined;
  /** What linked devices get instead of the ciphertext; the recipient's phone gets the message itself. */
  instead?: BinaryNode | undefined;
  /** The message goes to a list of people at once: its JID. */
  list?: string | undefined;
}

interface SentInGroup {
  message: proto.IMessage;
  group: Group;
  type: string;
}

export class Outbox {
  readonly #handset: Handset;
  readonly #sent = new Map<string, Dispatch>();
  readonly #sentInGroups = new Map<string, SentInGroup>();
  #corrupt = 0;
  #corruptRetries = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(handset: Handset) {
    this.#handset = handset;
  }

  /** The next `times` messages will carry ciphertexts that the recipient's linked devices cannot open. */
  corruptNext(times: number): void {
    this.#corrupt += times;
  }

  /** The next `times` copies made on request will be just as unreadable. */
  corruptRetries(times: number): void {
    this.#corruptRetries += times;
  }

  /** A message this phone sent, as its recipients know it. */
  sent(id: string): { message: proto.IMessage; from: string; chat: string; addressing: Addressing } | undefined {
    const sent = this.#sent.get(id);
    const inGroup = this.#sentInGroups.get(id);
    const from = this.#handset.account.phone;
    if (inGroup) return { message: inGroup.message, from, chat: inGroup.group.jid, addressing: "lid" };
    return sent && { message: sent.message, from, chat: sent.to.phone, addressing: sent.addressing };
  }

  /** Sends to all devices of the recipient and to the account's own linked devices; gives the message id. */
  async send(dispatch: Dispatch, id = newMessageId()): Promise<string> {
    await this.#inOrder(() => this.#sendToAll(id, dispatch));
    return id;
  }

  async #sendToAll(id: string, dispatch: Dispatch): Promise<void> {
    const own = this.#handset.account;
    this.#sent.set(id, dispatch);
    const spoilt = this.#corrupt > 0;
    if (spoilt) this.#corrupt -= 1;
    const isKept = dispatch.to === own || dispatch.to.blocked.has(own);
    const devices = isKept ? [] : devicesOf(dispatch.to);
    for (const recipient of [...devices, ...devicesOf(own).filter(({ device }) => device !== 0)]) {
      await this.#deliver(id, dispatch, recipient, {
        spoilt: spoilt && recipient.account !== own && recipient.device !== 0,
      });
    }
  }

  /** Sends to every device of a group's members; each gets the group key anew. */
  async sendInGroup(group: Group, message: proto.IMessage, type: string): Promise<string> {
    const id = newMessageId();
    this.#sentInGroups.set(id, { message, group, type });
    await this.#inOrder(async () => {
      const { signal, simulation, endpoint } = this.#handset;
      const isSpoilt = this.#corrupt > 0;
      if (isSpoilt) this.#corrupt -= 1;
      const { ciphertext, key } = await signal.encryptInGroup(group.jid, message);
      const senderKeyDistributionMessage = { groupId: group.jid, axolotlSenderKeyDistributionMessage: key };
      const keys = new Map<string, BinaryNode>();
      for (const { account, device } of group.devicesBut(endpoint)) {
        const peer = account.deviceName(device);
        if (!(await signal.hasSession(peer))) {
          const bundle = await fetchBundle({ account, device });
          if (!bundle) continue;
          await signal.startSession(peer, bundle);
        }
        const enc = await signal.encrypt(peer, { senderKeyDistributionMessage });
        keys.set(peer, stanza("enc", { v: "2", type: enc.type }, enc.ciphertext));
      }
      const asGroup = (bytes: Uint8Array): BinaryNode => stanza("enc", { v: "2", type: "skmsg" }, bytes);
      const skmsg = asGroup(ciphertext);
      const spoilt = isSpoilt ? asGroup(randomBytes(ciphertext.length)) : undefined;
      group.relay(simulation, { id, type, sender: endpoint, skmsg, spoilt, keys, extras: [], attrs: {} });
    });
    return id;
  }

  /** Sends a message that only one linked device of the own account gets (`category='peer'`). */
  async sendPeer(message: proto.IMessage, device: number): Promise<string> {
    const { account } = this.#handset;
    const id = newMessageId();
    const dispatch: Dispatch = { message, to: account, addressing: "pn", type: "text", attrs: { category: "peer" } };
    this.#sent.set(id, dispatch);
    await this.#inOrder(() => this.#deliver(id, dispatch, { account, device }, {}));
    return id;
  }

  /** Answers a retry request: a new session, from the requester's keys or freshly fetched ones, and the same id. */
  repeat(id: string, requester: Endpoint, keys: KeyBundle | undefined): Promise<void> {
    return this.#inOrder(() => this.#sendOnceMore(id, requester, keys));
  }

  async #sendOnceMore(id: string, requester: Endpoint, keys: KeyBundle | undefined): Promise<void> {
    const dispatch = this.#sent.get(id);
    const inGroup = this.#sentInGroups.get(id);
    if (!dispatch && !inGroup) return;
    const { signal, simulation, account } = this.#handset;
    const bundle = keys ?? (await fetchBundle(requester));
    if (!bundle) return;
    if (!isSignedBy(bundle.identity, bundle.signedKey)) {
      simulation.violated("bad-signature", account.phone, `signed key in the retry request for ${id}`);
      return;
    }
    await signal.startSession(requester.account.deviceName(requester.device), bundle);
    const spoilt = this.#corruptRetries > 0;
    if (spoilt) this.#corruptRetries -= 1;
    if (dispatch) await this.#deliver(id, dispatch, requester, { retry: true, spoilt });
    else if (inGroup) await this.#deliverInGroup(id, inGroup, requester, spoilt);
  }

  /** With the group's key, which the device may lack. */
  async #deliverInGroup(
    id: string,
    { message, group, type }: SentInGroup,
    recipient: Endpoint,
    spoilt: boolean,
  ): Promise<void> {
    const { signal, endpoint } = this.#handset;
    const { key } = await signal.encryptInGroup(group.jid, message);
    const senderKeyDistributionMessage = { groupId: group.jid, axolotlSenderKeyDistributionMessage: key };
    const peer = recipient.account.deviceName(recipient.device);
    const { type: encType, ciphertext } = await signal.encrypt(peer, { ...message, senderKeyDistributionMessage });
    const bytes = spoilt ? randomBytes(ciphertext.length) : ciphertext;
    const enc = stanza("enc", { v: "2", type: encType, count: "1" }, bytes);
    group.relayCopy({ id, type, sender: endpoint, recipient, enc, extras: [] });
  }

  /** One message after the other, so that they arrive in the order in which they were sent. */
  #inOrder(task: () => Promise<void>): Promise<void> {
    const done = this.#work.then(task);
    this.#work = done.catch(() => {});
    return done;
  }

  async #deliver(
    id: string,
    { message, to, addressing, type, attrs, isAnonymous, instead, list }: Dispatch,
    recipient: Endpoint,
    { spoilt = false, retry = false }: { spoilt?: boolean; retry?: boolean },
  ): Promise<void> {
    const { signal, simulation, endpoint, account } = this.#handset;
    const peer = recipient.account.deviceName(recipient.device);
    if (!(await signal.hasSession(peer))) {
      const bundle = await fetchBundle(recipient);
      if (!bundle) return;
      await signal.startSession(peer, bundle);
    }
    const isCopy = recipient.account === account && attrs.category !== "peer";
    const content = isCopy ? { deviceSentMessage: { destinationJid: to.address(addressing), message } } : message;
    const { type: encType, ciphertext } = await signal.encrypt(peer, content);
    const enc = stanza(
      "enc",
      { v: "2", type: encType, count: retry ? "1" : undefined },
      spoilt ? randomBytes(ciphertext.length) : ciphertext,
    );
    const delivery: Delivery = {
      id,
      type,
      sender: endpoint,
      recipient,
      chat: { account: to, jid: to.address(addressing) },
      addressing,
      enc,
      extras: [],
      attrs,
      isAnonymous,
      instead,
      list,
    };
    relayMessage(simulation, delivery);
  }
}

/** Every device of an account, the phone first. */
function devicesOf(account: Account): Endpoint[] {
  return [0, ...account.companions.keys()].map((device) => ({ account, device }));
}

/** The keys of a device, as the server hands them out; undefined when the device is gone. */
async function fetchBundle({ account, device }: Endpoint): Promise<KeyBundle | undefined> {
  return device === 0 ? account.handset.signal.publishBundle() : account.companions.get(device)?.takeBundle();
}

/** An id in the form the phones use. */
export function newMessageId(): string {
  return `3A${randomBytes(9).toString("hex").toUpperCase()}`;
}
