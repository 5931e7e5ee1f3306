/**
 * Keeps our own group sender keys small. Baileys rc14 asks for the key of `iteration + 1` when it encrypts and so
 * stores one unused message key per group message, up to 2,000: after 2,300 messages each send parsed and wrote 436 KB.
 * Unused keys of our OWN chain are never needed (nobody sends us messages encrypted with it), so they are dropped when
 * the record is written. Other people's records keep theirs: those are the messages that arrived out of order.
 */

interface SenderKeyState {
  senderSigningKey?: { private?: { data?: number[] | string } | string };
  senderMessageKeys?: unknown[];
}

function hasPrivateKey(state: SenderKeyState): boolean {
  const key = state.senderSigningKey?.private;
  if (key === undefined) return false;
  const data = typeof key === "string" ? key : key.data;
  return data !== undefined && data.length > 0;
}

/**
 * @param record the stored form of a sender key: UTF-8 JSON, an array of states.
 * @returns the same bytes, or a smaller record when states with a private signing key carried message keys.
 */
export function trimOwnSenderKey(record: Uint8Array): Uint8Array {
  let states: unknown;
  try {
    states = JSON.parse(Buffer.from(record).toString("utf8"));
  } catch {
    return record;
  }
  if (!Array.isArray(states)) return record;
  let changed = false;
  for (const state of states as SenderKeyState[]) {
    if (state.senderMessageKeys && state.senderMessageKeys.length > 0 && hasPrivateKey(state)) {
      state.senderMessageKeys = [];
      changed = true;
    }
  }
  return changed ? Buffer.from(JSON.stringify(states), "utf8") : record;
}
