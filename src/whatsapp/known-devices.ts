/**
 * To whose devices a message goes, made sure of before it is encrypted. Baileys asks for them while it sends, and for
 * keys; a question that WhatsApp leaves unanswered looks to it like an answer about nobody, and the message goes to
 * nobody, silently, or to some of the recipient's devices.
 */
import { answered, isForGood } from "./asking-again.ts";
import type { WASocket } from "./baileys.ts";
import { jidDecode, jidNormalizedUser } from "./baileys.ts";
import { isGroup, lidOf } from "./identity.ts";
import { codeOf } from "./query-errors.ts";

export interface KnownDevicesDeps {
  socket: Pick<WASocket, "getUSyncDevices" | "assertSessions">;
  me: { id: string; lid: string };
  /** JIDs of a group's members. */
  members: (groupJid: string) => Promise<string[]>;
  /** Whether the list of one of these users (the user part of a JID) is not in the cache. */
  lacks: (users: string[]) => boolean;
  /** Takes the list of one of these users out of the cache. */
  forget: (user: string) => void;
}

/**
 * Sends when the lists of devices that Baileys will use are in its cache and, unless it is a group, when there is a session
 * with each of the recipient's; asks nothing when there is. It is asked for the same people as by Baileys, so that Baileys
 * does not ask again. In a group, who cannot read a message for want of a session asks for a copy.
 * @param to JID of the chat
 * @throws RequestRefusedError without a code when WhatsApp does not answer; what `send` throws
 */
export async function toKnownDevices<T>(to: string, deps: KnownDevicesDeps, send: () => Promise<T>): Promise<T> {
  const { socket, me, members, lacks, forget } = deps;
  try {
    await prepare();
    return await send();
  } catch (error) {
    if (!isForGood(codeOf(error))) throw error;
    // WhatsApp gives no keys at all when it has none for one device: that is gone since its list was made.
    for (const jid of await people()) forget(userOf(jid));
    await prepare();
    return send();
  }

  async function people(): Promise<string[]> {
    if (isGroup(to)) return members(to);
    const own = lidOf(to) === null ? me.id : me.lid || me.id;
    return [jidNormalizedUser(own), to];
  }

  async function prepare(): Promise<void> {
    await answered(fetchLists());
    if (!isGroup(to)) await answered(startSessions());
  }

  async function fetchLists(): Promise<void> {
    const jids = await people();
    if (lacks(jids.map(userOf))) await socket.getUSyncDevices(jids, true, false);
  }

  async function startSessions(): Promise<void> {
    const devices = await socket.getUSyncDevices([to], true, false);
    await socket.assertSessions(devices.map(({ jid }) => jid));
  }
}

const userOf = (jid: string): string => jidDecode(jid)?.user ?? jid;
