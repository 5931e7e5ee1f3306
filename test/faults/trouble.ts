/** Everything but SIGKILL that can happen to a run: to the connection, to what travels on it, and to those around. */
import type { Contact, Phone, SimulatorServer } from "../../simulator/index.ts";
import type { Attempt, Behaviour, FaultyReceiver } from "../e2e/support/faulty-receiver.ts";
import { pick } from "./random.ts";
import type { Runtime } from "./runtime.ts";

export interface Victims {
  whatsApp: SimulatorServer;
  phone: Phone;
  contacts: readonly Contact[];
  receiver: FaultyReceiver;
  runtime: Runtime;
  random: () => number;
}

type Fault = (victims: Victims) => void | Promise<void>;

/** Milliseconds of an outage of something around: long enough to be met by traffic. */
const OUTAGE_MS = 2_000;
/** WhatsApp's words for "later". */
const TEMPORARY = [429, 500, 503] as const;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const oneOf = ({ contacts, random }: Victims): Contact => pick(random, contacts);

/** They end the connection, or make it useless; the number has to be online. */
export const BREAKS: Record<string, Fault> = {
  "connection dropped": ({ whatsApp, phone }) => whatsApp.drops(phone),
  "stream ended with 503": ({ whatsApp, phone }) => whatsApp.endsStream(phone, 503),
  "stream ended with 515": ({ whatsApp, phone }) => whatsApp.endsStream(phone, 515),
  "stream ended": ({ whatsApp, phone }) => whatsApp.endsStream(phone, "xmlstreamend"),
  "frame that nobody can decrypt": ({ whatsApp, phone }) => whatsApp.sendsGarbage(phone, "frame"),
  "login refused with 503": async ({ whatsApp, phone }) => {
    whatsApp.failsLogin(phone, 503);
    await whatsApp.drops(phone);
  },
  "WhatsApp not reachable": async ({ whatsApp, phone }) => {
    whatsApp.refusesConnections();
    await whatsApp.drops(phone);
    await pause(OUTAGE_MS);
    whatsApp.refusesConnections(false);
  },
};

/** Nothing comes any more, and nobody says so: it takes the keep-alive to notice. Once in a run is long enough. */
export const SILENCE: Fault = ({ whatsApp, phone }) => whatsApp.goesSilent(phone);

export const TROUBLES: Record<string, Fault> = {
  "everything delayed": async ({ whatsApp, phone, random }) => {
    whatsApp.delays(phone, 50 + random() * 400);
    await pause(OUTAGE_MS);
    whatsApp.delays(phone, 0);
  },
  "stanzas repeated": ({ whatsApp, phone }) => whatsApp.repeatsNext(phone, 10),
  "messages overtaken": ({ whatsApp, phone }) => whatsApp.swapsNext(phone, 5),
  "frame that is no stanza": ({ whatsApp, phone }) => whatsApp.sendsGarbage(phone, "stanza"),
  "acknowledgements lost": ({ whatsApp, phone }) => whatsApp.losesAcks(phone, 2),
  "undecryptable for us": (victims) => oneOf(victims).corruptsNext(2),
  "undecryptable for us, twice": (victims) => {
    const contact = oneOf(victims);
    contact.corruptsNext();
    contact.corruptsRetries();
  },
  "undecryptable for a contact": (victims) =>
    oneOf(victims).cannotDecryptNext({ times: 2, withKeys: victims.random() < 0.5 }),
  "messages refused for now": (victims) => oneOf(victims).rejectsWith(pick(victims.random, TEMPORARY), 2),
  "queries answered with an error": ({ whatsApp, phone, random }) =>
    whatsApp.failsQueries(phone, pick(random, TEMPORARY), 2),
  "query not answered": ({ whatsApp, phone }) => whatsApp.failsQueries(phone, "silence"),
  "media hosts fail": ({ whatsApp, random }) =>
    whatsApp.files.failNext(pick(random, ["uploads", "downloads"] as const), 2),
  "bucket down": async ({ runtime }) => {
    const restore = await runtime.losesBucket();
    await pause(OUTAGE_MS);
    await restore();
  },
  "webhook down": async ({ receiver }) => {
    await receiver.goesDown();
    await pause(OUTAGE_MS);
    await receiver.comesBack();
  },
};

/** Without a connection they have no meaning, or meet the next login, which waits 30 s for each answer. */
export const NEEDS_CONNECTION = new Set([
  "frame that is no stanza",
  "queries answered with an error",
  "query not answered",
]);

/** Attempts that hang take 15 s each: a few of them are enough. */
const MOST_HANGS = 2;

/** A receiver that fails one attempt in six, in every way there is; `answer` is what it says when it does not. */
export function unreliable(random: () => number, answer: (attempt: Attempt) => Behaviour): FaultyReceiver["behave"] {
  let hangs = 0;
  return (attempt) => {
    const roll = random();
    if (roll < 0.06) return { status: 500 };
    if (roll < 0.08) return { status: 429, headers: { "Retry-After": "1" } };
    if (roll < 0.1) return { status: 302, headers: { Location: "http://127.0.0.1:9/" } };
    if (roll < 0.12) return { status: 502, body: "<html>\u0000garbage" };
    if (roll < 0.14) return "cut";
    if (roll < 0.17) return { status: 503, afterMs: 1_500 };
    if (roll < 0.18 && hangs < MOST_HANGS) {
      hangs += 1;
      return "hang";
    }
    return answer(attempt);
  };
}
