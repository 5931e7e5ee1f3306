/**
 * To whose devices a message goes, made sure of before it is encrypted. Baileys asks for them while it sends; a question
 * that WhatsApp leaves unanswered looks to it like an answer about nobody, and the message goes to nobody, silently.
 */
import type { WASocket } from "./baileys.ts";
import { jidDecode, jidNormalizedUser } from "./baileys.ts";
import { isGroup, lidOf } from "./identity.ts";
import { RequestRefusedError } from "./session.ts";

/** Milliseconds that a message, and those behind it, wait for an answer (ours); WhatsApp answers within a second. */
const PATIENCE_MS = 10_000;

export interface KnownDevicesDeps {
  socket: Pick<WASocket, "getUSyncDevices">;
  me: { id: string; lid: string };
  /** JIDs of a group's members. */
  members: (groupJid: string) => Promise<string[]>;
  /** Whether the list of one of these users (the user part of a JID) is not in the cache. */
  lacks: (users: string[]) => boolean;
}

/**
 * Resolves when the lists of devices that Baileys will use are in its cache; asks nothing when they are. It is asked for
 * the same people as by Baileys, so that Baileys does not ask again.
 * @throws RequestRefusedError without a code when WhatsApp does not answer
 */
export async function knownDevices(to: string, { socket, me, members, lacks }: KnownDevicesDeps): Promise<void> {
  const own = lidOf(to) === null ? me.id : me.lid || me.id;
  const work = isGroup(to) ? members(to).then(fetchMissing) : fetchMissing([jidNormalizedUser(own), to]);
  await answered(work);

  async function fetchMissing(jids: string[]): Promise<void> {
    const users = jids.map((jid) => jidDecode(jid)?.user ?? jid);
    if (lacks(users)) await socket.getUSyncDevices(jids, true, false);
  }
}

async function answered(work: Promise<unknown>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new RequestRefusedError(null)), PATIENCE_MS);
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
