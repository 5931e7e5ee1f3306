/**
 * Repairs libsignal for the simulated phones: it steps the ratchet of every session on which it tries a message in vain,
 * and stores that. A real phone does not, so a phone here must not lose a session because one of its older ones was used.
 */
import * as libsignal from "libsignal";

interface SessionEntry {
  serialize(): unknown;
  pendingPreKey?: unknown;
}

interface SessionCipher {
  doDecryptWhisperMessage(message: Uint8Array, session: SessionEntry | undefined): Promise<Uint8Array>;
}

const { SessionCipher } = libsignal as unknown as { SessionCipher: { prototype: SessionCipher } };
const { doDecryptWhisperMessage } = SessionCipher.prototype;

/** Tries a session on a copy, which takes its place only if the message fits. */
SessionCipher.prototype.doDecryptWhisperMessage = async function (message, session) {
  if (session === undefined) return doDecryptWhisperMessage.call(this, message, session);
  const entry = session.constructor as unknown as { deserialize(data: unknown): SessionEntry };
  const copy = entry.deserialize(session.serialize());
  const plaintext = await doDecryptWhisperMessage.call(this, message, copy);
  delete session.pendingPreKey;
  Object.assign(session, copy);
  return plaintext;
};
