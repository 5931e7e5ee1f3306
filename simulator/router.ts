/** The dispatch table: which flow handles which stanza. */
import type { BinaryNode } from "@whiskeysockets/baileys";
import type { Companion } from "./companion.ts";
import type { Connection } from "./connection.ts";
import type { Simulation } from "./simulation.ts";
import { children, SERVER_JID, stanza } from "./stanza.ts";

/** Where a stanza came from. */
export interface Origin {
  simulation: Simulation;
  connection: Connection;
}

/** A stanza of a device that has logged in. */
export interface LinkedOrigin extends Origin {
  companion: Companion;
}

/** A query and the two ways to answer it; the answer may also be left out (a fault). */
export interface Iq<From extends Origin = LinkedOrigin> {
  origin: From;
  iq: BinaryNode;
  /** The query's first child. */
  query: BinaryNode;
  reply(content?: BinaryNode[]): void;
  fail(code: number, text: string): void;
}

type IqHandler<From extends Origin> = (iq: Iq<From>) => void | Promise<void>;
type StanzaHandler = (origin: LinkedOrigin, node: BinaryNode) => void | Promise<void>;

/** What an iq without children is looked up as. */
const NO_QUERY = stanza("");

export class Router {
  readonly #queries = new Map<string, IqHandler<LinkedOrigin>>();
  readonly #openQueries = new Map<string, IqHandler<Origin>>();
  readonly #stanzas = new Map<string, StanzaHandler>();

  /** A query of a logged-in device, by namespace, type (get or set) and first child; `*` takes any child. */
  iq(xmlns: string, type: string, query: string, handler: IqHandler<LinkedOrigin>): void {
    this.#queries.set(`${xmlns} ${type} ${query}`, handler);
  }

  /** A query that devices may also make before they are linked. */
  openIq(xmlns: string, type: string, query: string, handler: IqHandler<Origin>): void {
    this.#openQueries.set(`${xmlns} ${type} ${query}`, handler);
  }

  stanza(tag: string, handler: StanzaHandler): void {
    this.#stanzas.set(tag, handler);
  }

  async route(origin: Origin, node: BinaryNode): Promise<void> {
    const { simulation, connection } = origin;
    const companion = connection.companion;
    const logged = simulation.stanzas.add(node, companion?.account.phone, companion?.device);
    if (!simulation.traps.lets(connection, logged)) return;
    if (node.tag === "iq" && (node.attrs.type === "result" || node.attrs.type === "error")) connection.settle(node);
    else if (node.tag === "iq") await this.#routeIq(origin, node);
    else if (companion) await this.#routeStanza({ ...origin, companion }, node);
    else if (node.tag !== "ib" && node.tag !== "ack" && node.tag !== "presence")
      simulation.leftUnhandled(connection, node);
    simulation.waits.changed();
  }

  async #routeStanza(origin: LinkedOrigin, node: BinaryNode): Promise<void> {
    const handler = this.#stanzas.get(node.tag);
    if (handler) await handler(origin, node);
    else origin.simulation.leftUnhandled(origin.connection, node);
  }

  async #routeIq(origin: Origin, iq: BinaryNode): Promise<void> {
    const { simulation, connection } = origin;
    const query = children(iq)[0] ?? NO_QUERY;
    const answer = { from: SERVER_JID, id: iq.attrs.id };
    const reply = (content?: BinaryNode[]) => connection.send(stanza("iq", { ...answer, type: "result" }, content));
    const fail = (code: number, text: string) =>
      connection.send(stanza("iq", { ...answer, type: "error" }, [stanza("error", { code: `${code}`, text })]));
    const fault = connection.companion?.account.wire.queryFault(iq.attrs.xmlns, query.tag);
    if (fault !== undefined) {
      if (fault !== "silence") fail(fault, "asked for by a test");
      return;
    }
    const type = iq.attrs.type ?? "set";
    const keys = [`${iq.attrs.xmlns} ${type} ${query.tag}`, `${iq.attrs.xmlns} ${type} *`];
    const open = firstOf(this.#openQueries, keys);
    const linked = firstOf(this.#queries, keys);
    if (open) await open({ origin, iq, query, reply, fail });
    else if (linked && connection.companion) {
      await linked({ origin: { ...origin, companion: connection.companion }, iq, query, reply, fail });
    } else if (linked) {
      simulation.violated("not-linked", connection.owner, `${iq.attrs.xmlns} ${query.tag} before it is linked`);
      fail(401, "not-authorized");
    } else {
      simulation.leftUnhandled(connection, iq);
      reply();
    }
  }
}

function firstOf<T>(table: Map<string, T>, keys: string[]): T | undefined {
  return keys.map((key) => table.get(key)).find((handler) => handler !== undefined);
}
