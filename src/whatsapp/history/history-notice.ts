/** The phone's word that it has a part of its history for this device. */
import { areJidsSameUser, type BinaryNode, proto } from "../baileys.ts";
import type { HistoryNotice } from "../history-part.ts";
import type { Me } from "../normalise/stanza.ts";

const { INITIAL_BOOTSTRAP, RECENT, FULL, PUSH_NAME } = proto.HistorySync.HistorySyncType;

const KINDS: ReadonlyMap<number | null | undefined, HistoryNotice["kind"]> = new Map([
  [INITIAL_BOOTSTRAP, "initial"],
  [RECENT, "recent"],
  [FULL, "full"],
  [PUSH_NAME, "names"],
]);

const base64 = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString("base64");

/** @returns null for anything else, and when somebody else than our phone says so */
export function historyIn(stanza: BinaryNode, message: proto.IMessage, me: Me): HistoryNotice | null {
  const notice = message.protocolMessage?.historySyncNotification;
  const { id, from = "" } = stanza.attrs;
  const kind = KINDS.get(notice?.syncType);
  if (!notice || !id || !kind || !(areJidsSameUser(from, me.id) || areJidsSameUser(from, me.lid))) return null;
  const { initialHistBootstrapInlinePayload: inline, directPath, mediaKey, fileSha256, fileEncSha256 } = notice;
  if (inline?.length) return { id, kind, inline: Uint8Array.from(inline), file: null };
  if (!directPath) return null;
  const hashes = { fileSha256: base64(fileSha256), fileEncSha256: base64(fileEncSha256) };
  const size = Number(notice.fileLength ?? 0);
  return { id, kind, inline: null, file: { directPath, mediaKey: base64(mediaKey), ...hashes, size } };
}
