/** The simulator: a WhatsApp server on loopback, the people on it, and the faults it can be told to have. */
import type { proto } from "@whiskeysockets/baileys";
import type { Account } from "./accounts.ts";
import { makeCertificates } from "./certificates.ts";
import { Connection, type ConnectionEvents } from "./connection.ts";
import { Contact } from "./contact.ts";
import { ControlServer } from "./control.ts";
import { Faults } from "./faults.ts";
import { buildRouter } from "./flows/index.ts";
import { acceptClient } from "./flows/registration.ts";
import { Group } from "./group.ts";
import { phoneDigits } from "./jid.ts";
import { Listener, type Refusal } from "./listener.ts";
import type { Person } from "./person.ts";
import { Phone } from "./phone.ts";
import { quietSignal } from "./quiet-signal.ts";
import { Simulation, type Unhandled, type Violation } from "./simulation.ts";
import type { ClientStanza, StanzaMatcher } from "./stanza-log.ts";

/** First numbers given to owners and to contacts that are made without one. */
const FIRST_PHONE = 5_511_900_000_001n;
const FIRST_GROUP = 120_363_000_000_000_001n;
const FIRST_CONTACT = 5_511_910_000_001n;

export interface SimulatorOptions {
  /** Port of the WhatsApp endpoint; any free one by default. */
  port?: number | undefined;
  /** Port of the HTTP control; any free one by default. */
  controlPort?: number | undefined;
  /** Told what happens, line by line; never keys or message text. */
  log?: ((line: string) => void) | undefined;
  /** Given every stanza of clients, in both directions, a line each: tags and attributes, never content. */
  trace?: ((line: string) => void) | undefined;
}

export interface PhoneOptions {
  /** Any spelling; the next free number by default. */
  phone?: string | undefined;
  name?: string | undefined;
  /** Gives linked devices their name at once, as business accounts do; others learn theirs by app-state sync. */
  businessName?: string | undefined;
  /** Chats a newly linked device gets as its history. */
  history?: proto.IConversation[] | undefined;
  /** What follows the first history: older messages, each part a file, and what people call themselves. */
  laterHistory?: { recent?: proto.IHistorySync[]; names?: proto.IPushname[] } | undefined;
}

export interface ContactOptions {
  phone?: string | undefined;
  name?: string | undefined;
  /** Read every message at once. */
  autoRead?: boolean | undefined;
  /** Acknowledge every message as delivered (the default). */
  autoDeliver?: boolean | undefined;
}

