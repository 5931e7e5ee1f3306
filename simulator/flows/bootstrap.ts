/** What the owner's phone sends a newly linked device at its first login: the app-state key and the chat history. */
import { deflateSync } from "node:zlib";
import { proto } from "@whiskeysockets/baileys";
import type { Companion } from "../companion.ts";
import { nameChange } from "./app-state.ts";

const { Type } = proto.Message.ProtocolMessage;
const { HistorySyncType } = proto.HistorySync;

/**
 * Gives the ids of the two messages. Both go as peer messages from the phone itself. Without the history a client waits 20 s before it calls itself
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
  const history = proto.HistorySync.encode({
    syncType: HistorySyncType.INITIAL_BOOTSTRAP,
    conversations: account.history,
    phoneNumberToLidMappings: [{ pnJid: account.address("pn"), lidJid: account.address("lid") }],
  }).finish();
  const initialHistory = await outbox.sendPeer(
    {
      protocolMessage: {
        type: Type.HISTORY_SYNC_NOTIFICATION,
        historySyncNotification: {
          syncType: HistorySyncType.INITIAL_BOOTSTRAP,
          initialHistBootstrapInlinePayload: deflateSync(history),
          chunkOrder: 1,
          progress: 100,
        },
      },
    },
    device,
  );
  return [keyShare, initialHistory];
}
