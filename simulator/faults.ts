/** The faults a server can be told to have, each for one number. */
import { randomBytes } from "node:crypto";
import { endReplaced, endStream, type StreamEnd } from "./flows/endings.ts";
import { runLow } from "./flows/prekeys.ts";
import { lockReachOut } from "./flows/restrictions.ts";
import { phoneDigits } from "./jid.ts";
import type { Refusal } from "./listener.ts";
import type { MediaHost } from "./media-host.ts";
import type { Recipient } from "./person.ts";
import type { Simulation } from "./simulation.ts";
import { stanza } from "./stanza.ts";
import type { ClientStanza, StanzaMatcher } from "./stanza-log.ts";
import type { QueryFault, Wire } from "./wire.ts";

/** Why a login can be refused: logged out, banned, client too old, server trouble. */
export type LoginRefusal = 401 | 403 | 405 | 503;

export abstract class Faults {
  readonly simulation: Simulation;

  constructor(simulation: Simulation) {
    this.simulation = simulation;
  }

  /** Cuts the TCP connections of the number's linked devices. */
  async drops(phone: Recipient): Promise<void> {
    await this.#each(phone, (connection) => connection.drop());
  }

  /** Ends the stream with an error (503, 515) or with its plain end. */
  async endsStream(phone: Recipient, how: StreamEnd): Promise<void> {
    await this.#each(phone, (connection) => endStream(connection, how));
  }

  /** Ends the connection as if the same device had logged in elsewhere (440). */
  async replaces(phone: Recipient): Promise<void> {
    await this.#each(phone, endReplaced);
  }

