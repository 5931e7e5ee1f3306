/** The state every flow works on: who exists, who is connected, what went wrong, and the faults that are switched on. */
import type { BinaryNode } from "@whiskeysockets/baileys";
import { type Account, Accounts, type Endpoint } from "./accounts.ts";
import type { Connection } from "./connection.ts";
import type { PendingLink } from "./flows/pairing-code.ts";
import type { Group } from "./group.ts";
import { phoneDigits } from "./jid.ts";
import { MediaHost } from "./media-host.ts";
import { describe, outline } from "./stanza.ts";
import { StanzaLog } from "./stanza-log.ts";
import { Traps } from "./traps.ts";
import { Waits } from "./waits.ts";

/** Something a client (or the simulator itself) did that the protocol does not allow. Never carries keys or text. */
export interface Violation {
  /** For example `bad-signature`, `unknown-device`, `decrypt-failed`, `one-time-key-reused`. */
  kind: string;
  /** Whose connection or phone noticed it. */
  where: string;
  detail: string;
}

/** A stanza nobody handles; an iq among them was answered with an empty result. */
export interface Unhandled {
  from: string;
  stanza: string;
}

/** A login that will be refused. */
export interface LoginFailure {
  reason: number;
  /** How many logins are still to be refused. */
  left: number;
}

export class Simulation {
  readonly accounts = new Accounts();
  readonly connections = new Set<Connection>();
  readonly waits = new Waits();
  readonly stanzas = new StanzaLog(this.waits);
  readonly traps = new Traps();
  readonly violations: Violation[] = [];
  readonly unhandled: Unhandled[] = [];
  /** By message id: the device that sent it, so that requests for another copy find it. */
  readonly sent = new Map<string, Endpoint>();
  /** By phone number. */
  readonly loginFailures = new Map<string, LoginFailure>();
  /** The oldest version of WhatsApp Web that is let in, as `2.3000.1`; undefined = all are. */
  oldestVersion: string | undefined;
  /** Phone numbers whose pings are not answered. */
  readonly mutedKeepalive = new Set<string>();
  /** By the recipient's phone number: error codes for the acks of the next messages to it. */
  readonly rejections = new Map<string, number[]>();
  /** Ids of the messages that were refused like this. */
  readonly refused = new Set<string>();
  /** By phone number: devices that wait for their pairing code to be typed. */
  readonly pendingLinks = new Map<string, PendingLink>();
  /** By jid. */
  readonly groups = new Map<string, Group>();
  readonly media = new MediaHost((detail) => this.violated("bad-upload", "media host", detail));
  readonly #log: (line: string) => void;
  readonly #trace: ((line: string) => void) | undefined;

  constructor(log: (line: string) => void, trace?: (line: string) => void) {
    this.#log = log;
    this.#trace = trace;
  }

  log(line: string): void {
    this.#log(line);
  }

  /** A stanza passed, to a client (`>`) or from one (`<`). */
  passed(direction: ">" | "<", connection: Connection, node: BinaryNode): void {
    this.#trace?.(`${new Date().toISOString()} ${direction} ${connection.owner} ${outline(node)}`);
  }

  violated(kind: string, where: string, detail: string): void {
    this.violations.push({ kind, where, detail });
    this.log(`violation ${kind} at ${where}: ${detail}`);
    this.waits.changed();
  }

  leftUnhandled(connection: Connection, node: BinaryNode): void {
    this.unhandled.push({ from: connection.owner, stanza: describe(node) });
    this.log(`unhandled from ${connection.owner}: ${describe(node)}`);
  }

  /** The account of a phone number in any spelling; throws when there is none. */
  account(phone: string): Account {
    const account = this.accounts.byPhone(phoneDigits(phone));
    if (!account) throw new Error(`there is no account ${phone}`);
    return account;
  }

  /** The connections of an account's linked devices; throws when none is connected. */
  connectionsOf(phone: string): Connection[] {
    const account = this.account(phone);
    const found = [...account.companions.values()].flatMap(({ connection }) => connection ?? []);
    if (found.length > 0) return found;
    const connected = [...this.connections].map((connection) => connection.owner).join(", ") || "nobody";
    throw new Error(`no linked device of ${account.phone} is connected; connected: ${connected}`);
  }
}
