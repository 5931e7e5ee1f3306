/**
 * libsignal tries a message on every session it has with a contact and steps a session's ratchet before it has verified
 * the message (session_cipher.js, `decryptWithSessions` and `maybeStepRatchet`). When a later session fits, the record is
 * stored, with all the sessions that were tried in vain: their ratchets are off, and the next message we send in one of
 * them cannot be read. It takes two sessions and a late message of the older one: any repeated or overtaken message
 * after a contact has asked for a copy. So a session is tried on a copy, which takes its place only if it fits.
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

let installed = false;

/** Takes effect for the whole isolate; safe to call again. */
export function leaveSessionsUntouched(): void {
  if (installed) return;
  installed = true;
  const { doDecryptWhisperMessage } = SessionCipher.prototype;
  SessionCipher.prototype.doDecryptWhisperMessage = async function (message, session) {
    if (session === undefined) return doDecryptWhisperMessage.call(this, message, session);
    const entry = session.constructor as unknown as { deserialize(data: unknown): SessionEntry };
    const copy = entry.deserialize(session.serialize());
    const plaintext = await doDecryptWhisperMessage.call(this, message, copy);
    delete session.pendingPreKey;
    Object.assign(session, copy);
    return plaintext;
  };
}