  /** Refuses the next login (or the next `times`; `Infinity` for all) with this reason. */
  failsLogin(phone: Recipient, reason: LoginRefusal, { times = 1 }: { times?: number } = {}): void {
    this.simulation.loginFailures.set(this.#number(phone), { reason, left: times });
  }

  /** Lets logins in again. */
  allowsLogin(phone: Recipient): void {
    this.simulation.loginFailures.delete(this.#number(phone));
  }

  /** Refuses clients that claim to be an older WhatsApp Web (405), `2.3000.1` for example; undefined lets all in. */
  acceptsVersionsFrom(version: string | undefined): void {
    this.simulation.oldestVersion = version;
  }

  /** Locks the account out of new chats until then, or lifts the lock; its linked devices are told. */
  locksReachOut(phone: Recipient, lock: { until: Date; type?: string } | undefined): void {
    const { until, type = "BIZ_QUALITY" } = lock ?? {};
    const seconds = until && Math.floor(until.getTime() / 1000);
    lockReachOut(
      this.simulation.account(this.#number(phone)),
      seconds === undefined ? undefined : { until: seconds, type },
    );
  }

  /** Stops answering (or answers again) the pings of the number's linked devices. */
  mutesKeepalive(phone: Recipient, muted = true): void {
    if (muted) this.simulation.mutedKeepalive.add(this.#number(phone));
    else this.simulation.mutedKeepalive.delete(this.#number(phone));
  }

  /** From now on nothing passes on the present connections, in either direction; they stay open. */
  goesSilent(phone: Recipient): void {
    for (const connection of this.simulation.connectionsOf(this.#number(phone))) connection.silent = true;
  }

  /** From now on pings are answered on the present connections, and nothing else passes in either direction. */
  goesDeaf(phone: Recipient): void {
    for (const connection of this.simulation.connectionsOf(this.#number(phone))) connection.deaf = true;
  }

  /** Everything to the number's linked devices takes so much longer; the order stays. 0 ends it. */
  delays(phone: Recipient, ms: number): void {
    this.#wire(phone).delayMs = ms;
  }

  /** The next messages, receipts, acknowledgements and notifications to the number come twice. */
  repeatsNext(phone: Recipient, times = 1): void {
    this.#wire(phone).repeatNext(times);
  }

  /** So many messages to the number are overtaken by the one after them. */
  swapsNext(phone: Recipient, times = 1): void {
    this.#wire(phone).swapNext(times);
  }

  /** The next messages of the number are taken and relayed, but the number never learns of it. */
  losesAcks(phone: Recipient, times = 1): void {
    this.#wire(phone).loseAcks(times);
  }

  /** The number's next queries (of a namespace) are answered with an error, or never; keep-alive and login are spared. */
  failsQueries(phone: Recipient, how: QueryFault, times = 1, xmlns?: string): void {
    this.#wire(phone).failQueries(how, times, xmlns);
  }

  /** The wire to the number is in order again: what was asked for and did not happen yet does not happen any more. */
  healsWire(phone: Recipient): void {
    this.#wire(phone).heal();
  }

  /** Sends the number's linked devices bytes that are no frame, or a frame that holds no stanza. */
  sendsGarbage(phone: Recipient, what: "frame" | "stanza"): void {
    for (const connection of this.simulation.connectionsOf(this.#number(phone))) connection.sendGarbage(what);
  }

  /**
   * Stops the world of a connection at the first stanza from a client that matches: nothing passes any more, in either
   * direction. The moment to kill the client. @param isTaken whether the server still acts upon this stanza
   */
  stopsAt(matcher: StanzaMatcher, { isTaken = false } = {}): { caught: Promise<ClientStanza>; remove: () => void } {
    return this.simulation.traps.set(matcher, isTaken);
  }

  /** Gives the linked devices routing bytes for their next connection; resolves with them in hex. */
  setsRouting(phone: Recipient, bytes: Uint8Array = randomBytes(6)): string {
    const routing = stanza("edge_routing", {}, [stanza("routing_info", {}, Buffer.from(bytes))]);
    for (const connection of this.simulation.connectionsOf(this.#number(phone)))
      connection.send(stanza("ib", {}, [routing]));
    return Buffer.from(bytes).toString("hex");
  }

  /** The routing bytes (hex) the number's present connection began with, if it did. */
  routingOf(phone: Recipient): string | undefined {
    return this.simulation.connectionsOf(this.#number(phone))[0]?.routingInfo?.toString("hex");
  }

  /** Leaves the linked devices `count` one-time keys and says so; below 5 they upload more. */
  lowPrekeys(phone: Recipient, count: number): void {
    for (const companion of this.simulation.account(this.#number(phone)).companions.values()) runLow(companion, count);
  }

  /** The media servers: files, and faults in taking and giving them. */
  get files(): MediaHost {
    return this.simulation.media;
  }

  /** How many one-time keys the server holds for a linked device (the first, unless named). */
  prekeysOf(phone: Recipient, deviceId?: number): number {
    const companions = [...this.simulation.account(this.#number(phone)).companions.values()];
    const companion = companions.find(({ device }) => deviceId === undefined || device === deviceId);
    if (!companion) throw new Error(`${this.#number(phone)} has no linked device ${deviceId ?? ""}`);
    return companion.oneTimeKeys.length;
  }

  /**
   * Turns every new connection away, by cutting it (`true` or `cut`) or with HTTP 503 (`unavailable`), or lets them in
   * again (`false`). On an HTTP answer Baileys on Node neither fails nor times out: it waits for ever.
   */
  refusesConnections(how: boolean | Refusal = true): void {
    this.refuse(how === true ? "cut" : how || undefined);
  }

  protected abstract refuse(how: Refusal | undefined): void;

  async #each(
    phone: Recipient,
    end: (connection: ReturnType<Simulation["connectionsOf"]>[number]) => void,
  ): Promise<void> {
    const connections = this.simulation.connectionsOf(this.#number(phone));
    for (const connection of connections) end(connection);
    await Promise.all(connections.map(({ closed }) => closed));
  }

  #wire(phone: Recipient): Wire {
    return this.simulation.account(this.#number(phone)).wire;
  }

  #number(phone: Recipient): string {
    return typeof phone === "string" ? phoneDigits(phone) : phone.account.phone;
  }
}
