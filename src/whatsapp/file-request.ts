import type { WASocket } from "./baileys.ts";
import { normalizeMessageContent, proto } from "./baileys.ts";
import { mediaPart } from "./normalise/remote-file.ts";
import type { FileRequest } from "./session.ts";

/** Phones that are on answer within seconds, the others not at all. */
const PATIENCE_MS = 30_000;

/** Asks the phone that sent a file to upload it again. @returns its new path. @throws when it does not */
export async function requestFileAgain(
  socket: WASocket,
  { messageId, chatJid, fromMe, participantJid, payload }: FileRequest,
): Promise<string> {
  // Baileys writes the new path into the content it finds, which has to be free of wrappers.
  const message = normalizeMessageContent(proto.Message.decode(payload));
  const key = { id: messageId, remoteJid: chatJid, fromMe, ...(participantJid && { participant: participantJid }) };
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("The phone did not answer")), PATIENCE_MS);
  try {
    await Promise.race([socket.updateMediaMessage({ key, message: message ?? null }), promise]);
  } finally {
    clearTimeout(timer);
  }
  const path = message ? mediaPart(message)?.part.directPath : null;
  if (!path) throw new Error("The phone told no place");
  return path;
}
