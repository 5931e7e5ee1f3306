/** What a person does with a phone: the verbs that contacts and owners share. */
import { randomBytes } from "node:crypto";
import { proto } from "@whiskeysockets/baileys";
import type { Account } from "./accounts.ts";
import { ringDevices } from "./flows/calls.ts";
import { type ChatState, type Presence, presenceOf, sendChatState, spreadPresence } from "./flows/presence.ts";
import { Group } from "./group.ts";
import { Handset, type NotedReceipt, type ReceiptTarget, type SeenChatState } from "./handset.ts";
import type { MessageMatcher, ReceivedMessage, ReceivedOptions } from "./inbox.ts";
import { type Addressing, phoneDigits } from "./jid.ts";
import { decryptFile, encryptFile, type FileKind, mediaPartOf, sha256 } from "./media-file.ts";
import { encryptVote } from "./poll-vote.ts";
import { stanza } from "./stanza.ts";

/** A broadcast list; those who are on it see no more of it than its id. */
const LIST = "1700000000@broadcast";

const { REVOKE, MESSAGE_EDIT } = proto.Message.ProtocolMessage.Type;

/** Whom something is for: a person of the simulator, or a phone number in any spelling. */
export type Recipient = Handset | string;

export interface SayOptions {
  to: Recipient;
  /** How the chat is addressed, by hidden id unless told otherwise (as WhatsApp does today). */
  addressing?: Addressing | undefined;
}

/** A file and what its message says of it: mimetype, caption, fileName, seconds, ptt … */
export interface FileToSend {
  kind: FileKind;
  bytes: Buffer;
  mimetype: string;
  caption?: string;
  fileName?: string;
  seconds?: number;
  ptt?: boolean;
}

export interface SendOptions extends SayOptions {
  /** The message is one to a broadcast list that the recipient is on. */
  toList?: boolean | undefined;
  /** The stanza's type: text (the default), media, reaction, poll… */
  type?: string | undefined;
  /** Further attributes of the stanza, for example `{ edit: "1" }`. */
  attrs?: Record<string, string> | undefined;
  /** The receiver learns one address only: a hidden id without its phone, as from people who never shared theirs. */
  isAnonymous?: boolean | undefined;
  /**
   * What linked devices get of it: `unavailable` nothing (WhatsApp gives a type for some, such as `view_once`),
   * `plaintext` the message without encryption, `msmsg` an encryption that only bots use.
   */
  linkedDevicesGet?: { tag: "unavailable"; type?: string } | { tag: "plaintext" } | { tag: "msmsg" } | undefined;
}

function substitute(how: NonNullable<SendOptions["linkedDevicesGet"]>, message: proto.IMessage) {
  if (how.tag === "unavailable") return stanza("unavailable", { type: how.type });
  if (how.tag === "msmsg") return stanza("enc", { v: "2", type: "msmsg" }, randomBytes(64));
  return stanza("plaintext", {}, Buffer.from(proto.Message.encode(message).finish()));
}

export class Person extends Handset {
  get phone(): string {
    return this.account.phone;
  }

  get lid(): string {
    return this.account.lid;
  }

  get name(): string {
    return this.account.name;
  }

  /** All decrypted messages, in order. */
  get inbox(): readonly ReceivedMessage[] {
    return this.messages.messages;
  }

  /** Writes a text; resolves with the message id when every device of the recipient has it or has it queued. */
  says(text: string, options: SayOptions): Promise<string> {
    return this.sends({ conversation: text }, options);
  }

  /** Sends any message. */
  sends(message: proto.IMessage, options: SendOptions): Promise<string> {
    const { to, addressing = "lid", type = "text", attrs = {}, isAnonymous, linkedDevicesGet: how, toList } = options;
    const instead = how && substitute(how, message);
    return this.outbox.send({
      message,
      to: this.resolve(to),
      addressing,
      type,
      attrs,
      isAnonymous,
      instead,
      list: toList ? LIST : undefined,
    });
  }

  /** Writes to a group. */
  saysIn(group: Group, text: string): Promise<string> {
    return this.sendsIn(group, { conversation: text });
  }

  /** Sends any message to a group. */
  sendsIn(group: Group, message: proto.IMessage, type = "text"): Promise<string> {
    return this.outbox.sendInGroup(group, message, type);
  }

