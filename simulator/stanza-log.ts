/** The last stanzas that clients sent, for tests that wait for one. */
import type { BinaryNode } from "@whiskeysockets/baileys";
import { child, describe } from "./stanza.ts";
import type { Waits } from "./waits.ts";

/** How many stanzas are remembered: enough for any test, bounded for a simulator that runs for days. */
const REMEMBERED = 2_000;
/** How many are listed when a wait fails. */
const LISTED = 12;

/** A stanza from a client, with the account and device it came from (absent before a device is linked). */
export interface ClientStanza {
  seq: number;
  phone?: string;
  device?: number;
  node: BinaryNode;
}

/** Which stanza is meant: every given part has to agree. */
export interface StanzaPattern {
  tag?: string;
  /** Attributes by exact value or by pattern. */
  attrs?: Record<string, string | RegExp>;
  /** A child with this tag exists. */
  child?: string;
  /** Sent by a linked device of this number. */
  phone?: string;
}

export type StanzaMatcher = StanzaPattern | ((stanza: ClientStanza) => boolean);

export class StanzaLog {
  readonly #waits: Waits;
  #stanzas: ClientStanza[] = [];
  #last = 0;

  constructor(waits: Waits) {
    this.#waits = waits;
  }

  /** The number of the latest stanza; waits can look back to a number taken earlier. */
  get last(): number {
    return this.#last;
  }

  add(node: BinaryNode, phone: string | undefined, device: number | undefined): ClientStanza {
    const origin = phone === undefined || device === undefined ? {} : { phone, device };
    const stanza = { seq: ++this.#last, ...origin, node };
    this.#stanzas.push(stanza);
    if (this.#stanzas.length > 2 * REMEMBERED) this.#stanzas = this.#stanzas.slice(-REMEMBERED);
    return stanza;
  }

  since(seq: number): ClientStanza[] {
    return this.#stanzas.filter((stanza) => stanza.seq > seq);
  }

  /** The first stanza after number `since` that matches, whether it has come or is still to come. */
  expect(matcher: StanzaMatcher, since: number, timeoutMs: number | undefined): Promise<ClientStanza> {
    let looked = since;
    return this.#waits.until(
      () => {
        const found = this.since(looked).find((stanza) => matches(matcher, stanza));
        looked = this.#last;
        return found;
      },
      {
        what: typeof matcher === "function" ? "a stanza that a function accepts" : `a stanza like ${print(matcher)}`,
        seen: () =>
          this.since(since)
            .slice(-LISTED)
            .map(({ node }) => describe(node))
            .join(" "),
        timeoutMs,
      },
    );
  }
}

export function matches(matcher: StanzaMatcher, stanza: ClientStanza): boolean {
  if (typeof matcher === "function") return matcher(stanza);
  if (matcher.tag !== undefined && matcher.tag !== stanza.node.tag) return false;
  if (matcher.phone !== undefined && matcher.phone !== stanza.phone) return false;
  if (matcher.child !== undefined && !child(stanza.node, matcher.child)) return false;
  return Object.entries(matcher.attrs ?? {}).every(([name, expected]) => {
    const value = stanza.node.attrs[name] ?? "";
    return typeof expected === "string" ? value === expected : expected.test(value);
  });
}

function print(pattern: StanzaPattern): string {
  return JSON.stringify(pattern, (_, value: unknown) => (value instanceof RegExp ? String(value) : value));
}
