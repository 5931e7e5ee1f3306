/**
 * To whose devices a message goes, made sure of before it is encrypted. Baileys asks for them while it sends, and for
 * keys; a question that WhatsApp leaves unanswered looks to it like an answer about nobody, and the message goes to
 * nobody, silently, or to some of the recipient's devices.
 */
import { answered } from "./asking-again.ts";
import type { WASocket } from "./baileys.ts";
import { jidDecode, jidNormalizedUser } from "./baileys.ts";
import { isGroup, lidOf } from "./identity.ts";
import { RequestRefusedError } from "./session.ts";

export interface KnownDevicesDeps {
  socket: Pick<WASocket, "getUSyncDevices" | "assertSessions"> & {
    signalRepository: Pick<WASocket["signalRepository"], "validateSession">;
  };
  me: { id: string; lid: string };
  /** JIDs of a group's members. */
  members: (groupJid: string) => Promise<string[]>;
  /** Whether the list of one of these users (the user part of a JID) is not in the cache. */
  lacks: (users: string[]) => boolean;
}

/**
 * Resolves when the lists of devices that Baileys will use are in its cache, and, unless it is a group, when there is a
 * session with each device of the recipient; asks nothing when there is. It is asked for the same people as by Baileys, so
 * that Baileys does not ask again. In a group, who cannot read a message for want of a session asks for a copy.
 * @param to JID of the chat
 * @throws RequestRefusedError without a code when WhatsApp does not answer
 */
export async function knownDevices(to: string, { socket, me, members, lacks }: KnownDevicesDeps): Promise<void> {
  const own = lidOf(to) === null ? me.id : me.lid || me.id;
  await answered(isGroup(to) ? members(to).then(fetchMissing) : fetchMissing([jidNormalizedUser(own), to]));
  if (!isGroup(to)) await answered(startSessions());

  async function fetchMissing(jids: string[]): Promise<void> {
    const users = jids.map((jid) => jidDecode(jid)?.user ?? jid);
    if (lacks(users)) await socket.getUSyncDevices(jids, true, false);
  }

  async function startSessions(): Promise<void> {
    const devices = (await socket.getUSyncDevices([to], true, false)).map(({ jid }) => jid);
    await socket.assertSessions(devices);
    for (const device of devices) {
      if (!(await socket.signalRepository.validateSession(device)).exists) throw new RequestRefusedError(null);
    }
  }
}