export class SimulatorServer extends Faults {
  /** Hex of the public key (32 bytes) a client has to trust. */
  readonly rootKey: string;
  readonly #certificates = makeCertificates(Math.floor(Date.now() / 1000));
  readonly #router = buildRouter();
  readonly #listener = new Listener(
    (socket) => {
      this.simulation.connections.add(new Connection(socket, this.#certificates, this.#events));
    },
    (request, response) => void this.simulation.media.handle(request, response),
  );
  readonly #restoreConsole = quietSignal();
  readonly #control = new ControlServer(this);
  #whatsappUrl = "";
  #controlUrl = "";

  constructor({ log = () => {}, trace }: Pick<SimulatorOptions, "log" | "trace">) {
    super(new Simulation(log, trace));
    this.rootKey = Buffer.from(this.#certificates.rootKey).toString("hex");
  }

  /** `ws://127.0.0.1:PORT/ws/chat`, for the client. */
  get whatsappUrl(): string {
    return this.#whatsappUrl;
  }

  /** `http://127.0.0.1:PORT`, where the verbs are reached over HTTP. */
  get controlUrl(): string {
    return this.#controlUrl;
  }

  /** What replaces `https://<media host>` for a client: the endpoint's own origin. */
  get mediaOrigin(): string {
    return new URL("/", this.#whatsappUrl.replace("ws:", "http:")).origin;
  }

  /** Protocol violations so far; a sound test ends with none. */
  get violations(): readonly Violation[] {
    return this.simulation.violations;
  }

  /** Stanzas nobody handled so far; a sound test ends with none. */
  get unhandled(): readonly Unhandled[] {
    return this.simulation.unhandled;
  }

  async listen({ port = 0, controlPort = 0 }: Pick<SimulatorOptions, "port" | "controlPort">): Promise<void> {
    this.#whatsappUrl = await this.#listener.listen(port);
    this.#controlUrl = await this.#control.listen(controlPort);
  }

  /** The owner's phone of a number under test; the same number gives the same phone. */
  phone({ phone, name, businessName, history, laterHistory = {} }: PhoneOptions = {}): Phone {
    const number = phone === undefined ? this.#freeNumber(FIRST_PHONE) : phoneDigits(phone);
    const known = this.simulation.accounts.byPhone(number);
    if (known) {
      if (known.handset instanceof Phone) return known.handset;
      throw new Error(`${number} is a contact already`);
    }
    const account = this.simulation.accounts.create(number, name ?? businessName ?? `Owner ${number}`, businessName);
    account.history = history ?? [];
    account.laterHistory = { recent: laterHistory.recent ?? [], names: laterHistory.names ?? [] };
    return this.#equip(account, new Phone(account, this.simulation, { autoDeliver: false, autoRead: false }));
  }

  /** Somebody else on WhatsApp; the same number gives the same contact. */
  contact({ phone, name, autoRead = false, autoDeliver = true }: ContactOptions = {}): Contact {
    const number = phone === undefined ? this.#freeNumber(FIRST_CONTACT) : phoneDigits(phone);
    const known = this.simulation.accounts.byPhone(number);
    if (known) {
      if (known.handset instanceof Contact) return known.handset;
      throw new Error(`${number} is an owner's phone already`);
    }
    const account = this.simulation.accounts.create(number, name ?? `Contact ${number}`);
    const contact = this.#equip(account, new Contact(account, this.simulation, { autoDeliver, autoRead }));
    contact.presence = "available";
    return contact;
  }

  /** A group of these people. */
  group({ subject = "Group", members }: { subject?: string; members: Person[] }): Group {
    const jid = `${FIRST_GROUP + BigInt(this.simulation.groups.size)}@g.us`;
    const group = new Group(
      jid,
      subject,
      members.map(({ account }) => account),
    );
    this.simulation.groups.set(jid, group);
    return group;
  }

  /** The number of the latest stanza; give it to {@link expects} to look back to this moment. */
  mark(): number {
    return this.simulation.stanzas.last;
  }

  /** What clients sent since a {@link mark}, as far as it is remembered. */
  stanzas(since: number): ClientStanza[] {
    return this.simulation.stanzas.since(since);
  }

  /** A stanza from a client that matches, from now on or since a {@link mark}. Throws `WaitTimeout`. */
  expects(
    matcher: StanzaMatcher,
    { timeoutMs, since = this.mark() }: { timeoutMs?: number | undefined; since?: number | undefined } = {},
  ): Promise<ClientStanza> {
    return this.simulation.stanzas.expect(matcher, since, timeoutMs);
  }

  /** Ends every connection and every wait. */
  async stop(): Promise<void> {
    this.simulation.waits.stop();
    await this.#control.close();
    await this.#listener.close();
    for (const { handset } of this.simulation.accounts.all()) handset.signal.close();
    this.#restoreConsole();
  }

  protected override refuse(how: Refusal | undefined): void {
    this.#listener.refusal = how;
  }

  #equip<T extends Phone | Contact>(account: Account, person: T): T {
    account.handset = person;
    return person;
  }

  #freeNumber(first: bigint): string {
    let number = first;
    while (this.simulation.accounts.byPhone(number.toString())) number += 1n;
    return number.toString();
  }

  readonly #events: ConnectionEvents = {
    handshaken: (connection, finish) => acceptClient(this.simulation, connection, finish),
    stanza: (connection, node) => {
      this.simulation.passed("<", connection, node);
      return this.#router.route({ simulation: this.simulation, connection }, node);
    },
    sends: (connection, node) => this.simulation.passed(">", connection, node),
    closed: (connection) => {
      this.simulation.connections.delete(connection);
      connection.companion?.disconnected(connection);
      this.simulation.log(`${connection.owner} has gone`);
      this.simulation.waits.changed();
    },
    failed: (connection, error) => {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.simulation.violated("connection-failed", connection.owner, detail);
    },
  };
}
