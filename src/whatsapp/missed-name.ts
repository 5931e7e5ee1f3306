/**
 * The account's name, which is one of its synchronised settings. Baileys fetches these when WhatsApp tells of them and
 * the phone has handed over their key, but keeps only in memory that it still has to: a process that stopped between the
 * two never fetched them, had no name, and so never showed the number as available.
 */
import type { AuthenticationCreds, WASocket } from "./baileys.ts";

/** The settings that hold the name. */
const COLLECTION = "critical_block";

/** Fetches the name if the key is there and the name is not. Call it when the session is open; it may reject. */
export async function fetchMissedName(
  socket: Pick<WASocket, "resyncAppState">,
  { me, myAppStateKeyId }: Pick<AuthenticationCreds, "me" | "myAppStateKeyId">,
): Promise<void> {
  if (myAppStateKeyId && !me?.name) await socket.resyncAppState([COLLECTION], true);
}
