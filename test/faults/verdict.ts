/** What became of every message of a run, as its contacts, the webhook and the API have it. */
import type { SimulatorServer } from "../../simulator/index.ts";
import type { Api } from "../e2e/support/api.ts";
import type { FaultyReceiver } from "../e2e/support/faulty-receiver.ts";
import type { GatewayNumber } from "../e2e/support/number.ts";
import { type Planned, replyTo, SECRET_WORD } from "./traffic.ts";

export interface Evidence {
  api: Api;
  number: GatewayNumber;
  whatsApp: SimulatorServer;
  receiver: FaultyReceiver;
  inbound: readonly Planned[];
  outbound: readonly Planned[];
  /** Calls that were refused for good. */
  refused: readonly string[];
  /** What the runtime printed. */
  printed: string;
}

/** Each list names what is wrong, by text or id; a sound run has nothing but empty ones. */
export interface Verdict {
  /** Said to the number and not exactly once in `GET …/messages`. */
  inboundNotStored: string[];
  inboundNotDelivered: string[];
  inboundFilesMissing: string[];
  outboundRefused: string[];
  outboundLost: string[];
  /** Under more than one id. */
  outboundShownTwice: string[];
  outboundFilesWrong: string[];
  /** The contact has them, and the API says that they failed, or never left. */
  outboundStatusWrong: string[];
  repliesNotOnce: string[];
  /** Texts that reached a contact after one that was sent later. */
  outOfOrder: string[];
  deliveriesOutOfOrder: string[];
  neededNewLink: string[];
  protocolViolations: string[];
  secretsInLog: string[];
}

/** What waiting does not mend. */
const LASTING: ReadonlySet<string> = new Set<keyof Verdict>([
  "outboundRefused",
  "outboundShownTwice",
  "outOfOrder",
  "deliveriesOutOfOrder",
  "protocolViolations",
  "secretsInLog",
]);

interface StoredMessage {
  id: string;
  text: string;
  status: string;
  direction: string;
  media?: { id: string; status: string } | null;
}

/** Words that only the printed form of a key or a session has. */
const KEY_WORDS = /privKey|rootKey|chainKey|ephemeralKeyPair|pendingPreKey|<Buffer/;

export async function judge(evidence: Evidence): Promise<Verdict> {
  const { number, whatsApp, receiver, inbound, outbound, printed } = evidence;
  const messages = await allMessages(evidence);
  const stored = messages.filter(({ direction }) => direction === "inbound");
  const delivered = new Set(receiver.taken);
  const replies = inbound.flatMap((message) => {
    const reply = replyTo(message.text, message.chat.group !== null);
    return reply === null ? [] : [{ ...message, text: reply, file: null }];
  });
  const sent = [...outbound, ...replies];
  const statusOf = new Map(messages.filter(({ direction }) => direction === "outbound").map((m) => [m.text, m.status]));
  const { linked } = await number.describes();
  return {
    inboundNotStored: texts(inbound.filter(({ text }) => stored.filter((other) => other.text === text).length !== 1)),
    inboundNotDelivered: texts(inbound.filter(({ text }) => !delivered.has(text))),
    inboundFilesMissing: await filesMissing(evidence, stored),
    outboundRefused: [...evidence.refused],
    outboundLost: outbound
      .filter((message) => idsOf(message).some((ids) => ids.size === 0))
      .map((message) => howLost(message, messages)),
    outboundShownTwice: texts(outbound.filter((message) => idsOf(message).some((ids) => ids.size > 1))),
    outboundFilesWrong: texts(outbound.filter((message) => !hasFile(message))),
    outboundStatusWrong: texts(sent.filter(({ text }) => /^(pending|failed)$/.test(statusOf.get(text) ?? "pending"))),
    repliesNotOnce: texts(replies.filter((message) => idsOf(message).some((ids) => ids.size !== 1))),
    outOfOrder: disorder(outbound, whatsApp),
    deliveriesOutOfOrder: receiver.disorder,
    neededNewLink: linked ? [] : [number.id],
    protocolViolations: [
      ...whatsApp.violations.map(({ kind, where, detail }) => `${kind} at ${where}: ${detail}`),
      ...whatsApp.unhandled.map(({ stanza }) => `unhandled: ${stanza}`),
    ],
    secretsInLog: printed.split("\n").filter((line) => line.includes(SECRET_WORD) || KEY_WORDS.test(line)),
  };
}

