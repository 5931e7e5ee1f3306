/**
 * Texts that Baileys writes into a stanza as something else. One with an `@` becomes an address (JID): the name
 * `info@clinic` a user `info` at a server `clinic`, and where nothing stands behind the `@`, what it writes cannot be read,
 * upon which WhatsApp ends the connection. The names of an object's own members (`constructor`) become nothing: it looks
 * them up in an object of short forms. The account's name and the ids of others' messages are such texts; the other texts
 * we send to WhatsApp are in encrypted messages, or are addresses.
 */
import type { AuthenticationCreds, BaileysEventMap, BinaryNode, WASocket } from "./baileys.ts";

/** Attributes of a stanza that come back in the answers to it. */
const ANSWERED_WITH = ["id", "type"];

const isWritten = (text: string): boolean => !text.includes("@") && !(text in Object.prototype);

/** What WhatsApp expects an answer to, by the events under which Baileys' socket tells of it. */
const ANSWERED: ReadonlySet<string | symbol> = new Set(["CB:message", "CB:receipt", "CB:notification", "CB:call"]);

/**
 * Whether Baileys can write the acknowledgement and the receipts of what came under this event. Ids of messages are chosen
 * by their senders; WhatsApp's own clients make them of letters and digits.
 */
export const isAnswerable = (event: string | symbol, stanza: BinaryNode): boolean =>
  !ANSWERED.has(event) || ANSWERED_WITH.every((name) => isWritten(stanza.attrs[name] ?? ""));

/**
 * Keeps Baileys from announcing a changed name, which it does as it is. It looks for a change when it is told of new
 * credentials: from here on they hold the name before it looks. (Of an update without a name it made a change to none,
 * and announced that.) Who calls this announces names itself, by `sendPresenceUpdate`, which leaves out the `@`.
 */
export function announcesNoNames(ev: WASocket["ev"], creds: AuthenticationCreds): void {
  const emit = ev.emit.bind(ev);
  ev.emit = <T extends keyof BaileysEventMap>(event: T, data: BaileysEventMap[T]): boolean => {
    if (event !== "creds.update") return emit(event, data);
    const update = data as BaileysEventMap["creds.update"];
    if (update.me) creds.me = update.me;
    return emit("creds.update", creds.me ? { ...update, me: creds.me } : update);
  };
}
