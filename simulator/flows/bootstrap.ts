/** What the owner's phone sends a newly linked device at its first login: the app-state key and the chat history. */
import { deflateSync } from "node:zlib";
import { proto } from "@whiskeysockets/baileys";
import type { Companion } from "../companion.ts";
import { encryptFile, sha256 } from "../media-file.ts";
import { nameChange } from "./app-state.ts";

const { Type } = proto.Message.ProtocolMessage;
const { HistorySyncType } = proto.HistorySync;

/**
 * Gives the ids of the messages. All go as peer messages from the phone itself. Without the history a client waits 20 s before it calls itself
 * synchronised; the payload is inlined because a download would go to WhatsApp's own media host.
 */
export async function bootstrap(companion: Companion): Promise<string[]> {
  const { account, device } = companion;
  const { outbox } = account.handset;
  if (account.businessName === undefined && account.appState.version("critical_block") === 0) {
    await account.appState.change(nameChange(account.name));
  }
  const { id, data } = account.appState.key;
  const keyShare = await outbox.sendPeer(
    {
      protocolMessage: {
        type: Type.APP_STATE_SYNC_KEY_SHARE,
        appStateSyncKeyShare: { keys: [{ keyId: { keyId: id }, keyData: data }] },
      },
    },
    device,
  );
  const initialHistory = await sendInline(companion, {
    syncType: HistorySyncType.INITIAL_BOOTSTRAP,
    conversations: account.history,
    phoneNumberToLidMappings: [{ pnJid: account.address("pn"), lidJid: account.address("lid") }],
  });
  const { recent, names } = account.laterHistory;
  const later: string[] = [];
  if (names.length > 0) {
    later.push(await sendInline(companion, { syncType: HistorySyncType.PUSH_NAME, pushnames: names }));
  }
  for (const [index, part] of recent.entries()) {
    later.push(await sendFile(companion, { ...part, syncType: HistorySyncType.RECENT, chunkOrder: index + 1 }));
  }
  return [keyShare, initialHistory, ...later];
}

/** A part that is short enough to go with its message. */
function sendInline(companion: Companion, history: proto.IHistorySync): Promise<string> {
  const bytes = proto.HistorySync.encode(history).finish();
  return announce(companion, history, { initialHistBootstrapInlinePayload: deflateSync(bytes) });
}

/** A part that is fetched from the media servers. */
function sendFile(companion: Companion, history: proto.IHistorySync): Promise<string> {
  const plain = deflateSync(proto.HistorySync.encode(history).finish());
  const { bytes, mediaKey } = encryptFile(plain, "history");
  return announce(companion, history, {
    mediaKey,
    directPath: companion.account.handset.simulation.media.keep(bytes),
    fileSha256: sha256(plain),
    fileEncSha256: sha256(bytes),
    fileLength: plain.length,
  });
}

function announce(
  { account, device }: Companion,
  { syncType, chunkOrder }: proto.IHistorySync,
  where: proto.Message.IHistorySyncNotification,
): Promise<string> {
  const historySyncNotification = { syncType: syncType ?? null, chunkOrder: chunkOrder ?? 1, progress: 100, ...where };
  const protocolMessage = { type: Type.HISTORY_SYNC_NOTIFICATION, historySyncNotification };
  return account.handset.outbox.sendPeer({ protocolMessage }, device);
}