/** Whether nothing is missing that may still come. */
export const isSettled = (verdict: Verdict): boolean =>
  Object.entries(verdict).every(([what, which]: [string, string[]]) => which.length === 0 || LASTING.has(what));

/** What must not have happened, in words; empty for a sound run. */
export function losses(verdict: Verdict): string[] {
  return Object.entries(verdict).flatMap(([what, which]: [string, string[]]) =>
    which.length === 0 ? [] : [`${which.length} ${what}: ${which.slice(0, 10).join("; ")}`],
  );
}

const texts = (messages: readonly Planned[]): string[] =>
  messages.map(({ text }) => text.replace(` ${SECRET_WORD}`, ""));

/** The ids under which each who is to read a message has it. */
function idsOf({ text, chat }: Planned): Set<string>[] {
  return chat.people.map(
    ({ inbox }) => new Set(inbox.filter((received) => received.text === text).map(({ id }) => id)),
  );
}

/** Whoever has a message can open its file, and it is the one that was sent. */
function hasFile(message: Planned): boolean {
  const { chat, file } = message;
  return idsOf(message).every(([id], index) => {
    return file === null || id === undefined || chat.people[index]?.opensFile(id).equals(file);
  });
}

/** Where it got stuck: as far as the API knows, and how often copies were asked for that could be read. */
function howLost(message: Planned, messages: readonly StoredMessage[]): string {
  const { text, chat } = message;
  const known = messages.find((one) => one.direction === "outbound" && one.text === text);
  const asked = chat.people.map(({ askedAgain }) => (known ? (askedAgain.get(known.id) ?? 0) : 0));
  const where = chat.group ? "in the group" : "to one contact";
  return `${texts([message])} ${where}: ${known?.status ?? "not stored"}, asked for ${asked.join(", ")} times more`;
}

/**
 * Texts of each chat that came after one that was sent later. Repetitions of the same id do not count; nor does what the
 * contact could not read at first and had to ask for again, whose place is kept by a "waiting for this message"; nor what
 * WhatsApp refused for a while, because what follows it may have left already.
 */
function disorder(outbound: readonly Planned[], whatsApp: SimulatorServer): string[] {
  const { refused } = whatsApp.simulation;
  return [...new Set(outbound.map(({ chat }) => chat))].flatMap((chat) => {
    const sent = outbound.filter((message) => message.chat === chat).map(({ text }) => text);
    return chat.people.flatMap(({ inbox, askedAgain }) => {
      const atOnce = inbox.filter(({ id }) => !askedAgain.has(id) && !refused.has(id));
      const came = [...new Set(atOnce.map(({ text }) => text))].filter((text) => sent.includes(text));
      return came.filter((text, at) => at > 0 && sent.indexOf(text) < sent.indexOf(came[at - 1] ?? ""));
    });
  });
}

async function allMessages({ api, number }: Evidence): Promise<StoredMessage[]> {
  const found: StoredMessage[] = [];
  let cursor = "";
  for (;;) {
    const path = `${number.path}/messages?limit=200${cursor}`;
    const page = await api.ok<{ messages: StoredMessage[]; next: string | null }>("GET", path);
    found.push(...page.messages);
    if (page.next === null) return found;
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
}

/** Files that came in and are not in the bucket, byte for byte. */
async function filesMissing({ api, number, inbound }: Evidence, stored: readonly StoredMessage[]): Promise<string[]> {
  const withFile = inbound.filter(({ file }) => file !== null);
  const wrong = await Promise.all(
    withFile.map(async (message) => {
      const media = stored.find(({ text }) => text === message.text)?.media;
      if (media?.status !== "stored") return true;
      const bytes = await api.bytes(`${number.path}/media/${media.id}`);
      return message.file === null || !bytes?.equals(message.file);
    }),
  );
  return texts(withFile.filter((_, index) => wrong[index]));
}