  /** Reacts to a received message; an empty emoji takes the reaction back. */
  reacts(messageId: string, emoji: string): Promise<string> {
    const { from, chat, addressing } = this.#known(messageId);
    const key = { remoteJid: this.account.address(addressing), id: messageId, fromMe: from === this.phone };
    const reactionMessage = { key, text: emoji, senderTimestampMs: Date.now() };
    return this.sends({ reactionMessage }, { to: chat, addressing, type: "reaction" });
  }

  /** Sends a file, encrypted and uploaded as phones do. */
  sendsFile(file: FileToSend, options: SayOptions): Promise<string> {
    return this.sends(this.#fileMessage(file), { ...options, type: "media" });
  }

  /** Sends a file to a group. */
  sendsFileIn(group: Group, file: FileToSend): Promise<string> {
    return this.sendsIn(group, this.#fileMessage(file), "media");
  }

  #fileMessage({ kind, bytes, ...part }: FileToSend): proto.IMessage {
    const { bytes: encrypted, mediaKey } = encryptFile(bytes, kind);
    return {
      [`${kind}Message`]: {
        ...part,
        directPath: this.simulation.media.keep(encrypted),
        url: "https://mmg.whatsapp.net/",
        mediaKey,
        fileSha256: sha256(bytes),
        fileEncSha256: sha256(encrypted),
        fileLength: bytes.length,
      },
    };
  }

  /** The file of a received message, decrypted and checked against all that the message tells. */
  opensFile(messageId: string): Buffer {
    const found = mediaPartOf(this.#known(messageId).message);
    const bytes = found && this.simulation.media.read(found.part.directPath ?? "");
    if (!found || !bytes) throw new Error(`there is no file with message ${messageId}`);
    return decryptFile(bytes, found.kind, found.part);
  }

  /** Replaces the text of a message this person sent. */
  edits(messageId: string, text: string, options: SayOptions): Promise<string> {
    const key = { remoteJid: this.account.address(options.addressing ?? "lid"), id: messageId, fromMe: true };
    const protocolMessage = { type: MESSAGE_EDIT, key, editedMessage: { conversation: text }, timestampMs: Date.now() };
    return this.sends({ protocolMessage }, { ...options, attrs: { edit: "1" } });
  }

  /** Takes a message this person sent back from everybody. */
  deletes(messageId: string, options: SayOptions): Promise<string> {
    const key = { remoteJid: this.account.address(options.addressing ?? "lid"), id: messageId, fromMe: true };
    return this.sends({ protocolMessage: { type: REVOKE, key } }, { ...options, attrs: { edit: "7" } });
  }

  /** Votes in a poll it received or made itself; without options it takes its vote back. */
  votes(pollId: string, options: readonly string[]): Promise<string> {
    const own = this.outbox.sent(pollId);
    const { message, from, chat, addressing } = own ?? this.#known(pollId);
    const creator = this.resolve(from).address(addressing);
    const voter = this.account.address(addressing);
    const pollUpdateMessage = encryptVote({ pollId, poll: message, creator, voter, options });
    const group = this.simulation.groups.get(chat);
    if (group) return this.sendsIn(group, { pollUpdateMessage }, "poll");
    return this.sends({ pollUpdateMessage }, { to: chat, addressing, type: "poll" });
  }

  /** Starts a poll; its votes can be read by everybody who has it. */
  polls(question: string, options: readonly string[], { to }: { to: Recipient | Group }): Promise<string> {
    const pollCreationMessageV3 = {
      name: question,
      options: options.map((optionName) => ({ optionName })),
      selectableOptionsCount: 1,
    };
    const message = { pollCreationMessageV3, messageContextInfo: { messageSecret: randomBytes(32) } };
    return to instanceof Group ? this.sendsIn(to, message, "poll") : this.sends(message, { to, type: "poll" });
  }

  /** Calls somebody; nobody answers calls here. */
  async calls(to: Recipient, { video = false }: { video?: boolean } = {}): Promise<string> {
    return ringDevices(this.account, this.resolve(to), video);
  }

  /** A received message, past or future: by its exact text, or by a function. Throws `WaitTimeout`. */
  received(matcher: MessageMatcher, options: ReceivedOptions = {}): Promise<ReceivedMessage> {
    return this.messages.received(matcher, options);
  }

  /** Marks a received message as read: its sender gets the blue ticks. */
  async reads(messageId: string): Promise<void> {
    this.acknowledge([messageId], this.#writerOf(messageId), "read");
  }

  /** Marks a received voice message as played. */
  async plays(messageId: string): Promise<void> {
    this.acknowledge([messageId], this.#writerOf(messageId), "played");
  }

  /** Asks a number's devices for another copy of a message, one for somebody else as well. */
  async asksForCopy(messageId: string, from: Recipient): Promise<void> {
    this.requestCopy(messageId, this.resolve(from));
  }

  /** Tells a number's devices that a message was read, one for somebody else as well. */
  async claimsToHaveRead(messageId: string, from: Recipient): Promise<void> {
    this.acknowledge([messageId], { to: this.resolve(from), addressing: "pn" }, "read");
  }

  /** A receipt for a message this person sent, past or future: `delivered`, `read`, `played`, `inactive`. */
  receiptFor(messageId: string, type: string, { timeoutMs }: { timeoutMs?: number } = {}): Promise<NotedReceipt> {
    const about = () => this.receipts.filter((receipt) => receipt.messageId === messageId);
    return this.simulation.waits.until(() => about().find((receipt) => receipt.type === type), {
      what: `the receipt "${type}" for ${messageId} to ${this.phone}`,
      seen: () =>
        about()
          .map((receipt) => `${receipt.type} from ${receipt.from}:${receipt.device}`)
          .join(", "),
      timeoutMs,
    });
  }

  /** Shows "typing…" (or recording, or paused) to someone. */
  async typing(to: Recipient, state: ChatState = "composing", addressing: Addressing = "lid"): Promise<void> {
    sendChatState(this.account, this.resolve(to), addressing, state);
  }

  /** Somebody typing to this person, past or future. */
  sawTyping(
    from: Recipient,
    { state = "composing", timeoutMs }: { state?: ChatState; timeoutMs?: number } = {},
  ): Promise<SeenChatState> {
    const { phone } = this.resolve(from);
    return this.simulation.waits.until(
      () => this.chatStates.find((seen) => seen.from === phone && seen.state === state),
      {
        what: `"${state}" from ${phone} to ${this.phone}`,
        seen: () => this.chatStates.map((seen) => `${seen.state} from ${seen.from}`).join(", "),
        timeoutMs,
      },
    );
  }

  /** Comes online or goes offline, as those who subscribed to this person's presence see it. */
  async appears(presence: Presence): Promise<void> {
    this.presence = presence;
    spreadPresence(this.account, presence);
  }

  /** Waits until an account is seen as available or unavailable. */
  async sawPresence(of: Recipient, presence: Presence, { timeoutMs }: { timeoutMs?: number } = {}): Promise<void> {
    const account = this.resolve(of);
    await this.simulation.waits.until(() => presenceOf(account) === presence || undefined, {
      what: `${account.phone} to be ${presence}`,
      seen: () => presenceOf(account),
      timeoutMs,
    });
  }

  /** The next `times` messages from this person cannot be decrypted by the linked devices of the recipient. */
  corruptsNext(times = 1): void {
    this.outbox.corruptNext(times);
  }

  /** The next `times` copies made for a device that asked again are unreadable too. */
  corruptsRetries(times = 1): void {
    this.outbox.corruptRetries(times);
  }

  /** Cannot read the next messages: asks the sender for another copy, on request with new keys of its own. */
  cannotDecryptNext({ times = 1, withKeys = false }: { times?: number; withKeys?: boolean } = {}): void {
    for (let i = 0; i < times; i++) this.goBlind({ withKeys });
  }

  /** The account of a recipient; throws when the number is not an account. */
  protected resolve(recipient: Recipient): Account {
    return typeof recipient === "string" ? this.simulation.account(phoneDigits(recipient)) : recipient.account;
  }

  #writerOf(messageId: string): ReceiptTarget {
    const { from, chat, addressing } = this.#known(messageId);
    return { to: this.resolve(from), addressing, group: chat.endsWith("@g.us") ? chat : undefined };
  }

  #known(messageId: string): ReceivedMessage {
    const message = this.messages.find(messageId);
    if (!message) throw new Error(`${this.phone} has not received a message ${messageId}`);
    return message;
  }
}
