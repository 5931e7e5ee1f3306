/** Who exists: accounts by phone number and by LID, each with its simulated phone and its linked devices. */
import type { proto } from "@whiskeysockets/baileys";
import { AppState } from "./app-state.ts";
import type { Companion } from "./companion.ts";
import { OPEN_PRIVACY } from "./flows/profile.ts";
import type { ReachOutLock } from "./flows/restrictions.ts";
import type { Handset } from "./handset.ts";
import { type Addressing, formatAddress, parseAddress } from "./jid.ts";
import { Wire } from "./wire.ts";

/** One WhatsApp account. Device 0 is the phone, always simulated; the others are clients that were linked. */
export class Account {
  /** Digits only. */
  readonly phone: string;
  /** The hidden id's digits. */
  readonly lid: string;
  name: string;
  /** Sent at pairing as `<biz name>`; an account without one gets its name by app-state sync, later. */
  readonly businessName: string | undefined;
  readonly companions = new Map<number, Companion>();
  /** Linked devices (of anyone) that asked for this account's device list and are told when it changes. */
  readonly watchers = new Set<Companion>();
  /** Linked devices (of anyone) that subscribed to this account's presence, and how they address it. */
  readonly presenceSubscribers = new Map<Companion, Addressing>();
  readonly appState = new AppState();
  /** The way to its linked devices, with its faults. */
  readonly wire = new Wire();
  readonly privacy = new Map(OPEN_PRIVACY);
  /** Accounts whose messages the server does not pass on to this one. */
  readonly blocked = new Set<Account>();
  /** The "about" text. */
  status = "";
  /** The picture a linked device has set, as it was uploaded. */
  picture: Buffer = Buffer.alloc(0);
  /** Where others find the picture; without one they are told there is none. */
  pictureUrl: string | undefined;
  reachOutLock: ReachOutLock | undefined;
  /** Chats that a newly linked device gets as its history. */
  history: proto.IConversation[] = [];
  /** What follows it: older messages, in parts, and what people call themselves. */
  laterHistory: { recent: proto.IHistorySync[]; names: proto.IPushname[] } = { recent: [], names: [] };
  #handset: Handset | undefined;
  #nextDevice = 1;

  constructor(phone: string, lid: string, name: string, businessName: string | undefined) {
    this.phone = phone;
    this.lid = lid;
    this.name = name;
    this.businessName = businessName;
  }

  get handset(): Handset {
    if (!this.#handset) throw new Error(`account ${this.phone} has no phone yet`);
    return this.#handset;
  }

  set handset(handset: Handset) {
    this.#handset = handset;
  }

  /** Numbers are never given twice, as on WhatsApp: a removed device comes back under another. */
  nextDeviceId(): number {
    return this.#nextDevice++;
  }

  address(addressing: Addressing, device = 0): string {
    return formatAddress({ user: addressing === "lid" ? this.lid : this.phone, addressing, device });
  }

  /** The canonical name of one device, whatever way it was addressed. */
  deviceName(device: number): string {
    return this.address("lid", device);
  }
}

/** Where a message or a receipt comes from or goes to. */
export interface Endpoint {
  account: Account;
  device: number;
}

export class Accounts {
  readonly #byPhone = new Map<string, Account>();
  readonly #byLid = new Map<string, Account>();
  #created = 0;

  /** Throws when the number is taken. */
  create(phone: string, name: string, businessName?: string): Account {
    if (this.#byPhone.has(phone)) throw new Error(`number ${phone} is already an account`);
    const account = new Account(phone, nthLid(++this.#created), name, businessName);
    this.#byPhone.set(phone, account);
    this.#byLid.set(account.lid, account);
    return account;
  }

  byPhone(phone: string): Account | undefined {
    return this.#byPhone.get(phone);
  }

  /** Finds the account of a user's or device's jid, in either form. */
  find(jid: string | undefined): Account | undefined {
    return this.endpoint(jid)?.account;
  }

  endpoint(jid: string | undefined): Endpoint | undefined {
    const address = parseAddress(jid);
    if (!address) return undefined;
    const account = (address.addressing === "lid" ? this.#byLid : this.#byPhone).get(address.user);
    return account && { account, device: address.device };
  }

  all(): Account[] {
    return [...this.#byPhone.values()];
  }
}

/** Fifteen digits that look like a real LID and differ from every phone number in use. */
function nthLid(n: number): string {
  return (190_000_000_000_000 + n * 7_919).toString();
}
