/**
 * Rewrites group sender keys on their way into the store, because of two faults of Baileys rc14:
 *
 * 1. When it encrypts it asks for the key of `iteration + 1`, and so keeps one unused message key per group message, up
 *    to 2,000: after 2,300 messages each send parsed and wrote 436 KB. Unused keys of our OWN chain are never needed
 *    (nobody sends us messages encrypted with it), so they are dropped. Other people's records keep theirs: those are
 *    the messages that arrived out of order.
 * 2. It writes bytes as lists of numbers but reads only Base64 back as bytes. A kept message key then was no Buffer, and
 *    a group message that had been overtaken could not be decrypted. Written as Base64, it can; and takes half the room.
 */

interface SenderKeyState {
  senderSigningKey?: { private?: { data?: string } };
  senderMessageKeys?: unknown[];
}

/** `Buffer.toJSON`'s form → the one that `BufferJSON.reviver` reads. */
function asBase64(_key: string, value: unknown): unknown {
  const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
  return type === "Buffer" && Array.isArray(data) ? { type, data: Buffer.from(data).toString("base64") } : value;
}

function withoutUnusedKeys(state: SenderKeyState): SenderKeyState {
  return state.senderSigningKey?.private?.data ? { ...state, senderMessageKeys: [] } : state;
}

/**
 * @param record the stored form of a sender key: UTF-8 JSON, an array of states.
 * @returns the record as it is to be stored; the same object when it is no such record.
 */
export function compactSenderKey(record: Uint8Array): Uint8Array {
  let states: unknown;
  try {
    states = JSON.parse(Buffer.from(record).toString("utf8"), asBase64);
  } catch {
    return record;
  }
  if (!Array.isArray(states)) return record;
  return Buffer.from(JSON.stringify((states as SenderKeyState[]).map(withoutUnusedKeys)), "utf8");
}
